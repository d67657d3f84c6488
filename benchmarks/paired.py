"""Time two things in turn, so that a busy machine slows both, and report the ratio of their medians."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ratio:
    """Ours against a named baseline: medians in `unit` over `runs` pairs, and how far single ratios spread."""

    name: str
    baseline: str
    ours_s: float
    baseline_s: float
    low: float
    high: float
    runs: int
    aim: float
    unit: str = "s"

    @property
    def ratio(self) -> float:
        """Median of ours over median of the baseline."""
        return self.ours_s / self.baseline_s


def pair(
    name: str, baseline_name: str, ours: Callable[[], object], baseline: Callable[[], object], *, runs: int, aim: float
) -> Ratio:
    """Run both once to warm up, then `runs` times in turn."""
    ours()
    baseline()
    a, b = [], []
    for _ in range(runs):
        a.append(_seconds(ours))
        b.append(_seconds(baseline))
    single = sorted(x / y for x, y in zip(a, b, strict=True))
    return Ratio(name, baseline_name, statistics.median(a), statistics.median(b), single[0], single[-1], runs, aim)


def _seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start
