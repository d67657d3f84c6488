"""What a tensor is to its module, in one word."""

from __future__ import annotations

from functools import lru_cache

from archkb.ingest.layers.buffers import is_buffer


@lru_cache(maxsize=4096)
def tensor_role(kind: str, local: str) -> str:
    """weight, bias, codebook, table, buffer or parameter, by the module's kind and the tensor's local name.

    >>> tensor_role("Linear", "weight"), tensor_role("Other", "cls_token"), tensor_role("BatchNorm", "running_var")
    ('weight', 'parameter', 'buffer')
    """
    if is_buffer(local):
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
