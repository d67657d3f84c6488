"""Our scoring must give the figures of the corpus' own scorer, on predictions that are neither perfect nor empty."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from archkb.queries.bench.corpus import records
from archkb.queries.bench.run import MAIN, figures, score_record
from tests.scorer import load_scorer

TASKS = (*MAIN, "attention")


def _spoil(prediction: dict[str, Any], seed: int) -> dict[str, Any]:
    """Drop a fifth of everything, exchange some types, add some nonsense; the same for the same seed."""
    dice = random.Random(seed)
    modules = {p: ("linear" if dice.random() < 0.1 else t) for p, t in prediction["modules"].items()}
    out: dict[str, Any] = {"modules": {p: t for p, t in modules.items() if dice.random() > 0.2}, "role": "vae"}
    out["modules"]["no.such.module"] = "conv2d"
    for task in ("stacks", "attention", "mlp", "residual"):
        out[task] = [dict(item) for item in prediction[task] if dice.random() > 0.2]
    for item in out["attention"]:
        item["kind"] = dice.choice([item["kind"], "self", "cross"])
    for item in out["residual"]:
        item["around"] = [a for a in item["around"] if dice.random() > 0.1]
    out["stacks"].append({"path": "no.such.stack", "depth": 3})
    out["attention"].append({"path": "no.such.attention", "kind": "self"})
    out["mlp"].append({"path": "no.such.mlp", "type": "plain"})
    return out


@pytest.mark.shared
@pytest.mark.slow
def test_counts_are_those_of_the_corpus_scorer(shared: Path) -> None:
    scorer = load_scorer(shared / "corpus" / "score.py")
    for seed, record in enumerate(records(shared / "corpus" / "models")):
        prediction = _spoil(scorer.perfect(record), seed)
        theirs, _, _ = scorer.score_model(record, prediction)
        ours = score_record(record, prediction)
        for task in TASKS:
            if task in theirs:
                expected = theirs[task]
                got = ours.tasks[task]
                assert (got.tp, got.fp, got.fn) == (expected.tp, expected.fp, expected.fn), (record["name"], task)


@pytest.mark.shared
@pytest.mark.slow
def test_perfect_predictions_score_one_and_empty_ones_none(shared: Path) -> None:
    scorer = load_scorer(shared / "corpus" / "score.py")
    found = list(records(shared / "corpus" / "models"))
    perfect = figures([score_record(r, scorer.perfect(r)) for r in found], "all")
    empty = figures([score_record(r, {}) for r in found], "all")
    assert {f.task: f.f1 for f in perfect} == {f.task: 1.0 for f in perfect}
    assert {f.task: f.f1 for f in empty} == {f.task: 0.0 for f in empty}
