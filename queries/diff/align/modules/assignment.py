"""Modules of two matched parts assigned to each other: shape first, then words, neighbours and learnt translations.

The assignment is the best one as a whole (`scipy.optimize.linear_sum_assignment`). It is found, the parents it joins
and the words it translates are counted, and it is found again with these as further evidence: a block whose names say
nothing still agrees with itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from archkb.queries.diff.align.model.key_order import position_gaps
from archkb.queries.diff.align.model.weight_tree import Module
from archkb.queries.diff.align.modules.link_evidence import (
    EvidenceWeights,
    Neighbours,
    known_together,
    parent_agreement,
    rare_word_similarity,
    translation_agreement,
    words_in_context,
)
from archkb.queries.diff.align.modules.shape_scores import shape_score, shape_scores

if TYPE_CHECKING:
    from archkb.queries.diff.align.model.optimal_pairs import Matrix


ROUNDS = 3
"""How often an assignment is found, each time with the parents and words of the one before."""


IMPOSSIBLE = -1e3
"""Score of two modules whose shapes do not agree."""


LARGEST = 1200
"""Sets larger than this are split by shape before they are assigned."""


class ModuleMatch(NamedTuple):
    """Two modules found to be one.

    `words`: likeness of names in [0, 1]. `support`: words and what neighbours add. `margin`: how much worse the next
    best partner is; 0 says it is a free choice.
    """

    a: Module
    b: Module
    shape_score: float
    words: float
    support: float
    margin: float


def assign(
    left: Sequence[Module],
    right: Sequence[Module],
    prefix_lengths: tuple[int, int] = (0, 0),
    *,
    sizes: bool = False,
    known: Neighbours | None = None,
) -> list[ModuleMatch]:
    """Best one-to-one assignment of modules whose shapes agree (or, with `sizes`, whose axes do).

    `prefix_lengths`: components of the paths that the parts themselves account for.
    """
    if not left or not right:
        return []
    if len(left) > LARGEST or len(right) > LARGEST:
        return _by_shape(left, right, prefix_lengths, known)
    return _assign(left, right, prefix_lengths, sizes, known)


def _by_shape(
    left: Sequence[Module], right: Sequence[Module], prefix_lengths: tuple[int, int], known: Neighbours | None
) -> list[ModuleMatch]:
    groups: dict[object, tuple[list[Module], list[Module]]] = {}
    for side, members in enumerate((left, right)):
        for module in members:
            groups.setdefault(module.form, ([], []))[side].append(module)
    out: list[ModuleMatch] = []
    for sources, targets in groups.values():
        if len(sources) > LARGEST or len(targets) > LARGEST:
            out += [ModuleMatch(a, b, shape_score(a, b), 0.0, 0.0, 0.0) for a, b in zip(sources, targets, strict=False)]
        elif sources and targets:
            out += _assign(sources, targets, prefix_lengths, False, known)
    return out


def _assign(
    left: Sequence[Module],
    right: Sequence[Module],
    prefix_lengths: tuple[int, int],
    sizes: bool,
    known: Neighbours | None,
) -> list[ModuleMatch]:
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    base = shape_scores(left, right, sizes)
    possible = base > 0
    if not possible.any():
        return []
    words = rare_word_similarity(words_in_context(left, prefix_lengths[0]), words_in_context(right, prefix_lengths[1]))
    known_evidence = np.zeros_like(base)
    if known is not None:
        known_evidence = EvidenceWeights.KNOWN_PATHS * known_together(left, right, known)
    evidence, gaps = known_evidence, np.array(position_gaps(left, right))
    # the assignment of one round is the evidence of the next
    for turn in range(ROUNDS):
        score = np.where(possible, base + EvidenceWeights.WORDS * words + evidence, IMPOSSIBLE)
        rows, cols = linear_sum_assignment(gaps - score)
        if turn < ROUNDS - 1:
            keep = possible[rows, cols]
            chosen = np.zeros_like(base)
            chosen[rows[keep], cols[keep]] = 1.0
            evidence = (
                known_evidence
                + EvidenceWeights.PARENTS * parent_agreement(left, right, chosen)
                + EvidenceWeights.TRANSLATIONS * translation_agreement(left, right, prefix_lengths, chosen)
            )
    support = words + EvidenceWeights.SUPPORT * evidence
    return [
        ModuleMatch(
            left[i], right[j], float(base[i, j]), float(words[i, j]), float(support[i, j]), _margin(score, i, j)
        )
        for i, j in zip(rows.tolist(), cols.tolist(), strict=True)
        if possible[i, j]
    ]


def _margin(score: Matrix, i: int, j: int) -> float:
    """How much the best other partner of either is behind."""
    row, column = score[i].copy(), score[:, j].copy()
    row[j] = column[i] = IMPOSSIBLE
    return float(score[i, j] - max(row.max(), column.max()))
