"""Where questions come from."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archkb.kb import schema
from archkb.kb.errors import NotFoundError, QuestionError
from archkb.queries.questions import catalog
from archkb.queries.questions.catalog import LIBRARY, Catalog, open_catalog
from archkb.queries.questions.question import Question

SHIPPED = open_catalog().all()
MINE = (LIBRARY / "stacks.cypher").read_text().replace("Which stacks of blocks", "Which of MY stacks of blocks")


def test_every_shipped_question_keeps_its_promises() -> None:
    assert len(SHIPPED) >= 18
    assert SHIPPED[0].id == "cross-attention"
    assert len({q.rank for q in SHIPPED}) == len(SHIPPED), "every question has a place of its own"


@pytest.mark.parametrize("question", SHIPPED, ids=lambda q: q.id)
def test_every_shipped_question_says_what_a_reader_needs(question: Question) -> None:
    assert question.title.endswith("?")
    assert len(question.aliases) >= 3
    assert question.says.none, "a question that may have no row says what that means"
    assert question.says.some or question.total, "an answer begins with a sentence"
    if question.needs_model:
        assert "Model {name: $model}" in question.cypher, "starts from the model, by its name"


@pytest.mark.parametrize("question", SHIPPED, ids=lambda q: q.id)
def test_labels_and_relationships_of_the_library_are_the_schemas(question: Question) -> None:
    labels = {lab.name for lab in (*schema.PRIMARY, *schema.ROLES)}
    types = {r.type for r in schema.RELATIONS}
    assert set(re.findall(r"\(\w*:(\w+)", question.cypher + question.count)) <= labels
    assert {t for m in re.findall(r"\[\w*:([\w|]+)", question.cypher) for t in m.split("|")} <= types


def test_asking_for_one_question_reads_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    real = catalog.read
    monkeypatch.setattr(catalog, "read", lambda path: seen.append(path.name) or real(path))
    open_catalog().get("stacks")
    assert seen == ["stacks.cypher"]


def test_a_folder_of_ones_own_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "stacks.cypher").write_text(MINE)
    monkeypatch.setenv(catalog.VARIABLE, str(tmp_path))
    assert "MY stacks" in open_catalog().get("stacks").title
    assert open_catalog().ids() == tuple(sorted(q.id for q in SHIPPED))


def test_the_plural_of_an_id_is_that_id() -> None:
    assert open_catalog().get("feed-forwards").id == "feed-forward"
    assert open_catalog().get("quantizations").id == "quantisation"


def test_an_error_in_ones_own_question_names_the_whole_path(tmp_path: Path) -> None:
    (tmp_path / "mine.cypher").write_text(MINE)
    with pytest.raises(QuestionError, match=r"mine\.cypher:1: the file is not named after its id"):
        open_catalog(tmp_path).get("mine")


def test_no_such_folder() -> None:
    with pytest.raises(QuestionError, match="no such folder"):
        open_catalog("/nowhere/at/all")


@pytest.mark.parametrize(
    ("asked", "meant"), [("cross-atention", "cross-attention"), ("quantizationss", "quantisation"), ("norm", "norms")]
)
def test_near_misses_are_named(asked: str, meant: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        open_catalog().get(asked)
    assert meant in caught.value.near


@pytest.mark.parametrize("asked", ["../question", "a/b", "", ".hidden"])
def test_an_id_is_no_path(asked: str, tmp_path: Path) -> None:
    (tmp_path / "question.cypher").write_text(MINE)
    inner = tmp_path / "folder"
    inner.mkdir()
    assert Catalog((inner,)).find(asked) is None


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "bad.cypher").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(QuestionError, match="cannot be read"):
        open_catalog(tmp_path).get("bad")
