"""A store as a hub would fill it: time, disk and memory a model as the store grows, and what questions cost then.

python -m benchmarks.hub [MODELS] [STORE] [--seed N]

STORE is a folder (default: a temporary one) or bolt://HOST:7687 of an empty server.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median, quantiles

from archkb.kb.store import is_server, open_store
from archkb.kb.store.port import Store
from archkb.queries.interface.ingest_source import ingest_source
from archkb.queries.questions.ask_store import ask, bind
from archkb.queries.questions.catalog import open_catalog
from benchmarks.population import Checkpoint, population
from benchmarks.shared_structure import disk

Seconds = defaultdict[str, list[float]]
"""Of one ingest between two stops, by the kind of model, and by whether its structure was known."""

STOPS = (100, 300, 1_000, 3_000, 10_000, 30_000, 100_000)
"""Numbers of models at which questions are asked."""
TIMES = 5
"""How often a question is asked at each stop; the median counts."""
ABOUT_ONE = ("model-summary", "attention-inventory", "cross-attention", "size-by-component", "kin")


def fill(
    store: Store, folder: Path, checkpoints: Iterator[Checkpoint], costs: Seconds, until: int, already: int
) -> int:
    """Ingest one checkpoint after another from files, until so many are there; how many are there now."""
    file = folder / "model.header.json"
    for number, checkpoint in enumerate(checkpoints, already + 1):
        file.write_text(checkpoint.header)
        start = time.perf_counter()
        ingested = ingest_source(str(file), store, name=checkpoint.name)
        seconds = time.perf_counter() - start
        known = "known" if "same architecture" in str(ingested.row[-1]) else "new"
        costs[known].append(seconds)
        costs[checkpoint.kind].append(seconds)
        if number == until:
            return number
    return until


def questions(store: Store) -> Iterator[tuple[str, Callable[[], object]]]:
    """Questions over all models, and a few about one, ready to be asked."""
    catalog = open_catalog()
    for question in catalog.all():
        if question.topic == "several models" and not any(p.required for p in question.params):
            yield question.id, lambda q=question: ask(store, q, bind(q, {}), counted=False)
    for id_ in ABOUT_ONE:
        question = catalog.get(id_)
        yield f"{id_} of one", lambda q=question: ask(store, q, bind(q, {"model": "base-1"}), counted=False)


def taken(call: Callable[[], object]) -> float:
    """Milliseconds of a call, the median of a few after a first."""
    call()
    out = []
    for _ in range(TIMES):
        start = time.perf_counter()
        call()
        out.append(1000 * (time.perf_counter() - start))
    return median(out)


def count(store: Store, label: str) -> int:
    """Nodes of a label."""
    return int(store.read(f"MATCH (n:{label}) RETURN count(n) AS n").rows[0][0])


def report(store: Store, folder: Path | None, models: int, costs: Seconds) -> None:
    """Print what was measured since the last stop, and what each question takes now."""
    structures = count(store, "Structure")
    size = f", {disk(folder) / 1e6:,.0f} MB" if folder else ""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(f"\n## {models:,} models of {structures:,} structures{size}, peak memory of the process {peak:,.0f} MB")
    for kind, seconds in sorted(costs.items()):
        high = quantiles(seconds, n=20)[-1] if len(seconds) > 1 else seconds[0]
        middle = f"median {1000 * median(seconds):5.0f} ms, 95 % {1000 * high:5.0f} ms"
        print(f"{kind:>10}: {len(seconds):5} in {sum(seconds):6.1f} s, {middle}")
    for name, call in questions(store):
        print(f"{name:>32}: {taken(call):7.1f} ms", flush=True)


def run(models: int, where: str | None, seed: int) -> None:
    """Fill a store stop by stop."""
    with tempfile.TemporaryDirectory() as parent:
        uri = where or str(Path(parent) / "store")
        folder = None if is_server(uri) else Path(uri)
        store = open_store(uri)
        checkpoints = population(models, seed=seed)
        already = 0
        for stop in sorted({*(s for s in STOPS if s < models), models}):
            costs: Seconds = defaultdict(list)
            already = fill(store, Path(parent), checkpoints, costs, stop, already)
            report(store, folder, already, costs)
        store.close()


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hub", description=__doc__)
    parser.add_argument("models", type=int, nargs="?", default=1_000)
    parser.add_argument("store", nargs="?")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    run(given.models, given.store, given.seed)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
