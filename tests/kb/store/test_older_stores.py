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
