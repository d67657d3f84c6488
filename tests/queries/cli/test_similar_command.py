"""`similar`, `check-derivation`, and what `ingest` says of a new model's kin."""

from __future__ import annotations

import json
from math import prod
from pathlib import Path
from typing import Any, cast

import pytest

from archkb.kb.relations.known_columns import OWN
from archkb.kb.relations.lineage import Known
from archkb.kb.store.port import Rows, Store
from archkb.queries.relations.similar_models import similar
from tests.kb.relations.test_fingerprint import tables
from tests.queries.conftest import Archkb
from tests.queries.diff.diff_nets import transformer


def write(path: Path, depth: int, word: str = "self_attn", **more: tuple[int, ...]) -> Path:
    return saved(path, {k.replace("self_attn", word): s for k, s in {**transformer(depth), **more}.items()})


def saved(path: Path, shapes: dict[str, tuple[int, ...]]) -> Path:
    at, out = 0, {}
    for key, shape in shapes.items():
        size = 4 * prod(shape)
        out[key] = {"dtype": "F32", "shape": list(shape), "data_offsets": [at, at + size]}
        at += size
    path.write_text(json.dumps(out))
    return path


def test_the_nearest_models_come_first_with_what_differs(archkb: Archkb, header, tmp_path: Path) -> None:
    archkb("ingest", write(tmp_path / "four.json", 4), write(tmp_path / "six.json", 6), header("tiny.json"))
    rows = archkb("similar", "four", "--json").json
    assert [r["model"] for r in rows] == ["six", "tiny"]
    assert rows[0]["score"] > 0.5 > rows[1]["score"]
    assert "depth 4 / 6" in rows[0]["differs_in"]
    assert {"layers", "form", "scale", "relations"} <= rows[0].keys()
    assert len(archkb("similar", "four", "--limit", 1, "--json").json) == 1


def test_a_file_is_compared_without_being_kept(archkb: Archkb, tmp_path: Path) -> None:
    archkb("ingest", write(tmp_path / "four.json", 4))
    called = archkb("similar", write(tmp_path / "unknown.json", 5, new=(3,)), "--json")
    assert called.json[0]["model"] == "four"
    assert "nearest known: four (0." in called.err
    assert [m["name"] for m in archkb("models", "--json").json] == ["four"]


def test_a_stored_model_of_the_files_name_is_compared_with_it(archkb: Archkb, tmp_path: Path) -> None:
    archkb("ingest", write(tmp_path / "model.json", 4), write(tmp_path / "six.json", 6))
    (tmp_path / "elsewhere").mkdir()
    other = write(tmp_path / "elsewhere" / "model.json", 4, "attention")
    assert [r["model"] for r in archkb("similar", other, "--json").json] == ["model", "six"]
    assert [r["model"] for r in archkb("similar", "model", "--json").json] == ["six"]
    assert [r["model"] for r in archkb("similar", tmp_path / "model.json", "--json").json] == ["six"]


def test_models_without_a_sketch_are_counted() -> None:
    class Blank:
        """A store of two models that nothing was computed for."""

        def read(self, cypher: str, params: dict[str, Any] | None = None) -> Rows:
            if "Structure" in cypher:
                return Rows((), ())
            return Rows(OWN, tuple((u, u, *[None] * (len(OWN) - 2)) for u in "xy"))

    mine = Known.of(tables(transformer(), name="mine").facts)
    found = similar(mine, cast(Store, Blank()))
    assert (found.rows, found.notes) == ((), ("left out, for want of a sketch: 2 models",))


def test_alone_in_the_store(archkb: Archkb, tmp_path: Path) -> None:
    archkb("ingest", write(tmp_path / "four.json", 4))
    called = archkb("similar", "four", "--json")
    assert called.json == []
    assert "no other model" in called.err


def test_what_is_not_near_is_not_called_near(archkb: Archkb, header, tmp_path: Path) -> None:
    archkb("ingest", header("tiny.json"))
    assert "nearest" not in archkb("ingest", write(tmp_path / "four.json", 4)).err
    called = archkb("similar", "four", "--json")
    assert called.json[0]["score"] < 0.5
    assert "nearest" not in called.err
    assert "no model of the store is near: all are below 0.5" in called.err


def test_what_only_one_has_is_said_of_it_by_name(archkb: Archkb, tmp_path: Path) -> None:
    gates = {f"model.layers.{i}.self_attn.q_norm.weight": (16,) for i in range(4)}
    more = write(tmp_path / "more.json", 4, **gates)
    archkb("ingest", write(tmp_path / "four.json", 4), more)
    [more_differs] = (r["differs_in"] for r in archkb("similar", "four", "--json").json)
    [four_differs] = (r["differs_in"] for r in archkb("similar", "more", "--json").json)
    assert [said for said in more_differs if said.startswith("only in more: ")]
    assert [said for said in four_differs if said.startswith("not in four: ")]


def test_ingest_says_what_a_new_model_is_most_like(archkb: Archkb, tmp_path: Path) -> None:
    assert "nearest" not in archkb("ingest", write(tmp_path / "four.json", 4)).err
    assert "six: nearest known: four (0." in archkb("ingest", write(tmp_path / "six.json", 6)).err


def test_an_adapter_is_told_by_what_it_adapts(archkb: Archkb, tmp_path: Path) -> None:
    halves = {"lora_A": (4, 64), "lora_B": (64, 4)}
    keys = {f"model.layers.{i}.self_attn.q_proj.{h}.weight": s for i in range(4) for h, s in halves.items()}
    lora = saved(tmp_path / "lora.json", keys)
    archkb("ingest", write(tmp_path / "other.json", 2, "attention"))
    assert "lora: an adapter of no model in the store" in archkb("ingest", lora).err
    archkb("ingest", write(tmp_path / "four.json", 4))
    for name in ("lora", lora):
        called = archkb("similar", name, "--json")
        assert (called.json[0]["model"], called.json[0]["relations"]) == ("four", ["ADAPTS"])
        assert called.err == "archkb: lora adapts four (4 of 4 targets)\n"
        assert "adapts four: 4 of 4 targets" in archkb("explain", name).out
        archkb("forget", "lora", "--yes")
    assert "archkb: lora: adapts four (4 of 4 targets)" in archkb("ingest", lora).err


def test_how_much_of_a_is_b(archkb: Archkb, tmp_path: Path) -> None:
    archkb("ingest", write(tmp_path / "old.json", 4))
    new = write(tmp_path / "new.json", 6, "attention", extra=(5000, 64))
    called = archkb("check-derivation", new, "old", "--json")
    verdicts = {r["part"]: r["verdict"] for r in called.json}
    assert verdicts["model.layers.{i}"] == "repeated"
    assert verdicts["extra"] == "own"
    assert "of new's parameters" in called.err
    assert called.code == 0


def test_small_parts_are_shown_when_asked_for(archkb: Archkb, tmp_path: Path) -> None:
    a = write(tmp_path / "a.json", 4, tiny=(2,))
    few, every = archkb("check-derivation", a, a, "--json"), archkb("check-derivation", a, a, "--all", "--json")
    assert len(few.json) < len(every.json)
    assert "--all" in few.err
    assert sum(r["share"] for r in every.json) > 0.999


def test_how_many_other_models_have_a_template(archkb: Archkb, tmp_path: Path) -> None:
    archkb("ingest", *(write(tmp_path / f"{n}.json", depth) for n, depth in (("a", 4), ("b", 5), ("c", 6))))
    rows = archkb("check-derivation", "a", "b", "--json").json
    assert next(r["also_in"] for r in rows if r["part"] == "model.layers.{i}") == 1


def test_neither_a_model_nor_a_file(archkb: Archkb, tmp_path: Path) -> None:
    archkb("ingest", write(tmp_path / "four.json", 4))
    called = archkb("similar", "fou")
    assert called.code == 2
    assert "no file of that name" in called.err
    assert "Did you mean 'four'?" in called.err
    assert "is a directory" in archkb("similar", tmp_path).err
    assert "Did you mean 'design:aiprod-shdt'" in archkb("similar", "aiprod-shdtt").err


def test_versions_of_a_family_are_ordered_by_what_the_user_says(archkb: Archkb, tmp_path: Path) -> None:
    old, new = write(tmp_path / "old.json", 4), write(tmp_path / "new.json", 6)
    archkb("ingest", old, "--family", "net", "--release", "1.9")
    archkb("ingest", new, "--family", "net")
    assert "VERSION_OF" not in {r["relation"] for r in archkb("ask", "kin", "new", "--json").rows}
    archkb("ingest", new, "--family", "net", "--release", "1.10")
    (row,) = [r for r in archkb("ask", "lineage", "old", "--json").rows if r["relation"] == "VERSION_OF"]
    assert (row["from"], row["to"], row["ordered"]) == ("new", "old", True)


def test_templates_in_common_are_told_as_that(archkb: Archkb, tmp_path: Path) -> None:
    archkb("ingest", write(tmp_path / "four.json", 4), write(tmp_path / "forty.json", 40))
    (row,) = archkb("similar", "four", "--json").json
    assert row["relations"] == ["shares 1 of 1 template"]
    assert not [r for r in archkb("ask", "kin", "four", "--json").rows if r["relation"] == "DERIVES_FROM"]
    called = archkb("check-derivation", "forty", "four")
    assert called.code == 0
    assert "forty shares 1 of 1 template with four; a header cannot tell descent" in called.err
    assert "suspected" not in called.err
    assert "forty shares 1 of 1 template with four" in archkb("diff", "forty", "four").err


def test_a_suspicion_says_its_evidence_and_how_often_it_is_wrong(archkb: Archkb, tmp_path: Path) -> None:
    whole = transformer(6)
    pruned = {k: s for k, s in whole.items() if ".layers.4." not in k}
    archkb("ingest", saved(tmp_path / "whole.json", whole), saved(tmp_path / "pruned.json", pruned))
    called = archkb("similar", "whole", "--json")
    assert called.json[0]["relations"] == ["DERIVES_FROM (suspected)", "shares 1 of 1 template"]
    (row,) = [r for r in archkb("ask", "kin", "whole", "--json").rows if r["relation"] == "DERIVES_FROM"]
    assert (row["from"], row["to"], row["ordered"]) == ("pruned", "whole", False)
    for said in (
        called.err,
        row["evidence"],
        *(archkb(c, "whole", "pruned").err for c in ("check-derivation", "diff")),
    ):
        assert "suspected, false-positive rate" in said
        assert "no model.layers.4 in one, of which the other has 6" in said


@pytest.mark.parametrize("command", ["ingest", "explain", "similar", "diff", "check-derivation"])
@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("hf://owner/model", "hf download owner/model"),
        ("https://host/m.safetensors", "fetch the header alone"),
        ("nobody-at-all/model", "may be the id of a repository"),
        ("m.gguf", "a GGUF file, which archkb does not read yet"),
        ("m.onnx", "an ONNX graph, which archkb does not read yet"),
        ("m.pt", "a PyTorch checkpoint of the old layout"),
        ("./pipeline", "the folder of a diffusers pipeline"),
        ("./bare", "the folder of a model with its configuration"),
    ],
)
def test_what_is_not_read_yet_says_so_wherever_a_model_may_be_a_file(
    archkb: Archkb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, model: str, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("m.gguf").write_bytes(b"GGUF\x03" + bytes(60))
    Path("m.onnx").write_bytes(b"\x08\x09\x12\x07pytorch" + bytes(60))
    Path("m.pt").write_bytes(b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19." + bytes(60))
    for folder, name in (("pipeline", "model_index.json"), ("bare", "config.json")):
        Path(folder).mkdir()
        Path(folder, name).write_text("{}")
    other = ["design:aiprod-hwvae"] if command in ("diff", "check-derivation") else []
    called = archkb(command, model, *other)
    assert called.code == 2
    assert says in called.err
    assert "Cure: " in called.err
