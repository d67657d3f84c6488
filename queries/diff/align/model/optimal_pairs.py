"""Optimal pairs of two lists: with the greatest sum of scores, in any order or in step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Matrix = np.ndarray[Any, np.dtype[np.float64]]
    """Scores of some things, a row each, with others, a column each."""

TIE = 1e-9
"""How much worse a rival may be to be as good."""


def optimal_pairs(sources: int, targets: int, score: Callable[[int, int], float]) -> list[tuple[int, int]]:
    """The one-to-one assignment of `sources` things to `targets` others with the largest sum of scores."""
    if sources == 1 and targets == 1:
        return [(0, 0)]
    import numpy as np

    return optimal_pairs_of(np.array([[score(i, j) for j in range(targets)] for i in range(sources)]))


def optimal_pairs_of(table: Matrix) -> list[tuple[int, int]]:
    """Rows and columns of the assignment with the largest sum."""
    from scipy.optimize import linear_sum_assignment

    rows, cols = linear_sum_assignment(-table)
    return list(zip(rows.tolist(), cols.tolist(), strict=True))


def weighted_lcs(gain: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Pairs (row, column), none crossing, with the largest sum of gains; the earliest where several are.

    A longest common subsequence whose matches weigh, by dynamic programming (Wagner and Fischer 1974). A pair that
    gains nothing is no match.

    >>> weighted_lcs([[1.0, 0.0], [0.0, 1.0]]), weighted_lcs([[0.0, 2.0], [1.0, 0.0]])
    ([(0, 0), (1, 1)], [(0, 1)])
    """
    rows, columns = len(gain), len(gain[0]) if gain else 0
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            best[i][j] = max(gain[i][j] + best[i + 1][j + 1], best[i + 1][j], best[i][j + 1])
    pairs, i, j = [], 0, 0
    while i < rows and j < columns:
        if gain[i][j] and best[i][j] == gain[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs
