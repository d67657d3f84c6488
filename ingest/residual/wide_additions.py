"""Additions that hold more than an attention: the maps around it that narrow and widen, or an MLP that reads both."""

from __future__ import annotations

from archkb.ingest.analysis import Residual, Sublayers
from archkb.ingest.residual.layer_chain import A_PART, is_norm, is_shortcut, layers
from archkb.ingest.rules import fact, rule
from archkb.ingest.tree.module_tree import Node
from archkb.ingest.tree.name_words import words

_BOTTLENECK = rule(
    "residual.attention.bottleneck",
    "shape",
    "An attention between a map that narrows its block's width and one that widens it is in the block's addition.",
    "bottleneck transformers (Srinivas et al. 2021)",
)
JOINED = rule(
    "residual.attention.joined",
    "shape",
    "An MLP that reads twice the width it writes takes the stream beside the attention's output: one sum holds both.",
    "LoFTR, SuperGlue, LightGlue",
)


def bottleneck(sublayers: Sublayers, node: Node, reads: int, writes: int) -> Residual | None:
    """The addition of a block that narrows, attends and widens, all in modules beside each other."""
    block = node.parent
    if block is None or node.name.isdigit():
        return None
    # convolutions beside the attention: one narrows, one widens, one may be the short way
    branch, short, ends = [node.name], None, {"first": 0, "last": 0}
    for name, child in block.children.items():
        maps = [m for m in layers(sublayers.leaves, child.representative, 2) or () if m.conv]
        if child is node or is_norm(sublayers.leaves, child) or len(maps) != 1:
            continue
        if is_shortcut(name):
            short = maps[0]
        elif maps[0].out == reads and maps[0].inp > reads:
            ends["first"] = maps[0].inp
            branch.append(name)
        elif maps[0].inp == writes and maps[0].out > writes:
            ends["last"] = maps[0].out
            branch.append(name)
    # both ends of the block's width, and a short way between them where there is one
    wide = ends["last"]
    if not all(ends.values()) or (short.out if short is not None else ends["first"]) != wide:
        return None
    form = "projection" if short is not None else "identity"
    branch = [name for name in block.children if name in branch]
    evidence = f"{', '.join(branch)} lead from {ends['first']} to {reads} and back to {wide}"
    return Residual(block.path, tuple(branch), fact(form, _BOTTLENECK, evidence), width=wide)


def joined_mlp(sublayers: Sublayers, node: Node, width: int | None) -> str | None:
    """The module beside an attention whose maps read twice its width and write it.

    Where a block has several attentions, it shares a word with its own: cross_attention, cross_mlp.
    """
    parent = node.parent
    if parent is None or width is None or node.name.isdigit():
        return None
    others = [c for c in parent.children.values() if c is not node and c.path not in sublayers.attentions]
    alone = len(others) == len(parent.children) - 1
    for child in others:
        maps = layers(sublayers.leaves, child.representative, A_PART) or []
        if len(maps) < 2 or any(m.conv for m in maps) or not (alone or set(words(child.name)) & set(words(node.name))):
            continue
        if maps[0].inp == 2 * width and maps[-1].out == width:
            return child.name
    return None
