"""How often each rule was used and right, and whether its confidence says so.

A rule's confidence is its precision on the families rules may be written on; on the left-out families the expected
calibration error (ECE) tells whether such confidences can be believed: the mean over ten equal bins of
|confidence - precision|, weighted by predictions (Naeini et al. 2015).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from queries.bench.counts import Verdict

BINS = 10


@dataclass(frozen=True, slots=True)
class RuleUse:
    """One rule: how often it was used, how often it was right, and the confidence it claimed."""

    rule: str
    task: str
    uses: int
    right: int
    confidence: float

    @property
    def precision(self) -> float:
        """Share that was right."""
        return self.right / self.uses


def by_rule(verdicts: Iterable[Verdict]) -> list[RuleUse]:
    """Use of every rule, by task and rule."""
    groups: dict[tuple[str, str], list[Verdict]] = defaultdict(list)
    for v in verdicts:
        groups[v.task, v.rule].append(v)
    return [
        RuleUse(rule, task, len(g), sum(v.right for v in g), sum(v.confidence for v in g) / len(g))
        for (task, rule), g in sorted(groups.items())
    ]


def smoothed(uses: RuleUse) -> float:
    """Precision with one imagined failure and one imagined success, so that a rule seen twice is not called certain.

    >>> round(smoothed(RuleUse("r", "t", 98, 98, 0.5)), 2)
    0.99
    """
    return (uses.right + 1) / (uses.uses + 2)


@dataclass(frozen=True, slots=True)
class Bin:
    """Predictions whose confidence lies in [low, high)."""

    low: float
    high: float
    uses: int
    confidence: float
    precision: float


def reliability(verdicts: Sequence[Verdict]) -> list[Bin]:
    """The non-empty bins of equal width."""
    binned: dict[int, list[Verdict]] = defaultdict(list)
    for v in verdicts:
        binned[min(BINS - 1, int(v.confidence * BINS))].append(v)
    return [
        Bin(i / BINS, (i + 1) / BINS, len(g), sum(v.confidence for v in g) / len(g), sum(v.right for v in g) / len(g))
        for i, g in sorted(binned.items())
    ]


def ece(verdicts: Sequence[Verdict]) -> float:
    """Expected calibration error in [0, 1]; 0 where there is nothing to judge."""
    total = len(verdicts)
    return sum(b.uses * abs(b.confidence - b.precision) for b in reliability(verdicts)) / total if total else 0.0
