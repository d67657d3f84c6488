"""`archkb bench --diff` on pairs made here: figures, written predictions, hashed names, and what is refused."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from archkb.queries.bench.blind_pair import BlindPair
from archkb.queries.bench.diff_run import FIGURES
from tests.nets import repeated
from tests.queries.bench.pairs import pair, record, stored
from tests.queries.conftest import Archkb, archkb  # noqa: F401 - the fixture

_ATTENTION = {f"attn.{n}.weight": (64, 64) for n in ("q_proj", "k_proj", "v_proj", "o_proj")}
_BLOCK = {**_ATTENTION, "norm.weight": (64,), "mlp.up_proj.weight": (256, 64), "mlp.down_proj.weight": (64, 256)}
_OTHER = {"mix.in.weight": (96, 32), "mix.out.weight": (32, 96), "scale": (32,)}


def _renamed() -> dict[str, Any]:
    a = repeated("layers", 3, _BLOCK) | {"gone.weight": (7, 5, 3)}
    b = {f"model.{k}": s for k, s in repeated("layers", 3, _BLOCK).items()}
    return record(a, b, [([k], [f"model.{k}"], "rename") for k in a if "gone" not in k], name="renamed")


def _designs() -> dict[str, Any]:
    true = {
        "a.tensors": 21,
        "a.attn[layers.{i}.attn].q_dim": 64,
        "a.ffn[layers.{i}.mlp].hidden": 256,
        "b.params": 2 * (96 * 32 * 2 + 32),
        "b.vae.spatial_compression": 8,
    }
    a, b = repeated("layers", 3, _BLOCK), repeated("cells", 2, _OTHER)
    return record(a, b, [], name="designs", kind="design", facts_flat=true)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return stored(tmp_path / "pairs", _renamed(), _designs())


def test_figures_by_group_and_what_is_not_exact(archkb: Archkb, folder: Path) -> None:  # noqa: F811
    done = archkb("bench", "--diff", folder, "--json")
    rows = {row["group"]: row for row in done.json}
    assert list(rows) == ["version", "design", "all", "designs"]
    assert list(done.json[0]) == ["group", "pairs", *FIGURES]
    assert (rows["version"]["f1"], rows["version"]["exact"], rows["version"]["facts_recall"]) == (1, 1, None)
    assert (rows["designs"]["facts_recall"], rows["designs"]["facts_wrong"], rows["designs"]["f1"]) == (0.8, 0, None)
    assert (rows["all"]["pairs"], rows["all"]["f1"], rows["all"]["facts_recall"]) == (2, 1, 0.8)
    assert "2 pairs, 70 tensors in" in done.err
    assert "facts missed: vae.spatial_compression 1" in done.err


def test_groups_of_pairs_that_cross(archkb: Archkb, tmp_path: Path) -> None:  # noqa: F811
    both = stored(tmp_path / "pairs", _renamed(), {**_renamed(), "name": "cross_renamed"})
    assert [(r["group"], r["pairs"]) for r in archkb("bench", "--diff", both, "--json").json] == [
        ("version", 2),
        ("cross", 1),
        ("all", 2),
    ]


def test_predictions_are_written(archkb: Archkb, folder: Path, tmp_path: Path) -> None:  # noqa: F811
    done = archkb("bench", "--diff", folder, "--write", tmp_path / "out", "--csv")
    assert done.out.startswith("group,pairs,precision,")
    assert "wrote 2 predictions" in done.err
    renamed, designs = (json.loads((tmp_path / "out" / f"{n}.json").read_text()) for n in ("renamed", "designs"))
    assert renamed.keys() == {"map", "removed", "added"}
    assert [["layers.0.norm.weight"], ["model.layers.0.norm.weight"], "rename"] in renamed["map"]
    assert renamed["removed"] == ["gone.weight"]
    assert designs["facts"]["a.attn[layers.{i}.attn].count"] == 3


def test_names_hashed(archkb: Archkb, folder: Path, tmp_path: Path) -> None:  # noqa: F811
    done = archkb("bench", "--diff", folder, "--anonymise", "--write", tmp_path / "out", "--json")
    rows = {row["group"]: row for row in done.json}
    assert (rows["version"]["f1"], rows["version"]["f1_loose"], rows["version"]["clean"]) == (1, 1, 1)
    assert "equal siblings" in done.err
    written = json.loads((tmp_path / "out" / "renamed.json").read_text())
    assert {k for a, _, _ in written["map"] for k in a} == repeated("layers", 3, _BLOCK).keys()
    facts = json.loads((tmp_path / "out" / "designs.json").read_text())["facts"]
    assert all(k.partition("[")[2].startswith(("layers.{i}", "cells.{i}")) for k in facts if "[" in k)


def test_a_blind_pair_shares_no_name_and_comes_back() -> None:
    found = pair({"m.0.w": (2, 2), "m.0.v": (2, 2)}, {"m.0.w": (2, 2), "m.0.v": (2, 2)}, [])
    blind = BlindPair(found)
    segments = [{s for k in side for s in k.split(".")} for side in (blind.pair.a, blind.pair.b)]
    assert segments[0] & segments[1] == {"0"}
    assert [t.shape for t in blind.pair.a.values()] == [(2, 2), (2, 2)]
    assert blind.scored.truth.equiv == (("m.0.w", "m.0.v"),)
    first, second = next(iter(blind.pair.a)), next(iter(blind.pair.b))
    said = {"map": [[[first], [second], "rename"]], "removed": [first], "added": [second], "facts": {"b.blocks": 1}}
    assert blind.restore(said) == {
        "map": [[["m.0.w"], ["m.0.w"], "rename"]],
        "removed": ["m.0.w"],
        "added": ["m.0.w"],
        "facts": {"b.blocks": 1},
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "CORPUS_DIR or --diff"),
        (("{dir}", "--diff", "{dir}"), "not both"),
        (("--diff", "{dir}", "--calibration"), "--calibration"),
        (("--diff", "{dir}", "--confidences", "x.json"), "--confidences"),
        (("--diff", "{dir}/none"), "does not exist"),
    ],
)
def test_what_does_not_fit_is_refused(archkb: Archkb, folder: Path, arguments: tuple[str, ...], said: str) -> None:  # noqa: F811
    done = archkb("bench", *(a.format(dir=folder) for a in arguments))
    assert done.code == 2
    assert said in done.err
    assert done.out == ""


def _without(name: str) -> bytes:
    return gzip.compress(json.dumps({k: v for k, v in _renamed().items() if k != name}).encode())


def _with(entries: list[Any] | None = None, **changed: Any) -> bytes:
    made = _renamed()
    if entries is not None:
        made["truth"]["map"] = entries
    return gzip.compress(json.dumps(made | changed).encode())


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"no gzip", "no gzipped JSON"),
        (gzip.compress(b"{"), "no gzipped JSON"),
        (gzip.compress(b"[1]"), "not of a pair's form"),
        (_without("truth"), "lacks 'truth'"),
        (_with(kind="other"), "kind is 'other'"),
        (_with(a={"w": {"dtype": "F32", "shape": [-1]}}), "shape [-1]"),
        (_with(a={"w": {"dtype": 7, "shape": [1]}}), "dtype 7"),
        (_with([[["nope"], ["nope"], "same"]]), "'nope'"),
        (_with([[["gone.weight"], [], "same"]]), "empty side"),
        (_with([], kind="design", a={"w": {"dtype": "Q9", "shape": [1]}}), "dtype 'Q9'"),
    ],
)
def test_broken_pairs_are_named_with_a_cure(archkb: Archkb, tmp_path: Path, raw: bytes, said: str) -> None:  # noqa: F811
    (tmp_path / "broken.json.gz").write_bytes(raw)
    done = archkb("bench", "--diff", tmp_path)
    assert done.code == 2
    assert said in done.err
    assert "broken.json.gz" in done.err
    assert "Cure:" in done.err


def test_a_folder_without_pairs(archkb: Archkb, tmp_path: Path) -> None:  # noqa: F811
    done = archkb("bench", "--diff", tmp_path)
    assert (done.code, "no NAME.json.gz" in done.err) == (2, True)
