"""Pairs of published headers with true maps, scored by their own scorer; floors a little below what is reached."""

from __future__ import annotations

import gzip
import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from archkb.queries.diff.align import align
from archkb.queries.diff.scorer_facts import prediction
from archkb.queries.tensor_types import Spec

FLOORS = {"packaging": 0.99, "version": 0.98, "surgery": 0.98}


def _scorer(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("score_diff", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.shared
@pytest.mark.slow
def test_floors_of_each_kind(shared: Path) -> None:
    scorer = _scorer(shared / "diffpairs" / "score_diff.py")
    rows: dict[str, list[Any]] = {}
    for path in sorted((shared / "diffpairs" / "pairs").glob("*.json.gz")):
        with gzip.open(path, "rt") as file:
            pair = json.load(file)
        a, b = ({k: Spec(v["dtype"], tuple(v["shape"])) for k, v in pair[side].items()} for side in "ab")
        rows.setdefault(pair["kind"], []).append(scorer.score(pair, prediction(align(a, b))))
    for kind, floor in FLOORS.items():
        assert sum(r["f1"] for r in rows[kind]) / len(rows[kind]) >= floor, kind
        assert min(r["kind_acc"] for r in rows[kind]) > 0.99, kind
    assert all(r["clean"] for r in rows["packaging"])
    assert max(r["false_map_share"] for r in rows["design"]) < 0.05
