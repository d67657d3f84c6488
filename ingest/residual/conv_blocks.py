"""Additions around chains of convolutions: residual blocks of convolutional nets, with or without a shortcut."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from archkb.ingest.analysis import Branch, Residual, Sublayers
from archkb.ingest.layers.layer_view import Layer
from archkb.ingest.residual.conv_chain import are_branches, around_chain, dense_width, joined, short_way
from archkb.ingest.residual.conv_lists import pair_residuals
from archkb.ingest.residual.conv_place import (
    NAMED,
    forks,
    has_third_way,
    is_list,
    is_step,
    samples,
    squeezes,
    stands_as_block,
)
from archkb.ingest.residual.layer_chain import ends, is_shortcut, layers
from archkb.ingest.rules import fact, rule
from archkb.ingest.tree.module_tree import Node
from archkb.ingest.tree.name_words import vocabulary, words

_IDENTITY = rule(
    "residual.conv.identity",
    "shape",
    "A repeated block whose convolutions lead back to the width they start from adds its input.",
    "residual networks (He et al. 2015); inverted residuals (Sandler et al. 2018)",
)
_PROJECTION = rule(
    "residual.conv.projection",
    "shape",
    "A block with a second, shorter way from the width it reads to the width it writes adds the two.",
    "residual networks (He et al. 2015)",
)
_DENSE = rule(
    "residual.conv.dense",
    "shape",
    "A chain in which every convolution reads all that was written before, and whose last gives back the first width.",
    "residual dense blocks (Zhang et al. 2018; Wang et al. 2018)",
)
_REPEATED = rule(
    "residual.conv.repeated",
    "neighbour",
    "A block of several convolutions that follows itself twice or more and writes the width its branches read.",
    "Inception-ResNet (Szegedy et al. 2016)",
)

_NO_BLOCK = vocabulary(
    "head classifier stem upsample downsample downsampler upsampler downsamplers upsamplers down up pool fpn features"
    " branch"
)
_A_PLAIN_BLOCK = 24
"""Most layers of a block that is looked at for two plain convolutions."""
_RESAMPLES = vocabulary("resample downsample upsample")
_FACTORS = vocabulary("spatial temporal space time")


def conv_residuals(sublayers: Sublayers, residuals: list[Residual]) -> list[Residual]:
    """Additions of convolutional blocks; blocks that hold attentions or feed-forwards are left to their own rules.

    The innermost module that qualifies is the block: a list of residual blocks is none itself.
    """
    busy = {r.block for r in residuals} | set(sublayers.attentions) | set(sublayers.feed_forwards)
    out: list[Residual] = []
    blocked: set[int] = set()
    plain = _plain_stacks(sublayers)
    for node in reversed(sublayers.tree.distinct):
        inner = any(id(c.representative) in blocked for c in node.children.values())
        if inner or node.path in busy:
            blocked.add(id(node))
            continue
        parent = node.parent
        if not node.path or (parent is not None and parent.path in plain):
            continue
        pairs = pair_residuals(sublayers.leaves, node)
        whole = _block(sublayers, node) if not pairs else None
        out += [*pairs, _outermost(node, whole)] if whole is not None else pairs
        if pairs or whole is not None:
            blocked.add(id(node))
    return out


def _outermost(node: Node, residual: Residual) -> Residual:
    """The same addition in the numbered module that is nothing but this one."""
    parent = node.parent
    if node.name.isdigit() or parent is None or not parent.name.isdigit() or len(parent.children) > 1:
        return residual
    short = f"{node.name}.{residual.shortcut}" if residual.shortcut else None
    return replace(
        residual, block=parent.path, around=tuple(f"{node.name}.{a}" for a in residual.around), shortcut=short
    )


def _plain_stacks(sublayers: Sublayers) -> set[str]:
    """Stacks in which a child of full convolutions changes the width without a shortcut: then none of them adds."""
    out = set()
    for path, stack in sublayers.stacks.items():
        for name in stack.children:
            child = sublayers.tree.nodes[path].children.get(name)
            if child is None or child.twin_of is not None:
                continue
            chain = layers(sublayers.leaves, child, _A_PLAIN_BLOCK)
            if not chain or any(is_shortcut(m.path) or m.depthwise or not m.conv for m in chain):
                continue
            through = ends(chain)
            wide = [m for m in chain if m.kernel > 1]
            if through is not None and through[0] != through[1] and len(wide) == len(chain) == 2:
                out.add(path)
    return out


class _Ways(NamedTuple):
    """The ways through a block: `main` with all its steps, `mixing` those that mix channels, `short` beside them."""

    main: list[Layer]
    mixing: list[Layer]
    short: list[Layer]


def _block(sublayers: Sublayers, node: Node) -> Residual | None:
    """The addition of one block, None where its widths or its place say there is none."""
    # before its layers are walked: a long way down through modules of one child each costs nothing then
    if len(node.children) < 2 and not (node.name.isdigit() or NAMED & set(words(node.name))):
        return None
    chain = layers(sublayers.leaves, node)
    if not chain:
        return None
    dense = dense_width(chain)
    if dense is not None:
        form = fact("identity", _DENSE, _shown(chain))
        return Residual(node.path, tuple(node.children), form, width=dense, branch=Branch.DENSE)
    if is_list(sublayers, node) or is_step(sublayers, node) or squeezes(chain) or forks(node):
        return None
    ways = _ways(sublayers, node, chain)
    if ways is None:
        return None
    through = ends(ways.main) if len(ways.mixing) > 1 else None
    if through is None:
        return _repeated(sublayers, node, chain)
    return _added(sublayers, node, ways, through)


def _ways(sublayers: Sublayers, node: Node, chain: list[Layer]) -> _Ways | None:
    """The main and the short way of a block; None where the convolutions are no chain of steps."""
    main = joined([m for m in chain if m.conv and not is_shortcut(m.path)])
    mixing = [m for m in main if not m.depthwise]
    # upsampling, and two kernels side by side that are folded into one for use
    if any(m.transposed for m in main) or (are_branches(main) and not has_third_way(sublayers, node)):
        return None
    # one convolution in two factors, over space and over time, is a step of the block around it
    if mixing and len(mixing) == 2 and all(_FACTORS & set(words(m.path.split(".")[0])) for m in mixing):
        return None
    # the short way by its name, else by its widths
    short = [m for m in chain if is_shortcut(m.path) and not m.depthwise] or short_way(node, mixing)
    return _Ways([m for m in main if m not in short], [m for m in mixing if m not in short], short)


def _added(sublayers: Sublayers, node: Node, ways: _Ways, through: tuple[int, int]) -> Residual | None:
    """The addition around a way of these end widths: onto the short way, or onto the input of a block."""
    main, mixing, short = ways
    branch = tuple(around_chain(sublayers.leaves, node, {m.path.split(".")[0] for m in short}))
    evidence = _shown(main)
    # a short way between the same widths needs no further sign
    if short and (short[0].inp, short[-1].out) == through:
        evidence += f"; {short[0].path} {short[0].inp}→{short[-1].out} beside them"
        form = fact("projection", _PROJECTION, evidence)
        return Residual(node.path, branch, form, width=through[1], shortcut=short[0].path)
    # without one the module must stand where blocks stand, and keep the size of what it reads
    if _NO_BLOCK & set(words(node.name)) or samples(sublayers, node) or not stands_as_block(sublayers, node):
        return None
    if any(m.kernel % 2 == 0 for m in mixing) or any(_RESAMPLES & set(words(name)) for name in node.children):
        return None
    if through[0] == through[1] and not short:
        return Residual(node.path, branch, fact("identity", _IDENTITY, evidence), width=through[0])
    return None


def _shown(chain: list[Layer]) -> str:
    return ", ".join(f"{m.path} {m.inp}→{m.out}" for m in chain)


def _repeated(sublayers: Sublayers, node: Node, chain: list[Layer]) -> Residual | None:
    """A block that follows itself at least twice reads what it writes, whatever its branches do in between."""
    parent = node.parent
    run = sum(c.twin_of is node for c in parent.children.values()) if parent is not None else 0
    last = chain[-1]
    if run < 2 or len(chain) < 3 or not any(m.inp == last.out for m in chain[:-1]):
        return None
    evidence = f"{run + 1} in a row, the last map writes {last.out}, which the first reads"
    return Residual(node.path, tuple(node.children), fact("identity", _REPEATED, evidence), width=last.out)
