"""`archkb ask` with a sentence that is composed, and which goes first: it, or a question of the library."""

from __future__ import annotations

from pathlib import Path

import pytest

import archkb as door
from archkb.kb.errors import NotFoundError
from archkb.kb.store import open_store
from archkb.queries.interface.meaning import meant, refuse
from archkb.queries.questions.catalog import open_catalog
from archkb.queries.questions.match import Candidate, match, missed
from tests.queries.conftest import Archkb

LIBRARY = [
    ("which blocks do cross-attention?", "cross-attention"),
    ("which attentions are gated", "gates"),
    ("is there a vocoder", "vocoder"),
    ("how many attention heads", "heads"),
    ("how many heads", "heads"),
    ("which layers are in fp8", "mixed-precision"),
    ("how many parameters", "size"),
    ("is there an lstm", "recurrent"),
]
COMPOSED = [
    "how many cross attentions read text",
    "which attentions have no qk norm",
    "which attentions are not gated",
    "which linear layers have no bias",
    "how many heads do the attentions of block 3 have",
    "how many convolutions in the vae",
    "is there a convolution in the transformer",
    "largest linear layer of the transformer",
]


@pytest.mark.parametrize(("text", "id_"), LIBRARY)
def test_a_question_whose_phrase_has_all_that_tells_goes_first(small: Path, text: str, id_: str) -> None:
    store = open_store(str(small), read_only=True)
    means = meant(text, open_catalog(), store, refuse, model="duo")
    store.close()
    assert isinstance(means, Candidate)
    assert means.question.id == id_


@pytest.mark.parametrize("text", COMPOSED)
def test_a_composed_sentence_goes_before_what_passes_over_a_word(small: Path, text: str) -> None:
    store = open_store(str(small), read_only=True)
    means = meant(text, open_catalog(), store, refuse, model="duo")
    store.close()
    assert not isinstance(means, Candidate)


def test_what_a_phrase_passes_over_is_told() -> None:
    text = "which attentions are not gated"
    [best, *_] = match(text, open_catalog().all()).candidates
    assert "not" in missed(text, best)
    assert missed(best.phrase, best) == ()


def test_the_sentence_comes_first_and_its_reading_is_told(archkb: Archkb, small: Path) -> None:
    called = archkb("ask", "how many cross attentions read text", "duo", store=small)
    assert called.code == 0
    assert called.out.startswith("12 cross-attentions reading text.\n")
    assert "understood as “how many: cross-attentions reading text”" in called.err
    assert "net.blocks.{i}.attn2" in called.out


def test_no_is_an_answer(archkb: Archkb, small: Path) -> None:
    called = archkb("ask", "how many convolutions in the vocoder", "duo", store=small)
    assert (called.code, called.out) == (0, "No: nothing here is named vocoder.\n")


def test_json_has_the_sentence_and_the_rows(archkb: Archkb, small: Path) -> None:
    found = archkb("ask", "count tensors in fp8", "duo", "--json", store=small).json
    assert (found["question"], found["answer"]) == ("how many: tensors in FP8", "10 tensors in FP8.")
    assert [row["count"] for row in found["rows"]] == [10]


def test_the_query_is_shown_and_can_be_run_again(archkb: Archkb, small: Path) -> None:
    called = archkb("ask", "how many cross attentions read text", "duo", "--show-cypher", store=small)
    assert "MATCH (m:Attention" in called.err
    assert "$p1" in called.err


def test_without_a_model_where_several_are(archkb: Archkb, small: Path) -> None:
    called = archkb("ask", "how many cross attentions read text", "--json", store=small)
    assert called.json["answer"].startswith("1 of 3 models, unknown of 2: duo: 12 cross-attentions reading text")
    assert [row["models"] for row in called.rows] == [["duo"], ["solo", "solo-copy"]]


def test_half_understood_words_are_not_answered(archkb: Archkb, small: Path) -> None:
    called = archkb("ask", "how many attentions in the flux capacitor", "duo", store=small)
    assert (called.code, called.out) == (2, "")


def test_a_parameter_is_a_library_question_s(archkb: Archkb, small: Path) -> None:
    called = archkb("ask", "how many convolutions in the vae", "duo", "-p", "top=3", store=small)
    assert (called.code, called.out) == (2, "")


def test_python_asks_alike(small: Path) -> None:
    table = door.connect(small).ask("how many cross attentions read text", model="duo")
    assert table.records()[0]["count"] == 12
    with pytest.raises(NotFoundError):
        door.connect(small).ask("how many attentions in the flux capacitor", model="duo")
