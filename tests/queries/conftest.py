"""The program as a person calls it, in this process: `archkb("models", "--json")`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from archkb.kb.store import open_store
from archkb.queries.cli import main
from tests.queries.graphs import small_models


@dataclass(frozen=True)
class Called:
    """What a call left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def rows(self) -> Any:
        """The rows of an answer to a question, without the sentence."""
        return self.json["rows"]


Archkb = Callable[..., Called]


@pytest.fixture
def archkb(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Archkb:
    """Run a command on a store of the test's own; `store=` names another."""
    monkeypatch.setenv("ARCHKB_STORE", str(tmp_path / "own"))
    monkeypatch.delenv("ARCHKB_QUESTIONS", raising=False)
    monkeypatch.setenv("COLUMNS", "160")

    def call(*arguments: object, store: object = None) -> Called:
        if store is not None:
            monkeypatch.setenv("ARCHKB_STORE", str(store))
        with pytest.raises(SystemExit) as ended:
            main([str(a) for a in arguments])
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return Called(int(ended.value.code or 0), out, err)

    return call


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the small models, for tests that only read."""
    path = tmp_path_factory.mktemp("small") / "store"
    store = open_store(str(path))
    for tables in small_models():
        store.replace(tables)
    store.close()
    return path


@pytest.fixture
def header(tmp_path: Path) -> Callable[..., Path]:
    """Write a tiny header as JSON; `name` is the file's, `width` its layers'."""

    def write(name: str = "tiny.json", width: int = 8) -> Path:
        tensors = {
            f"blocks.{i}.{part}.weight": {"dtype": "F32", "shape": [width, width], "data_offsets": [0, 0]}
            for i in range(2)
            for part in ("attn.to_q", "attn.to_k", "attn.to_v", "attn.to_out")
        }
        at = 0
        for spec in tensors.values():
            spec["data_offsets"] = [at, at + 4 * width * width]
            at += 4 * width * width
        path = tmp_path / name
        path.write_text(json.dumps(tensors))
        return path

    return write
