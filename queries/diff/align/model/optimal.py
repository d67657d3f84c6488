"""Optimal assignment: pairs of two lists with the greatest sum of scores."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archkb.queries.diff.align.model.words import Matrix


def optimal_pairs(sources: int, targets: int, score: Callable[[int, int], float]) -> list[tuple[int, int]]:
    """The assignment of n things to m with the largest sum."""
    if sources == 1 and targets == 1:
        return [(0, 0)]
    import numpy as np

    return optimal_pairs_of(np.array([[score(i, j) for j in range(targets)] for i in range(sources)]))


def optimal_pairs_of(table: Matrix) -> list[tuple[int, int]]:
    """Rows and columns of the assignment with the largest sum."""
    from scipy.optimize import linear_sum_assignment

    rows, cols = linear_sum_assignment(-table)
    return list(zip(rows.tolist(), cols.tolist(), strict=True))
