"""Words with several readings, words about nothing a header tells, and questions about all models or about a part."""

from __future__ import annotations

from pathlib import Path

import pytest

import archkb as door
from archkb.queries.questions import match as matching
from archkb.queries.questions.catalog import open_catalog
from archkb.queries.questions.classifier.model import Classifier
from archkb.queries.questions.match import match
from tests.queries.conftest import Archkb

WORDS = "where is the layout told apart"
QUESTIONS = open_catalog().all()


@pytest.fixture
def torn(monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """Weights that are torn between two questions; their ids."""
    learnt = [("stacks", 0.6), ("blocks", 0.36), ("size", 0.03), ("none", 0.01)]
    monkeypatch.setattr(Classifier, "ranked", lambda self, text: learnt)
    return "stacks", "blocks"


def test_readings_are_few_and_together_as_good_as_sure(torn: tuple[str, ...]) -> None:
    found = match(WORDS, QUESTIONS)
    assert not found.sure
    assert tuple(c.question.id for c in found.readings) == torn
    assert sum(c.score for c in found.readings) >= 100 * matching.TOGETHER


def test_each_reading_is_answered(archkb: Archkb, small: Path, torn: tuple[str, ...]) -> None:
    called = archkb("ask", WORDS, "duo", store=small)
    assert called.code == 0
    assert all(f"`archkb ask {id_}`" in called.err for id_ in torn)
    assert all(q.title in called.out for q in QUESTIONS if q.id in torn)
    rows = archkb("ask", WORDS, "duo", "--json", store=small).rows
    assert tuple(row["question"] for row in rows)[:2] == torn
    assert rows[0]["rows"][0]["stack"] == "net.blocks"
    table = door.connect(small).ask(WORDS, model="duo")
    assert table.records()[1]["title"] == rows[1]["title"]


def test_a_list_to_choose_from_says_what_each_would_answer(archkb: Archkb, small: Path) -> None:
    called = archkb("ask", "what about attention?", "duo", store=small)
    assert called.code == 2
    assert "attention-inventory" in called.err
    assert "36 attentions" in called.err or "24 attentions" in called.err


def test_what_no_header_tells_is_unknown_with_its_reason(archkb: Archkb, small: Path) -> None:
    called = archkb("ask", "how many tokens per second does it generate", "duo", store=small)
    assert called.code == 0
    assert called.out.startswith("Unknown: that is not in a header")


def test_a_question_about_one_model_is_asked_of_all_where_none_is_named(archkb: Archkb, small: Path) -> None:
    called = archkb("ask", "is there a mixture of experts", "--json", store=small)
    assert called.json["answer"].startswith("2 of 3 models: solo, solo-copy: Yes: ")
    assert [(row["models"], row["holds"]) for row in called.rows] == [(["solo", "solo-copy"], True), (["duo"], False)]


@pytest.mark.slow
def test_a_part_of_a_model_is_asked(archkb: Archkb, tmp_path: Path) -> None:
    place = tmp_path / "store"
    archkb("ingest", "design:aiprod-hwvae", store=place)
    [row] = archkb("ask", "size", "aiprod-hwvae:decoder", "--json", store=place).rows
    whole = archkb("ask", "size-by-component", "aiprod-hwvae", "--json", store=place).rows
    assert row["exact"] == next(r["params"] for r in whole if r["role"] == "vae_decoder")
    assert archkb("ask", "size", "aiprod-hwvae:nothing", store=place).code == 2
