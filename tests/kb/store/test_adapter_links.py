"""Adapters and what they adapt, matched by what structures keep packed: the same is found as by reading the graph."""

from __future__ import annotations

from pathlib import Path

import pytest

from archkb.ingest.read_tables import infer, read_declared
from archkb.kb.store import Store, adapter_links
from archkb.kb.store.cypher_store import CypherStore
from archkb.kb.store.model_relations import relate_all
from benchmarks.population import Shares, population
from tests.kb.relations.test_adapter import adapter
from tests.kb.relations.test_fingerprint import tables
from tests.kb.store.test_model_relations import EDGES, base, edges, lora

MODELS = 36
SHARES = Shares(bases=0.3, adapters=0.5, quantized=0.1)


@pytest.fixture
def filled(store: Store, tmp_path: Path) -> CypherStore:
    """A store with a population of more bases and adapters than a hub has."""
    assert isinstance(store, CypherStore)
    file = tmp_path / "model.header.json"
    for checkpoint in population(MODELS, SHARES, seed=2):
        file.write_text(checkpoint.header)
        store.replace(infer(read_declared(str(file)), name=checkpoint.name))
    return store


def test_a_store_without_packed_matrices_finds_the_same(filled: CypherStore) -> None:
    with filled._engine.transaction() as tx:
        relate_all(tx)
    by_packed = filled.read(EDGES).rows
    assert sum(row[0] == "ADAPTS" for row in by_packed) > 5

    with filled._engine.transaction() as tx:
        tx.run("MATCH (s:Structure) REMOVE s.matrices RETURN count(s) AS n")
        relate_all(tx)

    assert filled.read(EDGES).rows == by_packed


def test_no_tensor_of_another_model_is_read(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a model was read whole")

    monkeypatch.setattr(adapter_links, "_targets_by_tensors", refuse)
    monkeypatch.setattr(adapter_links, "_widths_by_modules", refuse)
    other = tables(adapter("lora_unet_{}", "lora_down", "lora_up"), name="after")
    for model in (lora("before"), base("base"), other):
        store.replace(model)

    assert [pair for type_, *pair in edges(store) if type_ == "ADAPTS"] == [["after", "base"], ["before", "base"]]
