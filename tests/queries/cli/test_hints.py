"""Words other programs have as commands get the one that is meant; either spelling of a word will do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archkb.queries.cli.app import COMMANDS
from archkb.queries.cli.hints import ELSEWHERE
from archkb.queries.questions.catalog import open_catalog
from archkb.queries.questions.spelling import american
from tests.queries.conftest import Archkb

MEANT = [
    ("ls", "models"),
    ("list", "models"),
    ("compare", "diff"),
    ("cmp", "diff"),
    ("query", "cypher"),
    ("sql", "cypher"),
    ("search", "find"),
    ("show", "explain"),
    ("info", "explain"),
    ("describe", "explain"),
    ("forgett", "forget"),
]


@pytest.mark.parametrize(("word", "command"), MEANT)
def test_a_word_that_is_no_command_names_the_one_that_is(archkb: Archkb, word: str, command: str) -> None:
    called = archkb(word, "something")
    assert (called.code, called.out) == (2, "")
    assert f"no command '{word}'" in called.err
    assert command in called.err.partition(f"'{word}'")[2]


def test_every_hint_is_about_a_word_that_is_no_command() -> None:
    assert not set(ELSEWHERE) & set(COMMANDS)


def test_options_may_be_spelt_either_way(archkb: Archkb) -> None:
    for option in ("--anonymise", "--anonymize"):
        called = archkb("bench", option)
        assert "give either CORPUS_DIR or --diff DIR" in called.err
    assert "No such option" in archkb("bench", "--anonymous").err


def test_ids_of_questions_may_be_spelt_either_way(archkb: Archkb, small: Path) -> None:
    called = archkb("ask", "quantization", "duo", "--json", store=small)
    assert called.code == 0
    assert called.rows == archkb("ask", "quantisation", "duo", "--json", store=small).rows
    assert open_catalog().get("quantization").id == "quantisation"


@pytest.mark.parametrize(
    ("british", "us"),
    [
        ("which blocks are quantised", "which blocks are quantized"),
        ("normalisation layers", "normalization layers"),
        ("colour", "color"),
        ("modelling", "modeling"),
        ("unquantised layers", "unquantized layers"),
    ],
)
def test_two_spellings_are_one_word(british: str, us: str) -> None:
    assert american(british) == american(us)


def test_a_comparison_inside_a_model_is_not_taken_for_one_of_models(archkb: Archkb, small: Path) -> None:
    called = archkb("ask", "how do the blocks differ in norms", "duo", store=small)
    assert "archkb diff" not in called.err
    assert "odd-blocks" in called.err


def test_words_no_question_knows_are_named(archkb: Archkb, small: Path) -> None:
    called = archkb("ask", "does it use teacher forcing embeddings?", "duo", store=small)
    assert (called.code, called.out) == (2, "")
    assert "speaks of forcing" in called.err


def test_find_matches_either_spelling(archkb: Archkb, tmp_path: Path) -> None:
    tensors = {f"{name}.weight": {"dtype": "F32", "shape": [8, 8], "data_offsets": [0, 256]} for name in ("a",)}
    for i, name in enumerate(("normalisation", "quantizer.dequantize"), 1):
        tensors[f"{name}.weight"] = {"dtype": "F32", "shape": [8, 8], "data_offsets": [256 * i, 256 * (i + 1)]}
    path = tmp_path / "spelt.json"
    path.write_text(json.dumps(tensors))
    archkb("ingest", path)
    for text, module in (("Normalization", "normalisation"), ("dequantise", "quantizer.dequantize")):
        found = archkb("ask", "find", "spelt", "-p", f"text={text}", "--json").rows
        assert [row["module"] for row in found] == [module]
