"""What a tensor is to its module, in one word."""

from __future__ import annotations

import re
from functools import lru_cache

_BUFFER = re.compile(
    r"^(running_mean|running_var|num_batches_tracked|position_ids|inv_freq|.*relative_position_index|attn_mask"
    r"|mask|mel_basis|.*mean.of.means|.*std.of.means|.*mean.of.stds.*|filter|kernel|window|_extra_state|channel)$"
)


@lru_cache(maxsize=4096)
def tensor_role(kind: str, local: str) -> str:
    """weight, bias, codebook, table, buffer or parameter, by the module's kind and the tensor's local name.

    >>> tensor_role("Linear", "weight"), tensor_role("Other", "cls_token"), tensor_role("BatchNorm", "running_var")
    ('weight', 'parameter', 'buffer')
    """
    if _BUFFER.match(local):
        return "buffer"
    if "codebook" in kind.lower() or "codebook" in local:
        return "codebook"
    if kind.endswith("Table") or kind == "Embedding":
        return "table"
    if "weight" in local and "bias" not in local:
        return "weight"
    if "bias" in local:
        return "bias"
    return "parameter"
