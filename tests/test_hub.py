"""The rehearsal of a hub: a population by rule, and a run that goes on where it was ended."""

from __future__ import annotations

import json
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from archkb.kb.store import open_store
from benchmarks import hub, hub_growth
from benchmarks.population import Shares, population


def test_a_smaller_population_is_the_beginning_of_a_larger_one() -> None:
    assert list(population(12)) == list(islice(population(30), 12))


def test_the_shares_are_kept_and_a_fine_tune_has_the_header_of_its_base() -> None:
    checkpoints = list(population(400, Shares(bases=0.1, adapters=0.3)))
    kinds = Counter(one.kind for one in checkpoints)
    assert 80 < kinds["adapters"] < 160
    tensors = {one.name: {k: v for k, v in json.loads(one.header).items() if k[0] != "_"} for one in checkpoints[:60]}
    tuned = [one.name for one in checkpoints[:60] if one.kind == "finetunes"]
    assert tuned
    for name in tuned:
        base = name.partition("-finetunes")[0]
        assert tensors[name] == tensors[base], name


def test_a_run_goes_on_where_it_was_ended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    uri = str(tmp_path / "store")
    hub.run(4, uri, seed=1)
    hub.run(6, uri, seed=1)

    assert "6 models of" in capsys.readouterr().out
    store = open_store(uri)
    assert {model.name for model in store.models()} == {one.name for one in population(6)}
    store.close()


def test_what_is_tried_on_a_store_leaves_it_as_it_was(tmp_path: Path) -> None:
    uri = str(tmp_path / "store")
    hub.run(3, uri, seed=1)
    store = open_store(uri)
    before = hub.count(store, "Structure"), store.models()
    kind, header = list(hub_growth.headers())[-1]

    assert kind == "new"
    assert hub_growth.ingest(store, tmp_path / "model.header.json", header) > 0
    assert (hub.count(store, "Structure"), store.models()) == before
    store.close()
