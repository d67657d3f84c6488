"""Every figure of every pair must be the one the pairs' own scorer gives, for good, bad and broken predictions."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archkb.queries.bench.diff_score import score_pair
from archkb.queries.bench.pairs import pair_of
from archkb.queries.cli.commands.bench_diff import _predict
from tests.scorer import load_scorer

Record = dict[str, Any]


def _spoilt(prediction: Record, seed: str) -> Record:
    """A tenth dropped, a tenth exchanged, other kinds, entries no scorer may take; the same for the same seed."""
    dice = random.Random(seed)
    kept = [[list(a), list(b), k] for a, b, k in prediction["map"] if dice.random() > 0.1]
    for e in kept:
        if dice.random() < 0.1:
            other = dice.choice(kept)
            e[1], other[1] = other[1], e[1]
        if dice.random() < 0.1:
            e[2] = dice.choice(["same", "rename", "transpose"])
    kept += [[["no such key"], ["nor this"], "rename"], *kept[:1], *([[kept[-1][0], [], "rename"]] if kept else [])]
    facts = {k: (v if dice.random() > 0.2 else None) for k, v in prediction.get("facts", {}).items()}
    return {**prediction, "map": kept, "removed": prediction["removed"][:3], "facts": facts}


def _shifted(prediction: Record, record: Record) -> Record:
    """The blocks of the second model's free stacks in reverse or one further: other choices, admissible or not."""
    step = len(record["name"]) % 3 - 1

    def moved(key: str) -> str:
        for stack in record["truth"].get("free_index", []):
            head, rest = key[: len(stack["b"]) + 1], key[len(stack["b"]) + 1 :]
            index, dot, tail = rest.partition(".")
            if head == stack["b"] + "." and index.isdigit():
                return f"{head}{int(index) + step if step else 5 - int(index)}{dot}{tail}"
        return key

    return {**prediction, "map": [[a, [moved(x) for x in b], k] for a, b, k in prediction["map"]]}


@pytest.mark.shared
@pytest.mark.slow
def test_figures_are_the_scorers(shared: Path) -> None:
    scorer = load_scorer(shared / "diffpairs" / "score_diff.py")
    makers: dict[str, Callable[[Record, Record], Record]] = {
        "perfect": lambda record, _: scorer.perfect(record),
        "empty": lambda record, _: scorer.empty(record),
        "by name": lambda record, _: scorer.base_name(record),
        "by shape": lambda record, _: scorer.base_shape(record),
        "real": lambda _, real: real,
        "spoilt": lambda record, real: _spoilt(real, record["name"]),
        "shifted": lambda record, _: _shifted(scorer.perfect(record), record),
    }
    files = sorted((shared / "diffpairs" / "pairs").glob("*.json.gz"))
    assert len(files) > 100
    for path in files:
        record = json.loads(gzip.decompress(path.read_bytes()))
        pair = pair_of(record)
        real = _predict(pair)
        for maker, make in makers.items():
            prediction = make(record, real)
            theirs = dict(scorer.score(record, prediction))
            ours = score_pair(pair, prediction)
            assert {"name": ours.name, "kind": ours.kind, **ours.figures} == theirs, (record["name"], maker)
