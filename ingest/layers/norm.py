"""Modules with vectors only: normalisation layers, told apart by their statistics, bias, name and neighbours.

A group norm and a layer norm have the same tensors. Group norms stand beside convolutions that mix channels over space;
layer norms beside matrices, and beside the pointwise and depthwise convolutions that stand for matrices in images. What
stays open after that is decided by the norms around it that are not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import NamedTuple

from archkb.ingest.analysis import Leaf, NormAttributes
from archkb.ingest.layers.layer_parameters import Params
from archkb.ingest.layers.widths import NO_WIDTHS, Widths, leaf_shapes, widths
from archkb.ingest.rules import Rule, fact, rule
from archkb.ingest.tree.module_tree import Node
from archkb.ingest.tree.name_words import name_words_with_parent, vocabulary

_BATCH = rule(
    "kind.batch_norm", "name", "Running mean and variance are kept by batch normalisation.", "torch.nn.BatchNorm"
)
_RMS = rule("kind.rms_norm", "convention", "A vector named weight without a bias is a root-mean-square norm's gain.")
_GAIN = rule("kind.norm_gain", "name", "A single vector in a module called norm is a root-mean-square norm's gain.")
_GAMMA = rule("kind.norm_gamma", "convention", "gamma alone in a module called norm is a layer norm without a bias.")
_NAME = rule("kind.norm_name", "name", "The module's name says which norm it is.")
_SPATIAL = rule("kind.group_norm", "neighbour", "A norm with a bias beside convolutions of its width is a group norm.")
_MATRIX = rule("kind.layer_norm", "neighbour", "A norm with a bias beside matrices of its width is a layer norm.")
_DEPTHWISE = rule(
    "kind.layer_norm_depthwise",
    "neighbour",
    "A norm with a bias beside a depthwise convolution of its width is a layer norm.",
    "ConvNeXt",
)
_AFTER = rule(
    "kind.group_norm_after",
    "neighbour",
    "A norm paired with a convolution that has no bias, or with a numbered pointwise one, is a group norm.",
    "a bias before a group norm is lost in its mean",
)
_BRIDGE = rule(
    "kind.group_norm_bridge",
    "shape",
    "A norm beside two square maps of its width around a stack of blocks is the group norm of a UNet's transformer.",
    "latent diffusion's SpatialTransformer",
)
_LONE = rule(
    "kind.layer_norm_lone",
    "name",
    "A third norm whose lower numbers have no parameters is a layer norm: group norms of a block have them alike.",
)
_AROUND = rule(
    "kind.norm_around", "neighbour", "A norm whose neighbours leave it open is of the kind of the norms around it."
)
_POINT = rule(
    "kind.layer_norm_point", "neighbour", "Among pointwise convolutions alone a norm with a bias is a layer norm."
)
_ALONE = rule("kind.norm_alone", "convention", "A norm with a bias and no layer of its width anywhere is a layer norm.")

_SPREAD = rule(
    "kind.layer_norm_spread",
    "shape",
    "A weight of several dimensions and a bias of the same shape normalise over all of them: a layer norm.",
    "torch.nn.LayerNorm",
)
_CHANNELS = rule(
    "kind.layer_norm_channels",
    "shape",
    "A gain g and an offset b of shape [1, C, 1, 1] are a layer norm over the channels of an image.",
)
_RESPONSE = rule(
    "kind.response_norm",
    "name",
    "A gain and an offset called grn, or of shape [1, 1, 1, C], are a global response normalisation.",
    "ConvNeXt V2 (Woo et al. 2023)",
)

_NAMES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("GroupNorm", re.compile(r"(^|_)(group_?norm|gn)\d*($|_)")),
    ("InstanceNorm", re.compile(r"(^|_)(instance_?norm|in_norm)\d*($|_)")),
    ("LayerNorm", re.compile(r"(^|_)(layer_?norm|ln)\d*($|_)")),
)
_NO_NORM = vocabulary("act activation prelu relu lrelu proj fourier freq freqs ls scale gate")
_LAST = re.compile(r"(?P<stem>.*norm_?)3")
_CALLED_NORM = re.compile(r"norm|(^|_)(ln|gn|bn)(_|\d|$)")


class Direct(NamedTuple):
    """The layers directly in a module: square maps by width, widths of convolutions, and whether a stack is beside."""

    squares: Mapping[int, int]
    convolutions: frozenset[int]
    stacked: bool


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the rules of this file look at beside a module; mappings are by interned signature."""

    parameters: Mapping[str, Params]
    below: Mapping[int, Widths]
    direct: Mapping[int, Direct]
    definite: Mapping[int, frozenset[str]]
    """Kinds of the norms with a bias below each structure that their own neighbours decide."""


def surroundings(root: Node, parameters_by_path: Mapping[str, Params]) -> Surroundings:
    """Widths, direct layers and decided norms of every distinct structure."""
    nodes = list(root.distinct())
    direct = {node.sig: _direct(node, parameters_by_path) for node in nodes if node.children}
    first = Surroundings(parameters_by_path, widths(root, parameters_by_path), direct, {})
    definite: dict[int, frozenset[str]] = {}
    for node in reversed(nodes):
        kinds = frozenset[str]().union(*(definite[child.sig] for child in node.children.values()))
        size = _biased(parameters_by_path.get(node.path))
        if size is not None and (verdict := _by_neighbours(node, size, first)) is not None:
            kinds |= {verdict[0]}
        definite[node.sig] = kinds
    return Surroundings(parameters_by_path, first.below, direct, definite)


def _direct(node: Node, parameters_by_path: Mapping[str, Params]) -> Direct:
    squares: dict[int, int] = {}
    convolutions: set[int] = set()
    for shape in leaf_shapes(node, parameters_by_path):
        if len(shape) >= 2 and shape[0] == shape[1] and set(shape[2:]) <= {1}:
            squares[shape[0]] = squares.get(shape[0], 0) + 1
        if len(shape) > 2:
            convolutions.update(shape[:2])
    stacked = any("0" in child.children and child.children["0"].children for child in node.children.values())
    return Direct(squares, frozenset(convolutions), stacked)


def norm_leaf(node: Node, parameters: Params, neighbours: Surroundings) -> Leaf | None:
    """BatchNorm, RMSNorm, GroupNorm, LayerNorm or InstanceNorm; None where this is no norm."""
    weight = parameters.weight
    if parameters.statistics:
        counted = weight[0] if weight else _statistics_size(node)
        return _norm(node, ("BatchNorm", _BATCH, "running statistics"), counted, parameters.bias is not None)
    size = _biased(parameters)
    if size is not None:
        verdict = _by_neighbours(node, size, neighbours) or _by_decided_norms(node, size, neighbours)
        return _norm(node, verdict, size, True)
    if weight is not None and len(weight) == 1 and parameters.bias is None and not parameters.others:
        if weight[0] == 1 or (
            not _NO_NORM.isdisjoint(name_words := name_words_with_parent(node)) and "norm" not in name_words
        ):
            return None
        if _is_slope(node, weight[0], neighbours):
            return None
        return _norm(node, ("RMSNorm", _RMS, f"weight [{weight[0]}] alone"), weight[0], False)
    return _lone_gain(node, parameters)


def spread_norm(node: Node, parameters: Params) -> Leaf | None:
    """A norm whose gain and offset have one shape of several dimensions, or that is called grn; None for others."""
    tensors = {name: spec.shape for name, spec in node.tensors.items()}
    pair = next((p for p in (("weight", "bias"), ("gamma", "beta"), ("g", "b")) if set(p) == tensors.keys()), None)
    if pair is None or node.children or tensors[pair[0]] != tensors[pair[1]]:
        return None
    shape = tensors[pair[0]]
    wide = [i for i, size in enumerate(shape) if size > 1]
    evidence = f"{pair[0]} and {pair[1]} {list(shape)}"
    if "grn" in name_words_with_parent(node) or (len(shape) == 4 and wide == [3]):
        return Leaf(node.path, fact("GlobalResponseNorm", _RESPONSE, evidence))
    if pair == ("g", "b") and len(shape) > 2 and wide == [1]:
        return _norm(node, ("LayerNorm", _CHANNELS, evidence), shape[1], True)
    if pair == ("weight", "bias") and len(wide) > 1:
        return _norm(node, ("LayerNorm", _SPREAD, evidence), prod(shape), True)
    return None


def _is_slope(node: Node, size: int, neighbours: Surroundings) -> bool:
    """Whether a numbered vector stands in a sequence of convolutions of its width: the slopes of a PReLU."""
    if node.parent is None or not node.name.isdigit():
        return False
    matrices = neighbours.below[node.parent.sig].reads
    return size in neighbours.direct[node.parent.sig].convolutions and size not in matrices


def _statistics_size(node: Node) -> int:
    shapes = [node.shape(name) or () for name in ("running_mean", "running_var")]
    return max((shape[0] for shape in shapes if shape), default=0)


def _biased(parameters: Params | None) -> int | None:
    """Size of a norm with a weight (or gamma) and a bias (or beta), None where this is none."""
    if parameters is None or parameters.statistics or parameters.weight is None or parameters.others:
        return None
    return parameters.weight[0] if len(parameters.weight) == 1 and parameters.bias == parameters.weight else None


def _lone_gain(node: Node, parameters: Params) -> Leaf | None:
    """A norm whose only parameter has another name than weight, or several dimensions all but one of which are 1."""
    if parameters.bias is not None or len(node.tensors) != 1 or node.children:
        return None
    if not (_CALLED_NORM.search(_called(node)) or node.name.isdigit()):
        return None
    local, spec = next(iter(node.tensors.items()))
    size = prod(spec.shape)
    if local == "scale" and node.name.isdigit():
        return None  # a layer scale at the end of a branch
    if size < 2 or size != max(spec.shape, default=0) or local not in ("weight", "gamma", "g", "scale", "gain"):
        return None
    evidence = f"{local} {list(spec.shape)} alone in {node.name}"
    if local == "gamma" and len(spec.shape) == 1:
        return _norm(node, ("LayerNorm", _GAMMA, evidence), size, False)
    return _norm(node, ("RMSNorm", _GAIN, evidence), size, False)


def _called(node: Node) -> str:
    """The node's name, with its parent's where it is a number."""
    name = node.name.lower()
    return f"{node.parent.name.lower()}_{name}" if name.isdigit() and node.parent is not None else name


Verdict = tuple[str, Rule, str]


def _by_neighbours(node: Node, size: int, neighbours: Surroundings) -> Verdict | None:
    """What the norm's own name and neighbours say; None where they leave it open."""
    # paired with one convolution: the norm makes its bias superfluous
    scope = _scope(node, size, neighbours)
    pair = _pair(scope, neighbours) if scope is not None else None
    pointwise = pair is not None and set((pair.weight or ())[2:]) == {1}
    if pair is not None and (pair.bias is None or (node.name.isdigit() and pointwise)):
        return "GroupNorm", _AFTER, f"paired with one convolution {list(pair.weight or ())}"
    # what its own name says
    name = node.name.lower()
    for kind, pattern in _NAMES:
        if pattern.search(name):
            return kind, _NAME, f"called {node.name}"
    if scope is None:
        return None
    # layers of its width: depthwise ones stand for a transformer's matrices in images
    kinds = neighbours.below.get(scope.sig, NO_WIDTHS).having(size)
    if "depthwise" in kinds:
        return "LayerNorm", _DEPTHWISE, f"a depthwise convolution beside it has the width {size}"
    if _is_lone(node):
        return "LayerNorm", _LONE, "a norm numbered 3, and none numbered 1 has parameters"
    # convolutions that mix channels over space, or over time beside pointwise ones
    timed = "temporal" in kinds and ("point" in kinds or not node.name.isdigit())
    if ("spatial" in kinds or timed) and "reads" not in kinds:
        if pair is not None:
            return None  # a patch embedding or a downsampling step: of either kind
        return "GroupNorm", _SPATIAL, f"a convolution beside it has the width {size}"
    # matrices, unless the two are the ends of a transformer in a convolutional net
    if kinds & {"reads", "writes"} and not kinds & {"spatial", "temporal", "point"}:
        if _bridge(scope, size, neighbours):
            return "GroupNorm", _BRIDGE, f"two maps {size} to {size} and a stack of blocks beside it"
        return "LayerNorm", _MATRIX, f"a matrix beside it has the width {size}"
    if _bridge(scope, size, neighbours):
        return "GroupNorm", _BRIDGE, f"two maps {size} to {size} and a stack of blocks beside it"
    return None


def _scope(node: Node, size: int, neighbours: Surroundings) -> Node | None:
    """The closest ancestor below which another layer has the norm's width."""
    for scope in node.ancestors():
        if neighbours.below.get(scope.sig, NO_WIDTHS).having(size):
            return scope
    return None


def _pair(scope: Node, neighbours: Surroundings) -> Params | None:
    """The convolution of a scope that holds one convolution and one norm."""
    if len(scope.children) != 2:
        return None
    layers = [neighbours.parameters.get(child.core.path) for child in scope.children.values()]
    convolutions = [
        parameters
        for parameters in layers
        if parameters is not None and parameters.weight is not None and len(parameters.weight) > 2
    ]
    return convolutions[0] if None not in layers and len(convolutions) == 1 else None


def _is_lone(node: Node) -> bool:
    """Whether the norm, or the wrapper around it, is called norm3 where no norm1 has parameters."""
    while node.parent is not None and len(node.parent.children) == 1:
        node = node.parent
    called = _LAST.fullmatch(node.name.lower())
    return called is not None and node.parent is not None and called["stem"] + "1" not in node.parent.children


def _bridge(scope: Node, size: int, neighbours: Surroundings) -> bool:
    """Two maps of `size` to `size` directly in the scope, and a container of blocks."""
    direct = neighbours.direct[scope.sig]
    return direct.stacked and direct.squares.get(size) == 2


def _by_decided_norms(node: Node, size: int, neighbours: Surroundings) -> Verdict:
    """The kind of the decided norms in the closest scope that has some; where both are, what reads this one decides."""
    scope = _scope(node, size, neighbours)
    kinds = neighbours.below.get(scope.sig, NO_WIDTHS).having(size) if scope is not None else frozenset()
    for parent in node.ancestors():
        known = neighbours.definite.get(parent.sig, frozenset()) & {"GroupNorm", "LayerNorm"}
        if len(known) == 1:
            kind = next(iter(known))
            return kind, _AROUND, f"the norms around it are {kind}"
        if known and scope is not None:
            direct = size in neighbours.direct[scope.sig].convolutions
            kind = "GroupNorm" if direct else "LayerNorm"
            return (
                kind,
                _AROUND,
                f"norms of both kinds around it, {'a' if direct else 'no'} convolution of {size} beside it",
            )
    if kinds & {"spatial", "temporal"}:
        return "GroupNorm", _SPATIAL, f"a convolution beside it has the width {size}"
    if kinds:
        return "LayerNorm", _POINT, f"{' and '.join(sorted(kinds))} layers of the width {size} beside it"
    return "LayerNorm", _ALONE, f"no layer has the width {size}"


def _norm(node: Node, verdict: Verdict, size: int, bias: bool) -> Leaf:
    kind, why, evidence = verdict
    return Leaf(node.path, fact(kind, why, evidence), NormAttributes(size, bias))
