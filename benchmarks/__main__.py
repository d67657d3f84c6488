"""Run all benchmarks and print one table: `python -m benchmarks [NAME ...]`."""

from __future__ import annotations

import sys
from collections.abc import Callable

from benchmarks import (
    align_growth,
    cold_ask,
    header_to_tables,
    hostile,
    hub_growth,
    ingest_load,
    linear,
    shared_structure,
)
from benchmarks.paired import Ratio

ALL: dict[str, tuple[Callable[[], Ratio], ...]] = {
    "tables": (header_to_tables.run,),
    "ask": (cold_ask.run,),
    "ingest": (ingest_load.run,),
    "linear": (linear.run,),
    "diff": align_growth.RUNS,
    "hostile": hostile.RUNS,
    "shared": shared_structure.RUNS,
    "hub": hub_growth.RUNS,
}


def main(names: list[str]) -> int:
    """Print each ratio with its aim; exit 1 when one misses it."""
    missed = 0
    print("| what | taken | baseline | taken | ratio | single runs | aim |")
    print("|---|---|---|---|---|---|---|")
    for r in (measure() for name in names or list(ALL) for measure in ALL[name]):
        missed += r.ratio > r.aim
        print(
            f"| {r.name} | {r.ours_s:.3f} {r.unit} | {r.baseline} | {r.baseline_s:.3f} {r.unit} | {r.ratio:.2f} "
            f"| {r.low:.2f}-{r.high:.2f} ({r.runs}) | {r.aim} |",
            flush=True,
        )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
