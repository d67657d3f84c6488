"""`diff`: stored models, files, chains, adapters, what is ignored, the forms and the exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.queries.conftest import Archkb
from tests.queries.diff.diff_nets import META, linear, spelt, transformer

Shapes = dict[str, tuple[int, ...]]


@pytest.fixture
def write(tmp_path: Path):
    """Write a header of these shapes as JSON."""

    def make(name: str, shapes: Shapes, dtype: str = "F32") -> Path:
        at, out = 0, {}
        for key, shape in shapes.items():
            size = 4 if dtype == "F32" else 2
            for d in shape:
                size *= d
            out[key] = {"dtype": dtype, "shape": list(shape), "data_offsets": [at, at + size]}
            at += size
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(out))
        return path

    return make


def test_files_are_compared_without_a_store(archkb: Archkb, write, tmp_path: Path) -> None:
    called = archkb("diff", write("old", transformer(4)), write("new", transformer(6)))
    assert called.code == 0
    assert "model.layers depth 4 -> 6" in called.out
    assert "old and new: one architecture" in called.err
    assert not (tmp_path / "own").exists()


def test_a_stored_model_against_a_file(archkb: Archkb, write) -> None:
    archkb("ingest", write("kept", transformer(4)))
    called = archkb("diff", "kept", write("other", spelt(transformer(4), *META)))
    assert "identical architecture, 59 renamed" in called.out
    assert "kept and other: packaging" in called.err


def test_the_exit_code_tells_only_when_asked(archkb: Archkb, write) -> None:
    a, b = write("a", transformer(4)), write("b", transformer(6))
    assert archkb("diff", a, b).code == 0
    assert archkb("diff", a, b, "--exit-code").code == 1
    assert archkb("diff", a, a, "--exit-code").code == 0
    assert archkb("diff", a, a, b, "--over-time", "--exit-code").code == 1
    assert archkb("diff", a, "nobody", "--exit-code").code == 2


def test_ignored_tensors_are_as_if_they_were_not_there(archkb: Archkb, write) -> None:
    less = {k: shape for k, shape in transformer(4).items() if not k.endswith("bias")}
    a, b = write("a", transformer(4)), write("b", less)
    called = archkb("diff", a, b, "--ignore", "*.bias", "--exit-code")
    assert called.code == 0
    assert "ignored of a: 24 of 59 tensors" in called.err
    assert archkb("diff", a, b, "--ignore", "*q_proj*", "--exit-code").code == 1
    assert "no tensor of any of the models matches" in archkb("diff", a, b, "--ignore", "nothing").err
    called = archkb("diff", a, b, "--ignore", "*")
    assert called.code == 2
    assert "leaves no tensor" in called.err


def test_a_chain_of_versions_is_one_table(archkb: Archkb, write) -> None:
    files = [write(f"v{n}", transformer(n)) for n in (2, 3, 5)]
    called = archkb("diff", *files, "--over-time", "--csv")
    head, *rows = [line.split(",") for line in called.out.splitlines()]
    assert head == ["topic", "aspect", "v2", "v3", "v5"]
    depth = next(r for r in rows if r[:2] == ["backbone", "depth"])
    assert called.out.count("depth 2 -> 3") == called.out.count("depth 3 -> 5") == 1
    assert "2 blocks" in depth[2]
    assert next(r for r in rows if r[:2] == ["tensors", "added"])[2:] == ["", "14", "28"]


def test_a_chain_as_json(archkb: Archkb, write) -> None:
    files = [write(f"v{n}", transformer(n)) for n in (2, 3, 5)]
    found = archkb("diff", *files, "--over-time", "--json").json
    assert found["schema"] == "archkb.diff-chain/1"
    assert found["models"] == ["v2", "v3", "v5"]
    assert [s["counts"]["added"] for s in found["steps"]] == [14, 28]


def test_json_is_the_documented_object(archkb: Archkb, write) -> None:
    a, b = write("a", transformer(4)), write("b", transformer(6))
    found = archkb("diff", a, b, "--json").json
    schema = archkb("schema", "--format", "diff").json
    assert found.keys() == schema["$defs"]["Document"]["properties"].keys()
    assert len(found["edits"][0]["keys"]["added"]) == found["edits"][0]["added"] > 0
    assert len(archkb("diff", a, b, "--json", "--tensors").json["edits"][0]["keys"]["added"]) == 28


def test_tensors_on_demand_by_pattern(archkb: Archkb, write) -> None:
    a, b = write("a", transformer(4)), write("b", spelt(transformer(4), *META))
    assert "attention.wq" not in archkb("diff", a, b).out
    out = archkb("diff", a, b, "--tensors", "--csv").out
    assert "tensor,rename ×4,model.layers.{i}.self_attn.q_proj.weight,blocks.{i}.attention.wq.weight,rename" in out
    assert "added ×" not in out, "tensors with a partner are not added"


def test_a_page_goes_to_stdout_or_to_a_file(archkb: Archkb, write, tmp_path: Path) -> None:
    a, b = write("a", transformer(4)), write("b", transformer(6))
    out = archkb("diff", a, b, "--html").out
    assert out.startswith("<!doctype html>")
    called = archkb("diff", a, b, "--html", "--output", tmp_path / "page.html")
    assert (called.out, (tmp_path / "page.html").read_text()) == ("", out)
    assert archkb("diff", a, b, "--markdown", "-o", tmp_path / "diff.md").out == ""
    assert (tmp_path / "diff.md").read_text().startswith("| topic |")
    assert archkb("diff", a, b, "-o", tmp_path / "no" / "where").code == 2


def test_an_adapter_against_its_base(archkb: Archkb, write) -> None:
    lora: Shapes = {}
    for i in (0, 1, 9):
        lora[f"diffusion_model.model.layers.{i}.self_attn.q_proj.lora_A.weight"] = (8, 64)
        lora[f"diffusion_model.model.layers.{i}.self_attn.q_proj.lora_B.weight"] = (64, 8)
    called = archkb("diff", write("lora", lora), write("base", transformer(4)), "--csv")
    assert "rank 8 × 2,2 of 4 Linear (0-1),touched" in called.out
    assert "no such module" in called.out
    assert "1 of its 3 targets change nothing" in called.err
    found = archkb("diff", write("base", transformer(4)), write("lora", lora), "--json").json
    assert found["relation"] == "adapter"
    assert found["adapter"]["no_ops"][0]["count"] == 1


def test_designs_are_compared_by_function_with_a_similarity(archkb: Archkb, write) -> None:
    other = {f"stage.{i}.conv.weight": (8, 8, 3, 3) for i in range(3)} | linear("head", 10, 8)
    called = archkb("diff", write("a", transformer(4)), write("b", other), "--csv")
    assert "designs" in called.err
    assert "similarity 0." in called.err
    assert "only the first" in called.out
    assert "\nchange," not in called.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("a",), "two models are needed"),
        (("a", "b", "c"), "--over-time"),
        (("a", "b", "--html", "--json"), "exclude each other"),
        (("a", "b", "--html", "--over-time"), "--html shows two models"),
    ],
)
def test_calls_that_make_no_sense_say_why(archkb: Archkb, arguments: tuple[str, ...], said: str) -> None:
    called = archkb("diff", *arguments)
    assert called.code == 2
    assert said in called.err


def test_of_two_that_are_identical_nothing_is_printed_but_that(archkb: Archkb, header) -> None:
    called = archkb("diff", header("a.json"), header("b.json"))
    assert called.out == "a and b: identical\n"
    assert called.err == ""
