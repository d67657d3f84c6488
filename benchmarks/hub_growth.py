"""What grows with a store: the same ingests and questions on a small and on a large one in turn, as ratios.

python -m benchmarks.hub_growth SMALL_STORE LARGE_STORE [TIMES]

Both are folders that `benchmarks.hub` filled; each is as it was afterwards. Models are ingested and forgotten again:
some with a header that is there, some with a new one. Times are of the processor: what other programs do on the
machine tells less. Every question over all models is asked, and each of a few about one.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from statistics import median

from archkb.kb.store import open_store
from archkb.kb.store.port import Store
from archkb.queries.interface.ingest_source import ingest_source
from benchmarks.hub import clocks, count, fill, questions, since
from benchmarks.paired import Ratio
from benchmarks.population import decoder, diffusion, encoder, population, text

NEW = (decoder, diffusion, encoder)
"""Kinds of nets of which a new header is made."""
KNOWN = 2
"""Models that every population begins with, by whose headers a known one is tried: the first two."""
SMALL, LARGE, TIMES = 50, 500, 7
"""Models of the stores that are compared where none are given, and how often."""
_NAME = "hub-growth-probe"

Costs = dict[str, tuple[list[float], list[float]]]
"""Seconds in the small store and in the large one, by whether the header was known."""


def headers() -> Iterator[tuple[str, str]]:
    """What is ingested, and whether its header is known: the same for both stores."""
    for checkpoint in islice((c for c in population(100) if c.kind == "bases"), KNOWN):
        yield "known", checkpoint.header
    for seed, kind in enumerate(NEW):
        yield "new", text(kind(random.Random(f"probe {seed}")), {"format": "pt"})


def ingest(store: Store, file: Path, header: str) -> float:
    """Seconds of the processor that one ingest takes; the model is forgotten again."""
    file.write_text(header)
    start = clocks()
    ingest_source(str(file), store, name=_NAME)
    seconds = since(start)[1]
    store.forget(_NAME)
    return seconds


def ask(call: Callable[[], object]) -> float:
    """Seconds of the processor that one question takes."""
    start = clocks()
    call()
    return since(start)[1]


def line(name: str, small: list[float], large: list[float]) -> str:
    """Medians of both and their ratio."""
    low, high = 1000 * median(small), 1000 * median(large)
    return f"{name:>34}: {low:8.1f} ms, {high:8.1f} ms, ratio {high / low:5.2f}"


def ingests(stores: Sequence[Store], times: int) -> Costs:
    """Ingest each header into both in turn, once to warm up and then so many times."""
    costs: Costs = {"known": ([], []), "new": ([], [])}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.header.json"
        for turn in range(times + 1):
            for kind, header in headers():
                for store, seconds in zip(stores, costs[kind], strict=True):
                    took = ingest(store, file, header)
                    if turn:
                        seconds.append(took)
    return costs


@cache
def _filled() -> Costs:
    """What ingests cost in a store of SMALL and one of LARGE models, filled for it."""
    with tempfile.TemporaryDirectory() as parent:
        stores = []
        for models in (SMALL, LARGE):
            store = open_store(str(Path(parent) / f"store-{models}"))
            fill(store, Path(parent), population(models), defaultdict(list))
            stores.append(store)
        costs = ingests(stores, TIMES)
        for store in stores:
            store.close()
    return costs


def _growth(kind: str) -> Ratio:
    small, large = _filled()[kind]
    single = sorted(b / a for a, b in zip(small, large, strict=True))
    name = f"model with a {kind} header in a store of {LARGE} models"
    ends = (median(large), median(small), single[0], single[-1], len(single))
    return Ratio(name, f"in a store of {SMALL}", *ends, 1.3)


def known_header() -> Ratio:
    """What a model costs whose header is there, in a store ten times as large."""
    return _growth("known")


def new_header() -> Ratio:
    """What a model costs whose header is new, in a store ten times as large."""
    return _growth("new")


RUNS = (known_header, new_header)


def run(small_uri: str, large_uri: str, times: int = TIMES) -> None:
    """Measure, and print a line for each."""
    stores = [open_store(uri) for uri in (small_uri, large_uri)]
    print(" and ".join(f"{count(s, 'Model'):,} models of {count(s, 'Structure'):,} structures" for s in stores))
    costs = ingests(stores, times)
    for kind, (small, large) in costs.items():
        print(line(f"ingest, {kind} header", small, large), flush=True)
    total = {True: [0.0, 0.0], False: [0.0, 0.0]}
    for (name, small_call), (_, large_call) in zip(*(questions(store) for store in stores), strict=True):
        pairs = [(ask(small_call), ask(large_call)) for _ in range(times + 1)][1:]
        small, large = ([pair[i] for pair in pairs] for i in (0, 1))
        about_one = name.endswith(" of one")
        total[about_one][0] += median(small)
        total[about_one][1] += median(large)
        print(line(name, small, large), flush=True)
    for about_one, (low, high) in total.items():
        print(line("all about one" if about_one else "all over models", [low], [high]))
    for store in stores:
        store.close()


if __name__ == "__main__":
    run(*sys.argv[1:3], *map(int, sys.argv[3:4]))
