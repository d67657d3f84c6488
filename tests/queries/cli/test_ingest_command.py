"""`archkb ingest`, `design` and `designs`."""

from __future__ import annotations

from pathlib import Path

import pytest

from archkb.ingest.sources import read_header, shipped
from archkb.queries.interface.model_names import default_name
from tests.queries.conftest import Archkb


def test_a_file_becomes_a_model(archkb: Archkb, header) -> None:
    called = archkb("ingest", header(), "--family", "toys", "--json")
    assert called.code == 0
    [row] = called.json
    assert list(row) == ["name", "tensors", "params", "bytes", "modules", "attentions", "stacks", "status"]
    assert (row["name"], row["tensors"], row["params"], row["stacks"], row["status"]) == ("tiny", 8, 512, 1, "written")
    assert archkb("models", "--json").json[0]["family"] == "toys"


def test_again_is_unchanged_and_another_name_is_recognised(archkb: Archkb, header) -> None:
    archkb("ingest", header())
    assert archkb("ingest", header(), "--json").json[0]["status"] == "unchanged"
    assert archkb("ingest", header(), "--name", "twin", "--json").json[0]["status"] == (
        "written, same architecture as tiny (header)"
    )
    assert archkb("ingest", header(width=16), "--json").json[0]["status"] == "replaced"


def test_a_dry_run_writes_nothing(archkb: Archkb, header, tmp_path: Path) -> None:
    called = archkb("ingest", header(), "--dry-run", "--json")
    assert called.code == 0
    assert "8 Tensor" in called.json[0]["status"]
    assert not (tmp_path / "own").exists()


def test_one_bad_file_does_not_stop_the_others(archkb: Archkb, header, tmp_path: Path) -> None:
    bad = tmp_path / "bad.safetensors"
    bad.write_bytes(b"\x08\x00\x00\x00\x00\x00\x00\x00{")
    called = archkb("ingest", header("a.json"), bad, header("b.json", 16), "--json")
    assert called.code == 1
    assert [row["name"] for row in called.json] == ["a", "bad", "b"]
    assert called.json[1]["status"].startswith("failed: ")
    assert called.json[1]["tensors"] is None
    assert str(bad) in called.err
    assert "2 read, 0 already there, 1 failed" in called.err
    assert [m["name"] for m in archkb("models", "--json").json] == ["a", "b"]


def test_one_name_for_two_files(archkb: Archkb, header) -> None:
    called = archkb("ingest", header("a.json"), header("b.json"), "--name", "x")
    assert called.code == 2
    assert "--name names one model" in called.err


def test_a_file_that_is_not_there(archkb: Archkb, tmp_path: Path) -> None:
    called = archkb("ingest", tmp_path / "nope.safetensors")
    assert called.code == 2
    assert "nope.safetensors" in called.err


def test_an_empty_name_is_refused(archkb: Archkb, header) -> None:
    for command in ("ingest", "design"):
        called = archkb(command, header(), "--name", "")
        assert called.code == 2
        assert "--name is empty" in called.err


def test_a_header_without_tensors_is_warned_of(archkb: Archkb, tmp_path: Path) -> None:
    (tmp_path / "none.safetensors").write_bytes((2).to_bytes(8, "little") + b"{}")
    called = archkb("ingest", tmp_path / "none.safetensors", "--json")
    assert called.json[0]["tensors"] == 0
    assert "none.safetensors: the header lists no tensor" in called.err


def test_a_store_is_not_made_below_a_folder_that_is_not_there(archkb: Archkb, header, tmp_path: Path) -> None:
    called = archkb("ingest", header(), store=tmp_path / "no" / "such" / "store")
    assert called.code == 2
    assert "Cure: make that folder first, or correct --store." in called.err
    assert not (tmp_path / "no").exists()


def test_a_misspelt_design(archkb: Archkb) -> None:
    called = archkb("ingest", "design:aiprod-shd")
    assert called.code == 2
    assert "Did you mean 'aiprod-shdt'" in called.err


def test_designs_lists_what_ships(archkb: Archkb) -> None:
    assert [d["design"] for d in archkb("designs", "--json").json] == [f"design:{n}" for n in shipped()]


def test_design_writes_what_ingest_reads(archkb: Archkb, header, tmp_path: Path) -> None:
    source = header()
    target = tmp_path / "out.yaml"
    assert archkb("design", source, "--output", target).code == 0
    assert archkb("design", source).out == target.read_text()
    kept = {(t.key, t.dtype, t.shape) for t in read_header(source).tensors}
    assert {(t.key, t.dtype, t.shape) for t in read_header(target).tensors} == kept


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("a/b/x.safetensors", "x"),
        ("x.safetensors.index.json", "x"),
        ("x.json.gz", "x"),
        ("design:x-1.0", "x-1.0"),
        ("ltx-2.3-22b.safetensors", "ltx-2.3-22b"),
        ("no-suffix", "no-suffix"),
    ],
)
def test_default_names(source: str, name: str) -> None:
    assert default_name(source) == name
