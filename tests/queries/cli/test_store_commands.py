"""Commands on whole stores: what no model uses is freed, and a store is copied into another."""

from __future__ import annotations

from pathlib import Path

import pytest

from archkb.kb.store import Store, open_store
from tests.queries.conftest import Archkb
from tests.queries.graphs import duo, small_models


def test_nothing_is_freed_where_all_is_used(archkb: Archkb, tmp_path: Path) -> None:
    archkb("ingest", "design:aiprod-hwvae", store=tmp_path / "store")
    called = archkb("gc", "--json", store=tmp_path / "store")
    assert (called.code, called.json) == (0, [])
    assert "nothing to free" in called.err


def test_what_a_lost_model_left_is_freed(archkb: Archkb, tmp_path: Path) -> None:
    place = tmp_path / "store"
    store = open_store(str(place))
    store.replace(duo())
    with store._engine.transaction() as tx:  # type: ignore[attr-defined]
        tx.run("MATCH (m:Model {name: 'duo'}) DETACH DELETE m RETURN count(*) AS n")
    store.close()

    freed = {row["label"]: row["removed_nodes"] for row in archkb("gc", "--json", store=place).json}

    assert freed["Structure"] == 1
    assert freed["Module"] == len(list(duo().records("Module")))
    assert archkb("gc", "--json", store=place).json == []


def test_a_store_is_copied_whole_and_a_broken_copy_goes_on(archkb: Archkb, small: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy"
    first = archkb("copy", str(small), str(target), "--json")
    assert {row["status"] for row in first.json} == {"copied"}
    assert len(first.json) >= len(small_models())

    again = archkb("copy", str(small), str(target), "--json")
    assert {row["status"] for row in again.json} == {"there already"}
    asked = archkb("ask", "cross-attention", "duo", "--json", store=target)
    assert asked.json == archkb("ask", "cross-attention", "duo", "--json", store=small).json


def test_a_copy_reaches_every_store(small: Path, store: Store, archkb: Archkb) -> None:
    store.close()
    called = archkb("copy", str(small), store.uri, "--json")
    assert called.code == 0, called.err
    assert archkb("models", "--json", store=store.uri).json == archkb("models", "--json", store=small).json


def test_another_model_of_that_name_is_not_replaced_unasked(archkb: Archkb, small: Path, tmp_path: Path) -> None:
    target = tmp_path / "other"
    archkb("ingest", "design:aiprod-hwvae", "--name", "duo", store=target)
    refused = archkb("copy", str(small), str(target))
    assert refused.code == 2
    assert "has another model named 'duo'" in refused.err
    assert len(archkb("models", "--json", store=target).json) == 1
    assert archkb("copy", str(small), str(target), "--replace").code == 0


@pytest.mark.parametrize("spelling", ["{}", "{}/", "{}/../{name}"])
def test_a_store_is_not_copied_onto_itself(archkb: Archkb, small: Path, spelling: str) -> None:
    called = archkb("copy", str(small), spelling.format(small, name=small.name))
    assert called.code == 2
    assert "are one store" in called.err
