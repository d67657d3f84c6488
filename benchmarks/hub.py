"""A store as a hub would fill it: time, disk and memory a model as the store grows, and what questions cost then.

python -m benchmarks.hub [MODELS] [STORE] [--seed N]

STORE is a folder (default: a temporary one) or bolt://HOST:7687 of a server; what it holds of the population is left as
it is, so a run that was ended goes on. Beside the time stands the processor time of this process, which other programs
of the machine change less.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from statistics import median, quantiles

from archkb.kb.store import is_server, open_store
from archkb.kb.store.port import Store
from archkb.queries.interface.ingest_source import ingest_source
from archkb.queries.questions.ask_store import ask, bind
from archkb.queries.questions.catalog import open_catalog
from benchmarks.population import Checkpoint, population
from benchmarks.shared_structure import disk

Seconds = defaultdict[str, list[tuple[float, float]]]
"""Of one ingest between two stops, by the kind of model, and by whether its structure was known; on the clock, and of
the processor."""

STOPS = (100, 300, 1_000, 3_000, 10_000, 30_000, 100_000)
"""Numbers of models at which questions are asked."""
TIMES = 5
"""How often a question is asked at each stop; the median counts."""
ABOUT_ONE = ("model-summary", "attention-inventory", "cross-attention", "size-by-component", "kin")


def fill(store: Store, folder: Path, checkpoints: Iterable[Checkpoint], costs: Seconds) -> None:
    """Ingest checkpoints from files."""
    file = folder / "model.header.json"
    for checkpoint in checkpoints:
        file.write_text(checkpoint.header)
        start = clocks()
        ingested = ingest_source(str(file), store, name=checkpoint.name)
        seconds = since(start)
        known = "known" if "same architecture" in str(ingested.row[-1]) else "new"
        costs[known].append(seconds)
        costs[checkpoint.kind].append(seconds)


def clocks() -> tuple[float, float]:
    """The clock, and the processor time of this process, in seconds."""
    return time.perf_counter(), time.process_time()


def since(start: tuple[float, float]) -> tuple[float, float]:
    """How far both went on."""
    now = clocks()
    return now[0] - start[0], now[1] - start[1]


def questions(store: Store) -> Iterator[tuple[str, Callable[[], object]]]:
    """Questions over all models, and a few about one, ready to be asked."""
    catalog = open_catalog()
    for question in catalog.all():
        if question.topic == "several models" and not any(p.required for p in question.params):
            yield question.id, lambda q=question: ask(store, q, bind(q, {}), counted=False)
    for id_ in ABOUT_ONE:
        question = catalog.get(id_)
        yield f"{id_} of one", lambda q=question: ask(store, q, bind(q, {"model": "base-1"}), counted=False)


def taken(call: Callable[[], object]) -> tuple[float, float]:
    """Seconds of a call, on the clock and of the processor, each the median of a few after a first."""
    call()
    out = []
    for _ in range(TIMES):
        start = clocks()
        call()
        out.append(since(start))
    clock, processor = zip(*out, strict=True)
    return median(clock), median(processor)


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
        clock, processor = zip(*seconds, strict=True)
        high = quantiles(clock, n=20)[-1] if len(clock) > 1 else clock[0]
        middle = f"median {1000 * median(clock):5.0f} ms, 95 % {1000 * high:5.0f} ms"
        print(f"{kind:>10}: {len(clock):5} in {sum(clock):6.1f} s, {middle}; processor {_both(processor)}")
    for name, call in questions(store):
        clock_s, processor_s = taken(call)
        print(f"{name:>32}: {1000 * clock_s:7.1f} ms, processor {1000 * processor_s:7.1f} ms", flush=True)


def _both(seconds: Sequence[float]) -> str:
    return f"{sum(seconds):6.1f} s, median {1000 * median(seconds):5.0f} ms"


def run(models: int, where: str | None, seed: int) -> None:
    """Fill a store stop by stop."""
    with tempfile.TemporaryDirectory() as parent:
        uri = where or str(Path(parent) / "store")
        folder = None if is_server(uri) else Path(uri)
        store = open_store(uri)
        there = {model.name for model in store.models()}
        checkpoints, before = population(models, seed=seed), 0
        for stop in sorted({*(s for s in STOPS if s < models), models}):
            costs: Seconds = defaultdict(list)
            fill(store, Path(parent), (c for c in islice(checkpoints, stop - before) if c.name not in there), costs)
            if costs or stop == models:
                report(store, folder, stop, costs)
            before = stop
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
