"""A store's folder is its own: another's is never written over, and stores from before the marker still open."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from archkb.kb.errors import StoreError
from archkb.kb.store import open_store
from archkb.kb.store.store_folder import MARKER
from tests.tables import model_tables


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


OTHERS = {
    "a project with a database": {"db/schema.json": b'{"tables": 12}', "app.py": b"print()"},
    "another engine's schema alone": {"db/schema.json": b'{"types": {}}'},
    "a database of another program": {
        "db/schema.json": b'{"types": {"Person": {}}}',
        "db/dictionary.0.65536.v1.dict": b"\0" * 64,
        "db/Person_0.1.65536.v0.bucket": b"\0" * 64,
    },
    "logs": {"log/server.log": b"started"},
    "one hidden file": {".gitignore": b"*"},
}


@pytest.mark.parametrize("files", OTHERS.values(), ids=OTHERS.keys())
@pytest.mark.parametrize("read_only", [False, True])
def test_a_folder_of_something_else_is_refused_untouched(
    embedded_uri: str, files: dict[str, bytes], read_only: bool
) -> None:
    folder = Path(embedded_uri)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text)

    with pytest.raises(StoreError) as caught:
        open_store(embedded_uri, read_only=read_only)

    assert "no store" in caught.value.what
    assert caught.value.cure
    assert content(folder) == files


def test_an_empty_folder_becomes_a_store(embedded_uri: str) -> None:
    Path(embedded_uri).mkdir()

    open_store(embedded_uri).close()

    assert Path(embedded_uri, MARKER).is_file()


@pytest.fixture
def unmarked(embedded_uri: str) -> Path:
    """A store as the release before the marker wrote it."""
    with closing(open_store(embedded_uri)) as store:
        store.replace(model_tables())
    folder = Path(embedded_uri)
    for name in (MARKER, "sums.json", "sums.json.old", "turn"):
        (folder / name).unlink(missing_ok=True)
    return folder


def test_a_store_without_a_marker_is_known_by_its_database(unmarked: Path) -> None:
    with closing(open_store(str(unmarked), read_only=True)) as store:
        assert [model.name for model in store.models()] == ["toy"]
        assert store.health().faults == ()
    assert not (unmarked / MARKER).exists(), "a reader marks nothing"

    with closing(open_store(str(unmarked))) as store:
        store.replace(model_tables("other"))
    assert (unmarked / MARKER).is_file()
    with closing(open_store(str(unmarked), read_only=True)) as store:
        assert store.health().files


def test_a_store_that_was_killed_before_its_database_was_made_is_taken_up(embedded_uri: str) -> None:
    folder = Path(embedded_uri)
    (folder / "holders").mkdir(parents=True)
    (folder / "log").mkdir()
    (folder / "lock").touch()

    open_store(embedded_uri).close()


def test_a_marked_folder_without_a_database_holds_no_store_to_read(embedded_uri: str) -> None:
    open_store(embedded_uri).close()
    shutil.rmtree(Path(embedded_uri, "db"))
    Path(embedded_uri, "sums.json").unlink()

    with pytest.raises(StoreError, match="no store is there"):
        open_store(embedded_uri, read_only=True)
    open_store(embedded_uri).close()


def test_a_relative_folder_is_the_one_it_was_when_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        open_store("store").close()

    assert all((tmp_path / name / "store" / "db" / "schema.json").is_file() for name in ("first", "second"))
