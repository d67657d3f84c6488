"""A damaged store is told, whatever file is damaged and however; never is it read as an empty or a smaller one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from archkb.kb.errors import StoreError
from archkb.kb.store import Store, open_store
from archkb.kb.store.read_back import canonical
from tests.tables import model_tables

KINDS = (
    "dictionary.*",
    "schema.json",
    "configuration.json",
    "Model_0.*.bucket",
    "Tensor_0.*.bucket",
    "Linear%7EModule_0.*.bucket",
    "CONTAINS_0.*.bucket",
    "Tensor_0_in_edges.*.bucket",
    "Meta_0.*.bucket",
    "Model_0_*.umtidx",
    "Tensor_0_*.umtidx",
    "Meta_0_*.umtidx",
    "Tensor_0_*.numtidx",
    "Linear%7EModule_0_*.umtidx",
)
"""A file of each kind that a database folder has: names of properties, schema, settings, records, edges, indexes."""

HOW: dict[str, Callable[[Path], object]] = {
    "truncated": lambda path: os.truncate(path, path.stat().st_size // 2),
    "emptied": lambda path: os.truncate(path, 0),
    "zeroed": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "deleted": lambda path: path.unlink(),
}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that was written and closed."""
    folder = tmp_path_factory.mktemp("damage") / "written"
    with closing(open_store(str(folder))) as store:
        store.replace(model_tables())
        store.replace(model_tables("other", blocks=3))
    return folder


def told(folder: Path) -> str:
    """What opening, listing, loading or looking at all of a store says is wrong; empty where all is as it was."""
    try:
        with closing(open_store(str(folder), read_only=True)) as store:
            faults = store.health().faults
            if faults:
                return faults[0]
            for tables in (model_tables(), model_tables("other", blocks=3)):
                assert canonical(store.load(tables.name)) == canonical(tables)
    except StoreError as error:
        return str(error) if error.cure else ""
    return ""


def damaged(folder: Path, kind: str, how: str, to: Path) -> Path:
    """A copy of a store with one file of a kind damaged."""
    shutil.copytree(folder, to)
    victim = next(path for path in sorted((to / "db").glob(kind)) if path.stat().st_size)
    HOW[how](victim)
    return to


def test_a_store_that_is_whole_is_told_to_be(written: Path) -> None:
    assert told(written) == ""
    with closing(open_store(str(written), read_only=True)) as store:
        assert store.health().files


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("kind", KINDS)
def test_damage_is_told(written: Path, tmp_path: Path, kind: str, how: str) -> None:
    assert told(damaged(written, kind, how, tmp_path / "copy"))


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("kind", ["last-tx-id.bin", "statistics.json", "schema.prev.json"])
def test_what_says_nothing_about_the_graph_is_no_damage(written: Path, tmp_path: Path, kind: str, how: str) -> None:
    folder = damaged(written, kind, how, tmp_path / "copy")

    assert told(folder) == ""
    with closing(open_store(str(folder))) as store:
        store.replace(model_tables("third"))
    assert told(folder) == ""


@pytest.mark.parametrize("how", ["truncated", "emptied", "deleted"])
@pytest.mark.parametrize("kind", ["dictionary.*", "schema.json", "Tensor_0.*.bucket", "Tensor_0_*.umtidx"])
def test_nothing_is_written_over_a_damaged_store(written: Path, tmp_path: Path, kind: str, how: str) -> None:
    folder = damaged(written, kind, how, tmp_path / "copy")
    before = {path.name: path.read_bytes() for path in (folder / "db").iterdir()}

    with pytest.raises(StoreError, match="damaged"):
        open_store(str(folder))

    assert {path.name: path.read_bytes() for path in (folder / "db").iterdir()} == before


def test_what_was_zeroed_is_told_after_more_was_written(written: Path, tmp_path: Path) -> None:
    folder = damaged(written, "CONTAINS_0.*.bucket", "zeroed", tmp_path / "copy")
    os.utime(next((folder / "db").glob("CONTAINS_0.*")), ns=(1, 1))
    shutil.copystat(next((written / "db").glob("CONTAINS_0.*")), next((folder / "db").glob("CONTAINS_0.*")))
    open_store(str(folder)).close()

    assert "CONTAINS" in told(folder)


@pytest.mark.parametrize("kind", ["dictionary.*", "Tensor_0.*.bucket", "Model_0.*.bucket"])
def test_a_store_without_a_record_is_counted(written: Path, tmp_path: Path, kind: str) -> None:
    folder = damaged(written, kind, "zeroed", tmp_path / "copy")
    (folder / "sums.json").unlink()

    assert told(folder)


def test_a_model_that_lost_its_tensors_is_told_by_whoever_reads_it(store: Store) -> None:
    store.replace(model_tables())
    _engine_write(store, "MATCH (t:Tensor) DETACH DELETE t RETURN count(*) AS n")

    assert store.health().faults == ("toy: it has 6 tensors and 9 modules, and 0 and 9 of them are found",)
    for read in (store.load, store.check):
        with pytest.raises(StoreError, match="6 tensors and 9 modules, and 0 and 9"):
            read("toy")


def test_parts_of_a_model_that_is_gone_are_told(store: Store) -> None:
    store.replace(model_tables())
    _engine_write(store, "MATCH (m:Model) DETACH DELETE m RETURN count(*) AS n")

    assert store.health().faults == ("2-a-n-s: a structure that no model has; `archkb gc` frees it",)
    _engine_write(store, "MATCH (s:Structure) DETACH DELETE s RETURN count(*) AS n")

    assert store.health().faults == ("2-a-n-s: parts of a structure that is not there; `archkb gc` frees them",)


def test_a_model_without_its_structure_or_a_way_to_it_is_told(store: Store) -> None:
    store.replace(model_tables())
    store.replace(model_tables("other"))
    _engine_write(store, "MATCH (:Model {name: 'other'})-[r:CONTAINS]->() DELETE r RETURN count(*) AS n")
    assert store.health().faults == ("other: it leads to 0 of 1 top modules",)

    _engine_write(store, "MATCH (m:Model {name: 'toy'}) SET m.structure = 'gone' RETURN count(*) AS n")

    assert "toy: its structure is not there" in store.health().faults
    for read in (store.load, store.check):
        with pytest.raises(StoreError):
            read("toy")


def test_damage_of_a_shared_structure_is_told_of_all_its_models(store: Store) -> None:
    for name in ("a", "b", "c", "d", "e"):
        store.replace(model_tables(name))
    _engine_write(store, "MATCH (t:Tensor) DETACH DELETE t RETURN count(*) AS n")

    [fault] = store.health().faults
    assert fault.startswith("a, b, c and 2 more: it has 6 tensors")
    for name in ("a", "e"):
        with pytest.raises(StoreError, match="0 and 9"):
            store.check(name)


@pytest.mark.parametrize("kind", ["Model_0.*.bucket", "Linear%7EModule_0.*.bucket"])
def test_a_query_that_meets_a_damaged_page_is_not_blamed(written: Path, tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(written, folder)
    (folder / "sums.json").unlink()
    page = next(path for path in sorted((folder / "db").glob(kind)) if path.stat().st_size)
    content = page.read_bytes()
    page.write_bytes(content[:200] + b"\xff" * (len(content) - 200))

    query = "MATCH (a)-[r]->(b) RETURN a.uid AS a, b.uid AS b, a.name AS name ORDER BY a, b"
    with pytest.raises(StoreError, match="the store is damaged") as caught, closing(open_store(str(folder))) as store:
        store.read(query, {})
    assert "archkb doctor" in str(caught.value)
    assert "parameters" not in str(caught.value)


def _engine_write(store: Store, cypher: str) -> None:
    with store._engine.transaction() as transaction:  # type: ignore[attr-defined]
        transaction.run(cypher)


def test_who_is_killed_leaves_no_record_and_the_next_makes_one(written: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(written, folder)
    store = open_store(str(folder))
    assert not (folder / "sums.json").exists()
    store.replace(model_tables("third"))
    store.close()

    assert told_files(folder)


def test_a_store_that_another_release_wrote_to_since_is_not_called_damaged(written: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(written, folder)
    record = (folder / "sums.json").read_bytes()
    with closing(open_store(str(folder))) as store:
        store.replace(model_tables("third"))
    (folder / "sums.json").write_bytes(record)

    assert not told_files(folder)


def told_files(folder: Path) -> bool:
    """Whether the files could be compared; nothing may be wrong."""
    with closing(open_store(str(folder), read_only=True)) as store:
        health = store.health()
    assert health.faults == ()
    return health.files
