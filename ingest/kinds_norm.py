"""Modules with vectors only: normalisation layers, told apart by their statistics, bias and neighbours."""

from __future__ import annotations

from ingest.analysis import Leaf
from ingest.params import Params
from ingest.rules import fact, rule
from ingest.tree import Node
from ingest.widths import Widths

_BATCH = rule("kind.batch_norm", "name", "Running mean and variance are kept by batch normalisation.")
_RMS = rule("kind.rms_norm", "convention", "A vector named weight without a bias is a root-mean-square norm's gain.")
_GROUP = rule(
    "kind.group_norm", "neighbour", "A norm with weight and bias beside convolutions of its width is a group norm."
)
_LAYER = rule(
    "kind.layer_norm", "neighbour", "A norm with weight and bias beside matrices of its width is a layer norm."
)


def norm_leaf(node: Node, own: Params, beside: Widths) -> Leaf | None:
    """BatchNorm, RMSNorm, GroupNorm or LayerNorm."""
    weight = own.weight
    if own.statistics:
        size = weight[0] if weight else node.tensors["running_mean"].shape[0]
        return _norm(node, "BatchNorm", _BATCH, "running statistics", size, own.bias is not None)
    if weight is None and "gamma" in own.others and "beta" in own.others:
        shape = node.tensors["gamma"].shape
        if len(shape) == 1:
            return _with_bias(node, shape[0], beside)
    if weight is None or len(weight) != 1 or own.others:
        return None
    if own.bias is None:
        return _norm(node, "RMSNorm", _RMS, f"weight [{weight[0]}] alone", weight[0], False)
    return _with_bias(node, weight[0], beside)


def _with_bias(node: Node, size: int, beside: Widths) -> Leaf:
    for scope in node.ancestors():
        conv, matrix = beside.of(scope)
        if size in matrix:
            return _norm(node, "LayerNorm", _LAYER, f"a matrix beside it has the width {size}", size, True)
        if size in conv:
            return _norm(node, "GroupNorm", _GROUP, f"a convolution beside it has the width {size}", size, True)
    return _norm(node, "LayerNorm", _LAYER, f"weight [{size}] and bias, nothing of that width", size, True)


def _norm(node: Node, kind: str, why: object, seen: str, size: int, bias: bool) -> Leaf:
    return Leaf(node.path, fact(kind, why, seen), "Norm", {"features": size, "affine_bias": bias})  # type: ignore[arg-type]
