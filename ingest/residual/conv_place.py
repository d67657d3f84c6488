"""Whether a module of convolutions stands where a residual block stands, or is a list, a step, a branch or a gate."""

from __future__ import annotations

import re

from archkb.ingest.analysis import Sublayers
from archkb.ingest.layers.layer_view import Layer
from archkb.ingest.residual.conv_chain import is_aside
from archkb.ingest.residual.layer_chain import ends, is_norm, layers
from archkb.ingest.tree.module_tree import Node
from archkb.ingest.tree.name_words import name_words_with_parent, stem, vocabulary, words

_SAMPLERS = vocabulary("downsamplers upsamplers downsamples upsamples extra extras")
_STEP = re.compile(r"conv_?\d")
_BRANCH = re.compile(r"branch_?\d[a-z]?")
NAMED = vocabulary("block res residual resnet unit bottleneck resblock resblocks basicblock layer")


def is_list(sublayers: Sublayers, node: Node) -> bool:
    """Whether the module is a list of blocks: each of them may add, the list does not."""
    stack = sublayers.stacks.get(node.path)
    if stack is None or not stack.blocks or len(stack.children) < 2:
        return False
    for name in stack.children:
        child = node.children[name]
        through = ends([m for m in layers(sublayers.leaves, child.representative) or () if not is_aside(m.path)])
        if through is None or through[0] != through[1]:
            return False
    return True


def samples(sublayers: Sublayers, node: Node) -> bool:
    """Whether a numbered module of a list of samplers has no norm: one that has is a residual block all the same."""
    listed = bool(node.name.isdigit() and _SAMPLERS & set(name_words_with_parent(node)))
    return listed and not any(is_norm(sublayers.leaves, n) for n in node.distinct())


def is_step(sublayers: Sublayers, node: Node) -> bool:
    """Whether a numbered module has nothing but norms beside it: a convolution in factors, with its norm."""
    parent = node.parent
    if parent is None or not node.name.isdigit() or len(parent.children) < 2 or parent.name.isdigit():
        return False
    return all(is_norm(sublayers.leaves, c) for c in parent.children.values() if c is not node)


def forks(node: Node) -> bool:
    """Whether all that the module holds are branches, whose outputs are laid side by side."""
    return len(node.children) > 1 and all(_BRANCH.fullmatch(name) for name in node.children)


def squeezes(chain: list[Layer]) -> bool:
    """Whether pointwise convolutions alone narrow the channels and widen them: a gate, or the ends of a codebook."""
    return all(m.kernel == 1 and not m.depthwise for m in chain) and min(m.out for m in chain) * 2 <= chain[0].inp


def stands_as_block(sublayers: Sublayers, node: Node) -> bool:
    """Numbered, named as a block, or one of several of its name, with a norm below unless its name says block."""
    parent = node.parent
    if parent is None or (_STEP.fullmatch(node.name) and _has_namesake(parent, node)):
        return False
    if node.name.isdigit():
        return True
    if NAMED & set(words(node.name)):
        return True
    normed = any(is_norm(sublayers.leaves, n) for n in node.distinct())
    return normed and (_has_namesake(parent, node) or any(m.depthwise for m in layers(sublayers.leaves, node) or ()))


def _has_namesake(parent: Node, node: Node) -> bool:
    """Whether a module of the same name but for its number, with modules in it, stands beside this one."""
    shared = stem(node.name)
    return any(
        other is not node and other.children and stem(other.name) == shared for other in parent.children.values()
    )


def has_third_way(sublayers: Sublayers, node: Node) -> bool:
    """Whether a norm stands beside layers that have norms of their own: it is what the input itself passes."""
    alone = [c for c in node.children.values() if is_norm(sublayers.leaves, c)]
    return len(alone) == 1 and any(
        is_norm(sublayers.leaves, c) for n in node.children.values() for c in n.children.values()
    )
