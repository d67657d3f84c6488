"""Optimal assignment: pairs of two lists with the greatest sum of scores."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archkb.queries.diff.align.model.words import Matrix


def best(n: int, m: int, score: Callable[[int, int], float]) -> list[tuple[int, int]]:
    """The assignment of n things to m with the largest sum."""
    if n == 1 and m == 1:
        return [(0, 0)]
    import numpy as np

    return assigned(np.array([[score(i, j) for j in range(m)] for i in range(n)]))


def assigned(table: Matrix) -> list[tuple[int, int]]:
    """Rows and columns of the assignment with the largest sum."""
    from scipy.optimize import linear_sum_assignment

    rows, cols = linear_sum_assignment(-table)
    return list(zip(rows.tolist(), cols.tolist(), strict=True))
