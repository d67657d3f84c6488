"""A whole second set of weights inside one model: an averaged copy (EMA), a teacher."""

from __future__ import annotations

from archkb.queries.diff.align.model.weight_tree import Node
from archkb.queries.diff.align.model.words import features
from archkb.queries.diff.align.trees.common_subtree import unwrapped
from archkb.queries.diff.align.trees.isomorphism import Forms

SMALLEST = 4
"""Tensors a copy has at least."""


def second_copy(root: Node, forms: Forms) -> Node | None:
    """The child of a tree that repeats all the rest of it, or one of two equal halves that is called a copy."""
    root = unwrapped(root)
    kids = list(root.children.values())
    halves = [k for k in kids if 2 * k.tensors == root.tensors]
    if root.module is not None or not halves or halves[0].tensors < SMALLEST:
        return None
    for half in halves:
        rest = sorted(_label(k, forms) for k in kids if k is not half)
        if rest == sorted(_label(k, forms) for k in half.children.values()):
            return half
    if len(kids) == 2 and forms.of(kids[0]) == forms.of(kids[1]):
        named = [k for k in kids if "copy" in features((k.name,))]
        if len(named) == 1:
            return named[0]
    return None


def _label(node: Node, forms: Forms) -> tuple[str, int]:
    return node.name if node.name.isdigit() else "", forms.of(node)
