"""What a model costs whose header is there already, as a share of the first of its header: time and disk, in one run.

python -m benchmarks.shared_structure [MODELS] [HEADER]
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from archkb.kb.store import open_store
from archkb.kb.store.port import Store
from archkb.queries.interface.ingest_source import ingest_source

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


def run(models: int = 201, source: str = DESIGN) -> None:
    """Ingest one header under many names, and ask at 1 and at all of them."""
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
                said = ", ".join(timed(store, query, "m0") for query in (CROSS, BY_STRUCTURE))
                print(f"cross attentions of one of {i + 1:,}, by way and by property: {said}")
                store.close()
                sizes.append(disk(folder))
                store = open_store(str(folder))
        later = (sizes[2] - sizes[1]) / (models - 1) / (sizes[1] - sizes[0])
        print(f"first {seconds[0]:.2f} s and {(sizes[1] - sizes[0]) / 1e6:.1f} MB")
        print(
            f"each of {models - 1:,} more: {median(seconds[1:]) / seconds[0]:.1%} of its time, {later:.2%} of its disk"
        )
        start = time.perf_counter()
        store.forget("m0")
        print(f"forget one of {models:,}: {time.perf_counter() - start:.3f} s")
        store.close()


if __name__ == "__main__":
    run(*(kind(text) for kind, text in zip((int, str), sys.argv[1:], strict=False)))
