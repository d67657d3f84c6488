"""`archkb bench` on a small corpus made here: figures, predictions, names hashed, calibration, and a faulty folder."""

from __future__ import annotations

import gzip
import json
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from archkb.kb.relations.lineage import Known, between
from archkb.kb.schema import LINEAGE
from archkb.queries.bench.calibration import ece, reliability
from archkb.queries.bench.corpus import Anonymiser, hashed
from archkb.queries.bench.counts import Verdict
from archkb.queries.bench.related_models import QUESTIONS, Kept, shares
from tests.kb.relations.test_fingerprint import tables
from tests.nets import repeated
from tests.queries.conftest import Archkb, archkb  # noqa: F401 - the fixture
from tests.queries.diff.diff_nets import transformer

_BLOCK = {
    "norm1.weight": (64,),
    "attn.q_proj.weight": (64, 64),
    "attn.k_proj.weight": (32, 64),
    "attn.v_proj.weight": (32, 64),
    "attn.o_proj.weight": (64, 64),
    "norm2.weight": (64,),
    "mlp.up_proj.weight": (256, 64),
    "mlp.down_proj.weight": (64, 256),
}


def _record(name: str, depth: int) -> dict[str, Any]:
    """A decoder with its truth."""
    tensors = repeated("layers", depth, _BLOCK)
    kinds = {"norm1": "rmsnorm", "norm2": "rmsnorm"}
    modules = {k.rpartition(".")[0]: kinds.get(k.split(".")[2], "linear") for k in tensors}
    blocks = [f"layers.{i}" for i in range(depth)]

    def leaves(path: str) -> list[str]:
        return [m for m in modules if m.startswith(f"{path}.")]

    return {
        "name": name,
        "library": "made here",
        "family": name,
        "tensors": {k: {"dtype": "F32", "shape": list(s)} for k, s in tensors.items()},
        "truth": {
            "modules": {p: {"type": t} for p, t in modules.items()},
            "stacks": [{"path": "layers", "depth": depth, "kind": "block"}],
            "attention": [
                {"path": f"{b}.attn", "core": f"{b}.attn", "kind": "self", "form": "separate", "heads": 4}
                for b in blocks
            ],
            "mlp": [
                {
                    "path": f"{b}.mlp",
                    "type": "plain",
                    "hidden": 256,
                    "up": [f"{b}.mlp.up_proj"],
                    "down": f"{b}.mlp.down_proj",
                }
                for b in blocks
            ],
            "residual": [
                {"block": b, "kind": "identity", "around": [f"{b}.{s}"], "leaves": leaves(f"{b}.{s}")}
                for b in blocks
                for s in ("attn", "mlp")
            ],
        },
    }


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    for depth in (2, 3, 5):
        text = json.dumps(_record(f"decoder-{depth}", depth)).encode()
        (folder / f"decoder-{depth}.json.gz").write_bytes(gzip.compress(text))
    return folder


def test_figures_and_predictions(archkb: Archkb, corpus: Path, tmp_path: Path) -> None:  # noqa: F811
    done = archkb("bench", corpus, "--write", tmp_path / "out", "--json")
    overall = [row for row in done.json if row["group"] == "all"]
    assert {row["task"]: row["f1"] for row in overall} == {row["task"]: 1.0 for row in overall}
    assert "3 models, 80 tensors" in done.err
    written = json.loads((tmp_path / "out" / "decoder-3.json").read_text())
    assert [s["depth"] for s in written["stacks"]] == [3]


def test_names_hashed(archkb: Archkb, corpus: Path) -> None:  # noqa: F811
    rows = {r["task"]: r["f1"] for r in archkb("bench", corpus, "--anonymise", "--json").json if r["group"] == "all"}
    assert rows["stacks"] == rows["modules"] == rows["mlp"] == 1.0


def test_an_anonymised_record_says_nothing_and_comes_back() -> None:
    blind = Anonymiser(_record("d", 2))
    assert not any("attn" in k or "weight" in k for k in blind.record["tensors"])
    assert blind.path(f"{hashed('layers')}.1.{hashed('attn')}") == "layers.1.attn"


def test_calibration_tells_by_task_fold_novelty_and_rule(archkb: Archkb, corpus: Path) -> None:  # noqa: F811
    done = archkb("bench", corpus, "--calibration", "--json")
    assert done.code == 0
    assert "ECE" in done.err
    groups = [r["group"] for r in done.json if r["task"] is None]
    assert groups[0] == "all"
    assert sum(g.startswith("fold ") for g in groups) >= 1
    assert sum(g.startswith("novelty ") for g in groups) == 3, "as many bands as there are models"
    tasks = {r["task"]: r for r in done.json if r["group"] == "all" and r["rule"] is None and r["task"]}
    assert {"modules", "stacks", "attention_kind", "mlp", "residual"} <= tasks.keys()
    rules = [r for r in done.json if r["rule"] is not None]
    assert sum(r["uses"] for r in rules) == sum(t["uses"] for t in tasks.values())
    assert all(r["precision"] == r["right"] / r["uses"] for r in rules)


def test_confidences_are_written_with_what_they_rest_on(archkb: Archkb, corpus: Path, tmp_path: Path) -> None:  # noqa: F811
    target = tmp_path / "precision.json"
    assert archkb("bench", corpus, "--confidences", target).code == 0
    table = json.loads(target.read_text())
    assert table["stack.blocks"]["models"] == 3
    assert all(0 < v["precision"] < 1 and v["n"] >= v["models"] >= v["families"] > 0 for v in table.values())


def test_a_folder_without_records(archkb: Archkb, tmp_path: Path) -> None:  # noqa: F811
    assert archkb("bench", tmp_path).code == 2
    (tmp_path / "broken.json").write_text("{")
    assert "broken.json" in archkb("bench", tmp_path).err


def test_expected_calibration_error() -> None:
    sure = [Verdict("t", "r", 0.9, right) for right in (True,) * 9 + (False,)]
    assert ece(sure) == pytest.approx(0.0)
    assert ece([Verdict("t", "r", 0.9, False)]) == pytest.approx(0.9)
    assert ece([]) == 0.0
    assert [b.uses for b in reliability([*sure, Verdict("t", "r", 0.1, True)])] == [1, 10]


def test_kin_asks_only_models_that_have_relatives(archkb: Archkb, tmp_path: Path) -> None:  # noqa: F811
    for name, depth, family in (("a", 2, "x"), ("b", 3, "x"), ("c", 2, "alone")):
        record = {**_record(name, depth), "group": family}
        (tmp_path / f"{name}.json.gz").write_bytes(gzip.compress(json.dumps(record).encode()))
    rows = archkb("bench", tmp_path, "--kin", "--json").json
    nearest = next(r for r in rows if (r["question"], r["families"]) == ("nearest", "all"))
    assert nearest["asked"] == 2
    assert set(QUESTIONS) <= {r["question"] for r in rows}
    asked = {r["question"]: (r["right"], r["asked"]) for r in rows if r["families"] == "all"}
    assert asked["DERIVES_FROM by left-overs"] == (0, 0), "a and c are in b but for one block, which shows nothing"
    assert asked["SAME_AS by header"] == (0, 1), "a and c, which are of two families"


def test_kin_counts_what_a_store_would_hold() -> None:
    """A pair that is the same is no suspected descent, however high its score."""
    nets = {"a": transformer(), "b": {k.replace("self_attn", "attn"): s for k, s in transformer().items()}}
    nets["c"] = {**transformer(), "x.bias": (64, 8)}
    kept = [Kept(Known.of(tables(shapes, name=name).facts), "net", False) for name, shapes in nets.items()]
    links = [link for a, b in combinations(kept, 2) for link in between(a.known, b.known)]
    counted = {s.question: s.asked for s in shares(kept) if s.group == "all" and s.question != "nearest"}
    for type_ in ("SAME_AS", "SIMILAR_TO", "DERIVES_FROM"):
        assert sum(n for q, n in counted.items() if q.split(" ")[0] == type_) == sum(x.type == type_ for x in links)
    assert (counted["SAME_AS by shapes"], counted["SIMILAR_TO"]) == (1, 3)


def test_kin_measures_suspicions_where_there_is_none_and_where_there_is_one(archkb: Archkb, tmp_path: Path) -> None:  # noqa: F811
    for name, depth, family in (("a", 2, "x"), ("b", 3, "y")):
        record = {**_record(name, depth), "group": "decoders", "family": family}
        (tmp_path / f"{name}.json.gz").write_bytes(gzip.compress(json.dumps(record).encode()))
    called = archkb("bench", tmp_path, "--kin", "--json")
    found = {r["question"]: (r["right"], r["asked"]) for r in called.json if r["families"] == "all"}
    assert found["unrelated, suspected: corpus"] == (0, 1), "one group, two families, equal blocks"
    assert found["unrelated, suspected: few blocks"] == (0, 2)
    assert found["descendants, suspected: block pruned, numbers kept"] == (2, 2)
    assert found["descendants, suspected: block pruned"] == (0, 2), "numbered anew, nothing shows it"
    assert found["descendants, told as the same: quantised"] == (2, 2)
    assert found["suspicions, right: left-overs"] == (4, 4)
    assert "false positives, families" in called.err


def test_every_relation_that_is_inferred_is_a_question() -> None:
    assert {q.split(" ")[0] for q in QUESTIONS} == {"nearest", *(r.type for r in LINEAGE)} - {"ADAPTS"}
