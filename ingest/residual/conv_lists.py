"""Additions inside lists of convolutions: one around each pair of two lists that are walked together."""

from __future__ import annotations

from collections.abc import Mapping

from archkb.ingest.analysis import Leaf, Residual
from archkb.ingest.layers.layer_view import Layer
from archkb.ingest.residual.layer_chain import layers
from archkb.ingest.rules import fact, rule
from archkb.ingest.tree.module_tree import Node
from archkb.ingest.tree.name_words import words

_PAIRS = rule(
    "residual.conv.pairs",
    "shape",
    "Two lists of like convolutions of one width in a module are walked together; each pair has an addition.",
    "residual blocks of HiFi-GAN (Kong et al. 2020)",
)


def pair_residuals(leaves: Mapping[str, Leaf], node: Node) -> list[Residual]:
    """Additions around the pairs of a module that is nothing but two like-named lists d to d; else none."""
    lists = {name: c for name, c in node.children.items() if c.children and all(k.isdigit() for k in c.children)}
    steps = {name: maps for name, c in lists.items() if (maps := _steps(leaves, c)) is not None}
    if len(steps) != 2 or any(not c.children for c in node.children.values()):
        return []
    (one, first), (two, second) = steps.items()
    width = first[0].out
    same = all(m.inp == m.out == width for m in (*first, *second))
    if len(first) != len(second) or len(first) < 2 or not same or words(one)[:-1] != words(two)[:-1]:
        return []
    return [
        Residual(
            node.path,
            (f"{one}.{a}", f"{two}.{b}"),
            fact("identity", _PAIRS, f"{one}.{a} and {two}.{b} keep {width} channels"),
            width=width,
        )
        for a, b in zip(lists[one].children, lists[two].children, strict=True)
    ]


def _steps(leaves: Mapping[str, Leaf], container: Node) -> list[Layer] | None:
    """The convolutions of a list, one a child; None for any other list."""
    out = []
    for child in container.children.values():
        chain = layers(leaves, child.representative, 2)
        if chain is None or len(chain) != 1 or not chain[0].conv:
            return None
        out.append(chain[0])
    return out
