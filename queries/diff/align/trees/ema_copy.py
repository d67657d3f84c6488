"""A whole second set of weights inside one model: an averaged copy (EMA), a teacher."""

from __future__ import annotations

from archkb.queries.diff.align.model.weight_tree import Node
from archkb.queries.diff.align.model.words import features
from archkb.queries.diff.align.trees.common_subtree import unwrapped
from archkb.queries.diff.align.trees.isomorphism import SubtreeHashes

SMALLEST = 4
"""Tensors a copy has at least."""


def second_copy(root: Node, hashes: SubtreeHashes) -> Node | None:
    """The child of a tree that repeats all the rest of it, or one of two equal halves that is called a copy."""
    root = unwrapped(root)
    children = list(root.children.values())
    halves = [k for k in children if 2 * k.tensors == root.tensors]
    if root.module is not None or not halves or halves[0].tensors < SMALLEST:
        return None
    for half in halves:
        rest = sorted(_label(k, hashes) for k in children if k is not half)
        if rest == sorted(_label(k, hashes) for k in half.children.values()):
            return half
    if len(children) == 2 and hashes.id_of(children[0]) == hashes.id_of(children[1]):
        named = [k for k in children if "copy" in features((k.name,))]
        if len(named) == 1:
            return named[0]
    return None


def _label(node: Node, hashes: SubtreeHashes) -> tuple[str, int]:
    return node.name if node.name.isdigit() else "", hashes.id_of(node)
