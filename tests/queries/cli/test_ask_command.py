"""`archkb ask` and `archkb questions`."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from archkb.queries.cli import terminal
from archkb.queries.questions.catalog import LIBRARY, find_question, open_catalog
from tests.queries.conftest import Archkb

CROSS = [c.name for c in find_question("cross-attention").columns]


def test_an_id_and_a_model(archkb: Archkb, small: Path) -> None:
    called = archkb("ask", "cross-attention", "duo", store=small)
    assert called.code == 0
    assert "net.blocks.{i}.attn2  0-11" in called.out
    assert "12 of 24" in called.err


def test_json_keys_are_the_promised_columns_in_order(archkb: Archkb, small: Path) -> None:
    called = archkb("ask", "cross-attention", "duo", "--json", store=small)
    assert [list(row) for row in called.rows] == [CROSS]
    assert called.rows[0]["heads"] is None
    assert called.err == ""


def test_null_of_an_inferred_property_reads_unknown(archkb: Archkb, small: Path) -> None:
    assert "unknown" in archkb("ask", "heads", "duo", store=small).out


@pytest.mark.parametrize(
    "words", [["which blocks do cross-attention?", "duo"], ["which", "blocks", "do", "cross-attention", "duo"]]
)
def test_free_words_say_what_they_matched(archkb: Archkb, small: Path, words: list[str]) -> None:
    called = archkb("ask", *words, "--csv", store=small)
    assert called.code == 0
    assert next(csv.reader(io.StringIO(called.out))) == CROSS
    assert "asking 'cross-attention'" in called.err


def test_unsure_words_list_candidates_and_answer_nothing(archkb: Archkb, small: Path) -> None:
    called = archkb("ask", "what is it with blocks", "duo", store=small)
    assert (called.code, called.out) == (2, "")
    assert "  stacks " in called.err
    assert "  blocks " in called.err


def test_at_a_terminal_one_may_choose(archkb: Archkb, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "interactive", lambda: True)
    monkeypatch.setattr(terminal, "ask", lambda prompt: "1")
    called = archkb("ask", "what is it with blocks", "duo", "--json", store=small)
    assert called.code == 0
    assert len(called.json) > 0
    monkeypatch.setattr(terminal, "ask", lambda prompt: "")
    assert archkb("ask", "what is it with blocks", "duo", store=small).code == 2


def test_words_like_no_question(archkb: Archkb, small: Path) -> None:
    called = archkb("ask", "xyzzy plugh", "duo", store=small)
    assert (called.code, called.out) == (2, "")
    assert "archkb questions" in called.err


def test_without_a_model_where_several_are(archkb: Archkb, small: Path) -> None:
    called = archkb("ask", "stacks", store=small)
    assert called.code == 2
    assert "duo, solo, solo-copy" in called.err
    assert "Did you mean 'solo-copy'" in archkb("ask", "how many blocks", "solo-cop", store=small).err


def test_without_a_model_where_one_is(archkb: Archkb, header) -> None:
    archkb("ingest", header())
    called = archkb("ask", "stacks", "--json")
    assert called.code == 0
    assert "asking about tiny" in called.err


def test_a_question_about_all_models_takes_none(archkb: Archkb, small: Path) -> None:
    assert archkb("ask", "shared-templates", "--json", store=small).rows[0]["names"] == ["duo", "solo", "solo-copy"]
    called = archkb("ask", "shared-templates", "duo", store=small)
    assert called.code == 2
    assert "about all models" in called.err


def test_a_misspelt_model(archkb: Archkb, small: Path) -> None:
    called = archkb("ask", "stacks", "sol", store=small)
    assert called.code == 2
    assert "Did you mean 'solo'" in called.err


def test_parameters(archkb: Archkb, small: Path) -> None:
    assert len(archkb("ask", "largest-tensors", "duo", "--param", "top=3", "--json", store=small).rows) == 3
    assert archkb("ask", "find", "duo", "-p", "text=CAPTION", "--json", store=small).rows[0]["module"] == "net.caption"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("top=three", "takes a whole number, not 'three'. Cure: write for instance --param top=20."),
        ("top=-1", "a number of rows, and -1 is none. Cure: give 1 or more"),
        ("top=99999999999999999999", "is none. Cure: give 1 or more"),
        ("topp=3", "it takes model, top"),
        ("top", "is not NAME=VALUE"),
        ("model=nope", "no model 'nope'"),
    ],
)
def test_wrong_parameters(archkb: Archkb, small: Path, given: str, says: str) -> None:
    arguments = ["largest-tensors"] if given.startswith("model") else ["largest-tensors", "duo"]
    called = archkb("ask", *arguments, "--param", given, store=small)
    assert (called.code, called.out) == (2, "")
    assert says in called.err


def test_a_missing_parameter_is_named(archkb: Archkb, small: Path) -> None:
    called = archkb("ask", "find", "duo", store=small)
    assert called.code == 2
    assert "add --param text=TEXT." in called.err


def test_a_question_is_about_one_model(archkb: Archkb, small: Path) -> None:
    for words in (["heads"], ["how many heads"], ["how", "many", "heads"]):
        called = archkb("ask", *words, "duo", "solo", store=small)
        assert (called.code, called.out) == (2, "")
        assert "about one model, and 2 are named: duo, solo" in called.err
        assert "archkb diff duo solo" in called.err


def test_a_comparison_is_another_command(archkb: Archkb, small: Path) -> None:
    called = archkb("ask", "what changed between duo and solo-copy?", store=small)
    assert (called.code, called.out) == (2, "")
    assert "Cure: `archkb diff duo solo-copy`." in called.err
    assert "`archkb diff A B`" in archkb("ask", "how do two models differ", store=small).err


def test_a_list_of_models_that_is_cut_says_so(archkb: Archkb, header) -> None:
    archkb("ingest", *(header(f"m{i:02}.json", 8 + i) for i in range(14)))
    assert "m11 and 2 more (`archkb models` lists all)" in archkb("ask", "stacks").err


def test_the_query_can_be_seen(archkb: Archkb, small: Path) -> None:
    called = archkb("ask", "stacks", "duo", "--show-cypher", "--json", store=small)
    assert find_question("stacks").cypher.rstrip() in called.err
    assert "// $model = 'duo'" in called.err
    assert len(called.rows) == 1


def test_an_empty_answer_says_what_it_means(archkb: Archkb, small: Path) -> None:
    called = archkb("ask", "cross-attention", "solo", store=small)
    assert called.code == 0
    assert "no attention is known to read another stream" in called.out


def test_two_forms_exclude_each_other(archkb: Archkb, small: Path) -> None:
    called = archkb("ask", "stacks", "duo", "--json", "--csv", store=small)
    assert called.code == 2
    assert "exclude each other" in called.err


def test_ones_own_questions(archkb: Archkb, small: Path, tmp_path: Path) -> None:
    own = tmp_path / "questions"
    own.mkdir()
    (own / "mine.cypher").write_text((LIBRARY / "stacks.cypher").read_text().replace('id = "stacks"', 'id = "mine"'))
    assert archkb("ask", "mine", "duo", "--questions", own, "--json", store=small).code == 0
    assert "mine" in archkb("questions", "--questions", own).out
    (own / "bad.cypher").write_text("MATCH (n) RETURN n")
    called = archkb("questions", "--questions", own)
    assert called.code == 2
    assert "bad.cypher:1: no front matter" in called.err


def test_a_store_that_is_not_there(archkb: Archkb, tmp_path: Path) -> None:
    called = archkb("ask", "stacks", store=tmp_path / "nowhere")
    assert called.code == 2
    assert "archkb ingest" in called.err


def test_questions_lists_all_of_them_cross_attention_first(archkb: Archkb) -> None:
    found = archkb("questions", "--json").json
    assert [q["id"] for q in found] == [q.id for q in open_catalog().all()]
    assert found[0]["id"] == "cross-attention"


def test_questions_shows_one(archkb: Archkb) -> None:
    out = archkb("questions", "largest-tensors").out
    assert "top:int=20" in out
    assert find_question("largest-tensors").cypher in out
    [one] = archkb("questions", "largest-tensors", "--json").json
    assert one["takes"] == ["model:model", "top:int=20"]
    assert one["cypher"] == find_question("largest-tensors").cypher


@pytest.mark.parametrize("asked", [["cross-attention"], ["which", "blocks", "do", "cross-attention?"]])
def test_the_model_may_be_an_option(archkb: Archkb, small: Path, asked: list[str]) -> None:
    last = archkb("ask", *asked, "duo", "--json", store=small)
    option = archkb("ask", *asked, "--model", "duo", "--json", store=small)
    assert option.code == 0
    assert option.out == last.out


@pytest.mark.parametrize("asked", [["cross-attention"], ["which blocks do cross-attention?"]])
def test_a_model_named_twice_is_named_once(archkb: Archkb, small: Path, asked: list[str]) -> None:
    assert archkb("ask", *asked, "duo", "-m", "duo", store=small).code == 0
    called = archkb("ask", *asked, "duo", "-m", "other", store=small)
    assert called.code == 2
    assert "two models are named: 'duo' and 'other'" in called.err


def test_words_are_about_the_model_given_as_a_parameter(archkb: Archkb, small: Path) -> None:
    words = ("ask", "how", "many", "cross", "attentions")
    called = archkb(*words, "-p", "model=duo", "--json", store=small)
    assert called.code == 0
    assert called.out == archkb(*words, "duo", "--json", store=small).out


def test_words_about_all_models_are_answered_though_one_is_named(archkb: Archkb, small: Path) -> None:
    words = ("ask", "which structures have the most models")
    called = archkb(*words, "duo", "--json", store=small)
    assert called.code == 0
    assert called.out == archkb(*words, "--json", store=small).out
