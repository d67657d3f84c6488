"""`models`, `tree`, `export`, `forget`, `schema`, `doctor`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archkb.kb.schema_page import schema_page
from archkb.queries.cli import terminal
from tests.queries.conftest import Archkb


def test_models(archkb: Archkb, small: Path) -> None:
    found = archkb("models", "--json", store=small).json
    assert [m["name"] for m in found] == ["duo", "solo", "solo-copy"]
    assert list(found[0]) == ["name", "family", "role", "tensors", "params", "bytes", "format", "source"]
    assert "5,100" in archkb("models", store=small).out


def test_the_store_can_be_named_before_or_after_the_command(archkb: Archkb, small: Path) -> None:
    assert len(archkb("--store", small, "models", "--json").json) == 3
    assert len(archkb("models", "--store", small, "--json").json) == 3


def test_tree_draws_equal_siblings_once(archkb: Archkb, small: Path) -> None:
    out = archkb("tree", "duo", "--depth", 2, store=small).out
    assert out.startswith("duo")
    assert "blocks" in out
    rows = archkb("tree", "duo", "net.blocks", "--json", store=small).json
    assert rows[0]["path"] == "net.blocks"
    assert {r["level"] for r in rows} == {0, 1, 2, 3}


def test_tree_of_a_path_that_is_not_there(archkb: Archkb, small: Path) -> None:
    called = archkb("tree", "duo", "net.block", store=small)
    assert called.code == 2
    assert "net.blocks" in called.err


@pytest.mark.parametrize(
    ("format", "start"), [("graphml", "<?xml"), ("json", "{"), ("mermaid", "flowchart"), ("dot", "digraph")]
)
def test_export(archkb: Archkb, small: Path, tmp_path: Path, format: str, start: str) -> None:
    called = archkb("export", "duo", "--format", format, store=small)
    assert called.out.startswith(start)
    target = tmp_path / "out"
    assert archkb("export", "duo", "--format", format, "--output", target, store=small).out == ""
    assert target.read_text() == called.out


def test_export_of_an_unknown_form_or_to_nowhere(archkb: Archkb, small: Path, tmp_path: Path) -> None:
    assert archkb("export", "duo", "--format", "png", store=small).code == 2
    called = archkb("export", "duo", "--format", "dot", "--output", tmp_path / "no" / "where", store=small)
    assert called.code == 2
    assert "cannot be written" in called.err


def test_forget(archkb: Archkb, header, monkeypatch: pytest.MonkeyPatch) -> None:
    archkb("ingest", header("a.json"), header("b.json", 16))
    assert archkb("forget", "a").code == 2, "nobody is there to ask"
    monkeypatch.setattr(terminal, "interactive", lambda: True)
    monkeypatch.setattr(terminal, "ask", lambda prompt: "n")
    assert archkb("forget", "a").code == 2
    assert len(archkb("models", "--json").json) == 2
    monkeypatch.setattr(terminal, "ask", lambda prompt: "y")
    assert archkb("forget", "a").code == 0
    assert archkb("forget", "b", "--yes", "--json").json[0]["name"] == "b"
    assert archkb("models", "--json").json == []
    assert "no model 'a'" in archkb("forget", "a", "--yes").err


def test_schema(archkb: Archkb) -> None:
    assert archkb("schema").out == schema_page("md")
    assert archkb("schema", "--format", "mermaid").out == schema_page("mermaid")
    assert "CREATE CONSTRAINT" in archkb("schema", "--format", "cypher").out


def test_doctor(archkb: Archkb, small: Path, tmp_path: Path) -> None:
    assert archkb("doctor", store=small).code == 0
    called = archkb("doctor", "--json", store=tmp_path / "nowhere")
    assert called.code == 2
    assert [row["ok"] for row in called.json].count(False) == 1


@pytest.mark.parametrize("command", ["models", "doctor"])
@pytest.mark.parametrize(
    "address",
    [
        "http://me:SECRET@host/",
        "bolt://me:SE/CRET@host:1",
        "bolt://host:1?password=SECRET",
        "bolt://host:1/db?password=SECRET",
        "foo:me:SECRET@host",
        "file://me:SECRET@host/x",
    ],
)
def test_no_password_is_ever_shown(archkb: Archkb, command: str, address: str) -> None:
    called = archkb(command, store=address)

    assert called.code == 2
    assert "CRET" not in called.out + called.err


def test_names_from_a_file_cannot_drive_the_terminal(archkb: Archkb, tmp_path: Path) -> None:
    key = "evil\x1b[2J.weight"
    path = tmp_path / "evil.json"
    path.write_text(json.dumps({key: {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}))
    archkb("ingest", path)
    for command in (
        ["tree", "evil"],
        ["ask", "largest-tensors", "evil"],
        ["cypher", "MATCH (t:Tensor) RETURN t.key AS k"],
    ):
        called = archkb(*command)
        assert "\x1b" not in called.out + called.err
