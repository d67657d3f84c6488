"""Modules with a weight of three dimensions and more: convolutions, transposed ones among them."""

from __future__ import annotations

from ingest.analysis import Leaf
from ingest.params import Params
from ingest.rules import fact, rule
from ingest.tree import Node

_CONV = rule("kind.conv", "shape", "A weight of 3, 4 or 5 dimensions is a convolution over 1, 2 or 3 of them.")
_TRANSPOSED = rule(
    "kind.conv_transposed",
    "shape",
    "A convolution whose bias has the size of its second dimension and not of its first is transposed.",
)


def conv_leaf(node: Node, own: Params) -> Leaf | None:
    """Conv1d/2d/3d or ConvTranspose1d/2d/3d."""
    weight = own.weight
    if weight is None or not 3 <= len(weight) <= 5:
        return None
    out, inp, *kernel = weight
    name, why = f"Conv{len(kernel)}d", _CONV
    seen = f"weight {list(weight)}" + (f", bias {list(own.bias)}" if own.bias is not None else "")
    if own.bias is not None and len(own.bias) == 1 and own.bias[0] != out:
        name, why = f"ConvTranspose{len(kernel)}d", _TRANSPOSED
        inp, out = out, own.bias[0]
    attributes = {
        "in_channels": inp,
        "out_channels": out,
        "kernel": list(kernel),
        "depthwise": inp == 1 and out > 1,
        "has_bias": own.bias is not None,
    }
    return Leaf(node.path, fact(name, why, seen), "Conv", attributes)
