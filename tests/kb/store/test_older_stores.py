"""A store that an earlier release wrote opens, answers, and takes new models: one archive a schema."""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path

import pytest

from archkb.kb.store import open_store
from archkb.queries.questions.ask_store import ask, bind
from archkb.queries.questions.catalog import open_catalog
from tests.tables import model_tables

DATA = Path(__file__).parent / "data"
ARCHIVES = sorted(DATA.glob("schema-*.tar.xz"))


@pytest.fixture(params=ARCHIVES, ids=lambda archive: archive.name.removesuffix(".tar.xz"))
def older_uri(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A copy of a store as that release left it: two small vision transformers."""
    with tarfile.open(request.param) as archive:
        archive.extractall(tmp_path, filter="data")
    (folder,) = tmp_path.iterdir()
    return str(shutil.move(folder, tmp_path / "store"))


def test_every_schema_that_was_released_is_among_the_archives() -> None:
    assert ARCHIVES, f"no archive in {DATA}"


@pytest.mark.parametrize("read_only", [True, False])
def test_its_models_are_listed_and_questions_answer(older_uri: str, read_only: bool) -> None:
    store = open_store(older_uri, read_only=read_only)
    try:
        assert [(m.name, m.n_tensors) for m in store.models()] == [("vit-small", 52), ("vit-wide", 76)]
        stacks = open_catalog(None).get("stacks")
        (row,) = ask(store, stacks, bind(stacks, {"model": "vit-wide"})).records()
        assert (row["stack"], row["depth"]) == ("blocks", 6)
        assert store.load("vit-small").model["n_params"] == 7_778_152
    finally:
        store.close()


def test_a_new_model_is_written_beside_the_old_ones(older_uri: str) -> None:
    store = open_store(older_uri)
    try:
        store.replace(model_tables())
        assert [m.name for m in store.models()] == ["toy", "vit-small", "vit-wide"]
        store.forget("vit-small")
        assert [m.name for m in store.models()] == ["toy", "vit-wide"]
    finally:
        store.close()


@pytest.fixture
def sharing_uri(tmp_path: Path) -> str:
    """A store of schema 3: a model, one of its header under another name, one with other heads, and an adapter."""
    with tarfile.open(DATA / "sharing-3.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    return str(tmp_path / "store")


NAMES = ("base", "lora", "other-heads", "tuned")


def test_models_of_one_header_come_to_share_its_structure(sharing_uri: str) -> None:
    store = open_store(sharing_uri)
    try:
        structures = dict(store.read("MATCH (m:Model) RETURN m.name AS name, m.structure AS s").rows)
        assert structures["base"] == structures["tuned"] != structures["other-heads"]
        assert store.read("MATCH (s:Structure) RETURN count(s) AS n").rows == ((3,),)
        assert store.read("MATCH (n) WHERE n.model IS NOT NULL RETURN count(n) AS n").rows == ((0,),)
        assert store.health().faults == ()
        heads = open_catalog(None).get("heads")
        counts = {n: ask(store, heads, bind(heads, {"model": n})).records()[0]["heads"] for n in NAMES if n != "lora"}
        assert counts == {"base": 8, "other-heads": 4, "tuned": 8}
        tuned, base = store.load("tuned"), store.load("base")
        assert (tuned.metadata["format"], "run" in tuned.metadata, "run" in base.metadata) == ("pt", True, False)
        assert tuned.spans().keys() == base.spans().keys()
        assert tuned.spans() != base.spans(), "the files hold their tensors in two orders"
        adapters = open_catalog(None).get("adapters")
        found = ask(store, adapters, bind(adapters, {})).records()
        assert [(row["base"], row["bases_alike"]) for row in found] == [("base", 1), ("other-heads", None)]
    finally:
        store.close()


def test_a_conversion_that_was_killed_goes_on(sharing_uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from archkb.kb.store import unshared_models

    real, seen = unshared_models._convert, []

    def killed(tx: object, uid: str) -> None:
        if len(seen) == 2:
            raise KeyboardInterrupt
        seen.append(uid)
        real(tx, uid)  # type: ignore[arg-type]

    monkeypatch.setattr(unshared_models, "_convert", killed)
    with pytest.raises(KeyboardInterrupt):
        open_store(sharing_uri)
    monkeypatch.setattr(unshared_models, "_convert", real)

    store = open_store(sharing_uri)
    try:
        assert tuple(m.name for m in store.models()) == NAMES
        assert store.health().faults == ()
        assert store.read("MATCH (m:Model) WHERE m.structure IS NULL RETURN count(m) AS n").rows == ((0,),)
    finally:
        store.close()
