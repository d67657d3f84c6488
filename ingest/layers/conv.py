"""Modules with a weight of three dimensions and more: convolutions, transposed ones among them.

A transposed convolution keeps its weight [in, out / groups, kernel]; a convolution [out, in / groups, kernel].
"""

from __future__ import annotations

from archkb.ingest.analysis import ConvAttributes, Leaf
from archkb.ingest.layers.layer_parameters import Params, Shape
from archkb.ingest.rules import Rule, fact, rule
from archkb.ingest.tree.module_tree import Node
from archkb.ingest.tree.name_words import vocabulary, words

_CONV = rule("kind.conv", "shape", "A weight of 3, 4 or 5 dimensions is a convolution over 1, 2 or 3 of them.")
_TRANSPOSED = rule(
    "kind.conv_transposed",
    "shape",
    "A convolution whose bias has not the size of its first dimension is transposed.",
    "torch.nn.ConvTranspose",
)
_UP = rule(
    "kind.conv_transposed_up",
    "name",
    "A convolution with an even kernel that adds no channels, on the way up of a model, is transposed.",
    "an even kernel is the mark of a stride",
)
_WIDE = rule(
    "kind.wide_kernel",
    "shape",
    "A stack of matrices has a last dimension no kernel has; a kernel modulated a sample has one dimension more.",
    "StyleGAN2; experts stacked in one weight",
)
_CALLED = rule("kind.conv_transposed_name", "name", "A convolution called transposed or deconvolution is one.")

_WIDEST = 256
"""No convolution over time that mixes _MIXED channels or more has a kernel this wide."""
_MIXED = 64
_LONGEST = 16
"""No convolution over three dimensions is longer in the first of them."""

_UP_WORDS = vocabulary(
    "up ups upsample upsampler upsamplers upsampling upscale upscaler expand resize decoder dec decode"
)
_DOWN_WORDS = vocabulary(
    "down downs downsample downsampler downsamplers downsampling encoder enc encode sr patch reduce"
)
_TRANSPOSED_WORDS = vocabulary("deconv deconvolution convt tconv transposed convtranspose upconv")


def conv_leaf(node: Node, parameters: Params) -> Leaf | None:
    """Conv1d/2d/3d or ConvTranspose1d/2d/3d; None where the weight is something else."""
    weight = parameters.weight
    if weight is None or not 3 <= len(weight) <= 5 or parameters.others:
        return None
    if parameters.bias is not None and len(parameters.bias) != 1:
        return None
    if not _is_kernel(weight):
        kind = "Experts" if len(weight) == 3 else "ModulatedConv"
        return Leaf(node.path, fact(kind, _WIDE, f"weight {list(weight)}"))
    out, inp, *kernel = weight
    why = _transposed(node, parameters)
    name = f"Conv{len(kernel)}d" if why is None else f"ConvTranspose{len(kernel)}d"
    if why is not None:
        inp, out = out, parameters.bias[0] if parameters.bias is not None else inp
    evidence = f"weight {list(weight)}" + (
        f", bias {list(parameters.bias)}" if parameters.bias is not None else ", no bias"
    )
    depthwise = weight[1] == 1 and weight[0] > 1
    attributes = ConvAttributes(inp, out, tuple(kernel), depthwise, parameters.bias is not None)
    return Leaf(node.path, fact(name, why or _CONV, evidence), attributes)


def _is_kernel(weight: Shape) -> bool:
    """Whether the dimensions after the first two may be a kernel's."""
    if len(weight) == 3:
        return weight[2] < _WIDEST or weight[1] < _MIXED
    return len(weight) == 4 or weight[2] <= _LONGEST


def _transposed(node: Node, parameters: Params) -> Rule | None:
    """Why a convolution is transposed, None where nothing says so."""
    out, inp, *kernel = parameters.weight or (0, 0)
    if parameters.bias is not None and parameters.bias[0] != out:
        return _TRANSPOSED
    name_words = words(node.name)
    alone = node.parent is None or len(node.parent.children) == 1
    marks = {"transpose", "t"} if alone else {"transpose"}  # conv_t beside conv_s is temporal beside spatial
    if not _TRANSPOSED_WORDS.isdisjoint(name_words) or ("conv" in name_words and not marks.isdisjoint(name_words)):
        return _CALLED
    fits = out == inp if parameters.bias is not None else out >= inp > 1
    if fits and all(size % 2 == 0 for size in kernel) and _on_the_way_up(node):
        return _UP
    return None


def _on_the_way_up(node: Node) -> bool:
    """Whether the closest name that speaks of a direction speaks of the way up."""
    for place in (node, *node.ancestors()):
        name_words = words(place.name)
        if not _DOWN_WORDS.isdisjoint(name_words):
            return False
        if not _UP_WORDS.isdisjoint(name_words):
            return True
    return False
