"""Precision, recall and F1 over counted items, and verdicts on single predictions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(slots=True)
class Counts:
    """True positives, false positives, false negatives of one task in one model; add them up for micro figures."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    def __iadd__(self, other: Counts) -> Counts:
        self.tp += other.tp
        self.fp += other.fp
        self.fn += other.fn
        return self

    @property
    def precision(self) -> float | None:
        """Right among predicted; None where nothing was predicted."""
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else None

    @property
    def recall(self) -> float | None:
        """Found among true; None where nothing was there to find."""
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean; None where there was nothing to predict and nothing was predicted."""
        total = 2 * self.tp + self.fp + self.fn
        return 2 * self.tp / total if total else None


@dataclass(frozen=True, slots=True)
class Verdict:
    """One prediction held against the truth: by which rule, how sure it was, whether it was right."""

    task: str
    rule: str
    confidence: float
    right: bool


@dataclass(frozen=True, slots=True)
class Scored:
    """One model's result. `answered` holds (right, answered, asked) of attributes such as head counts.

    `newness` is the share of its key patterns that were unknown when rules were written, `patterns` are all of them.
    """

    name: str
    library: str
    left_out: bool
    tasks: Mapping[str, Counts]
    answered: Mapping[str, tuple[int, int, int]]
    verdicts: tuple[Verdict, ...]
    group: str = ""
    newness: float = 0.0
    patterns: frozenset[str] = frozenset()


def mean(values: Iterable[float | None]) -> float | None:
    """Mean of those that are not None; None where there is none."""
    found = [v for v in values if v is not None]
    return sum(found) / len(found) if found else None
