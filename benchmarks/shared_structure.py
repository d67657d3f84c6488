"""What a model costs whose header is there already, as a share of the first of its header: time and disk, in one run.

python -m benchmarks.shared_structure [MODELS] [HEADER]
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median

from archkb.kb.store import open_store
from archkb.kb.store.port import Store
from archkb.queries.interface.ingest_source import ingest_source
from benchmarks.paired import Ratio

DESIGN = "design:ltx-2-19b-dev-fp8"
CROSS = "MATCH (m:Model {name: $n})-[:CONTAINS*1..12]->(a:Attention {attends: 'cross'}) RETURN count(a) AS n"
BY_STRUCTURE = (
    "MATCH (m:Model {name: $n}) MATCH (a:Attention {structure: m.structure}) WHERE a.attends = 'cross' "
    "RETURN count(a) AS n"
)


def disk(folder: Path) -> int:
    """Bytes of a store's files."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def timed(store: Store, query: str, name: str) -> str:
    """What a query counts, and the milliseconds it takes warm."""
    store.read(query, {"n": name})
    start = time.perf_counter()
    found = store.read(query, {"n": name}).rows[0][0]
    return f"{found} in {1000 * (time.perf_counter() - start):.1f} ms"


@dataclass(frozen=True, slots=True)
class Costs:
    """Seconds of each ingest of one header, the first first; bytes of the first, and of each later one."""

    seconds: tuple[float, ...]
    first_bytes: float
    later_bytes: float


@cache
def costs(models: int = 201, source: str = DESIGN, *, verbose: bool = False) -> Costs:
    """Ingest one header under many names; where it is to be told, ask at 1 and at all of them, and print."""
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "store"
        seconds, sizes = [], []
        open_store(str(folder)).close()
        sizes.append(disk(folder))
        ingest_source(source, None, name="warm")
        store = open_store(str(folder))
        for i in range(models):
            start = time.perf_counter()
            ingest_source(source, store, name=f"m{i}")
            seconds.append(time.perf_counter() - start)
            if i in (0, models - 1):
                if verbose:
                    said = ", ".join(timed(store, query, "m0") for query in (CROSS, BY_STRUCTURE))
                    print(f"cross attentions of one of {i + 1:,}, by way and by property: {said}")
                store.close()
                sizes.append(disk(folder))
                store = open_store(str(folder))
        start = time.perf_counter()
        store.forget("m0")
        if verbose:
            print(f"forget one of {models:,}: {time.perf_counter() - start:.3f} s")
        store.close()
    return Costs(tuple(seconds), sizes[1] - sizes[0], (sizes[2] - sizes[1]) / (models - 1))


def in_time() -> Ratio:
    """A later model of a header against the first, in time."""
    first, *later = costs().seconds
    shares = sorted(one / first for one in later)
    ends = (shares[0], shares[-1], len(later))
    return Ratio("model whose header is there, LTX-2 fp8", "the first of its header", median(later), first, *ends, 0.05)


def on_disk() -> Ratio:
    """A later model of a header against the first, on disk."""
    first, later = costs().first_bytes / 1e6, costs().later_bytes / 1e6
    share = later / first
    return Ratio("the same on disk", "the first of its header", later, first, share, share, 1, 0.01, "MB")


RUNS = (in_time, on_disk)


def run(models: int = 201, source: str = DESIGN) -> None:
    """Measure and print."""
    found = costs(models, source, verbose=True)
    first, *later = found.seconds
    print(f"first {first:.2f} s and {found.first_bytes / 1e6:.1f} MB")
    time_share, disk_share = median(later) / first, found.later_bytes / found.first_bytes
    print(f"each of {models - 1:,} more: {time_share:.1%} of its time, {disk_share:.2%} of its disk")


if __name__ == "__main__":
    run(*(kind(text) for kind, text in zip((int, str), sys.argv[1:], strict=False)))
