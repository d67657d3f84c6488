"""Shapes as an alignment compares them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archkb.queries.diff.align.model.weight_tree import Shape

if TYPE_CHECKING:
    import numpy as np

    Matrix = np.ndarray[Any, np.dtype[np.float64]]


def squeezed(shape: Shape) -> Shape:
    """The shape without axes of one element."""
    return tuple(d for d in shape if d != 1)
