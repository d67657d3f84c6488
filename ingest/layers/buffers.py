"""Names of buffers: tensors a model keeps beside its parameters and does not learn by gradient.

Two questions, two patterns. One tensor among the parameters of a layer is a buffer only by a name no parameter has
(`mask` is, `mask_token` is not). A module that holds nothing else is a buffer by vaguer names too: `mean`, `std`.
"""

from __future__ import annotations

import re

STATISTICS = ("running_mean", "running_var", "num_batches_tracked", "_extra_state")
"""What torch keeps beside weight and bias: the statistics of a batch norm, the state of an engine."""

_TENSOR = re.compile(
    r"^(running_mean|running_var|num_batches_tracked|position_ids|inv_freq|.*relative_position_index|attn_mask"
    r"|mask|mel_basis|.*mean.of.means|.*std.of.means|.*mean.of.stds.*|filter|kernel|window|_extra_state|channel)$"
)

ALONE = re.compile(
    r".*(_ids|_mask|mask|inv_freq|freqs.*|_index|filter|window|basis|mean|std|means|stds|version|num_.*)"
)
"""Matches each local name of a module that holds buffers alone."""


def is_buffer(local: str) -> bool:
    """Whether a tensor of this local name is a buffer, whatever lies beside it.

    >>> is_buffer("running_var"), is_buffer("mask"), is_buffer("mask_token")
    (True, True, False)
    """
    return _TENSOR.match(local) is not None
