"""Shapes as an alignment compares them."""

from __future__ import annotations

from archkb.queries.diff.align.model.weight_tree import Shape


def squeezed(shape: Shape) -> Shape:
    """The shape without axes of one element."""
    return tuple(d for d in shape if d != 1)
