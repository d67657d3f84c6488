"""Wide tables say what paths have in common once; programs get whole paths."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archkb.ingest.pipeline import analyse
from archkb.ingest.sources import read_header
from archkb.kb.store import open_store
from archkb.queries.cli import terminal
from archkb.queries.diff.compare import compare
from archkb.queries.diff.comparison_rows import side_by_side
from archkb.queries.output.answer import Answer, Column
from archkb.queries.output.cells import width
from archkb.queries.output.render import render
from archkb.queries.output.wrap import hung
from archkb.queries.questions.ask_store import ask, bind
from archkb.queries.questions.catalog import open_catalog
from tests.queries.views import viewed

STACK = "model.diffusion_model.transformer_blocks.{i}"
SIDE = "model.diffusion_model.video_embeddings_connector.blocks.{i}"
HEADS = ("attention", "count", "attends", "form", "q_dim", "kv_dim", "head_dim")
ATTENTIONS = tuple(
    (f"{place}.{name}", 48, "self", "separate", 4096, 4096, 128)
    for place, name in ((STACK, "attn1"), (STACK, "attn2"), (STACK, "audio_to_video_attn"), (SIDE, "attn1"))
)
INVENTORY = Answer("inventory", HEADS, ATTENTIONS)


def lines(answer: Answer, columns: int | None) -> list[str]:
    return render(answer, "table", columns=columns).splitlines()


def test_a_container_is_said_once_above_its_rows() -> None:
    text = lines(INVENTORY, 80)
    assert [line for line in text if line.startswith("below ")] == [f"below {STACK}", f"below {SIDE}"]
    assert [line.split()[0] for line in text if "separate" in line] == [
        "attn1",
        "attn2",
        "audio_to_video_attn",
        "attn1",
    ]
    assert len(text) <= 10
    assert max(map(width, text)) <= 80


def test_a_prefix_that_all_share_is_said_above_the_table() -> None:
    why = "a sentence that needs the room " * 2
    answer = Answer(
        "q", ("path", "reads", "why"), ((f"{STACK}.a", f"{STACK}.b", why), (f"{STACK}.c", f"{STACK}.a", why))
    )
    first, *rest = lines(answer, 90)
    assert first == f"paths below {STACK}"
    assert STACK not in "".join(rest)


def test_where_there_is_room_paths_stay_whole() -> None:
    for columns in (None, 200):
        text = lines(INVENTORY, columns)
        assert len(text) == 2 + len(ATTENTIONS)
        assert all(line.startswith("model.") for line in text[2:])


@pytest.mark.parametrize("format", ["json", "csv", "markdown"])
def test_programs_and_documents_get_whole_paths(format: str) -> None:
    text = render(INVENTORY, format, columns=60)
    assert text.count(STACK) == 3
    assert text.count(SIDE) == 1


def test_a_number_is_not_a_name_of_its_own() -> None:
    rows = tuple((f"vae.encoder.down.{{i}}.block.{{i}}.{n}", "why " * 20) for n in ("conv1", "conv2"))
    rows += tuple(("vae.encoder.down.{i}.block.{i}", "why " * 20) for _ in range(2))
    assert not any(line.startswith("{i}") for line in lines(Answer("q", ("path", "why"), rows), 60))


def test_headings_are_broken_before_names_are() -> None:
    narrow = lines(INVENTORY, 64)
    assert "audio_to_video_attn" in "\n".join(narrow)
    assert max(map(width, narrow)) <= 64


@pytest.mark.parametrize("columns", [30, 45, 60, 80, 120, 200])
def test_no_line_is_wider_than_asked_for(columns: int) -> None:
    answer = Answer(
        "q",
        ("scope", "why", "n"),
        tuple((f"{place}.attn", "a few words " * 30, 7) for place in (STACK, SIDE)),
        sentence="2 attentions: " + ", ".join(f"{n} of a sort" for n in range(9)),
    )
    assert max(map(width, lines(answer, columns))) <= columns


def test_in_a_pipe_tables_are_200_wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    assert terminal.columns() == 200


def test_a_sentence_hangs() -> None:
    assert hung("± 3 things changed in one place", 14) == ["± 3 things", "  changed in", "  one place"]


def test_people_read_headings_and_programs_names() -> None:
    answer = Answer(
        "q", ("inner_dim",), ((4096,),), about={"inner_dim": Column("inner_dim", heading="attention width")}
    )
    assert render(answer, "table").splitlines()[0] == "attention width"
    assert render(answer, "markdown").splitlines()[0] == "| attention width |"
    assert json.loads(render(answer, "json")) == [{"inner_dim": 4096}]
    assert render(answer, "csv").splitlines()[0] == "inner_dim"


def test_the_sentence_stands_above_what_people_read() -> None:
    answer = Answer("q", ("n",), ((1,),), sentence="1 block.")
    assert render(answer, "table").splitlines()[0] == "1 block."
    assert render(answer, "markdown").splitlines()[0] == "1 block."
    assert json.loads(render(answer, "json")) == {
        "schema": "archkb.answer/1", "question": "q", "answer": "1 block.", "rows": [{"n": 1}]
    }  # fmt: skip
    assert render(answer, "csv") == "n\n1\n"


def test_an_answer_without_rows_is_its_sentence() -> None:
    answer = Answer("q", ("n",), (), sentence="None: there is no block.")
    assert render(answer, "table") == render(answer, "markdown") == "None: there is no block.\n"
    assert json.loads(render(answer, "json"))["rows"] == []


@pytest.mark.slow
def test_every_question_and_a_comparison_fit_a_pipe_and_a_terminal(tmp_path: Path) -> None:
    wide, other = (
        viewed(analyse(read_header(f"design:{name}")), name=name) for name in ("ltx-2-19b-dev-fp8", "aiprod-shdt")
    )
    store = open_store(str(tmp_path / "store"))
    store.replace(wide.tables)
    store.replace(other.tables)
    answers = [side_by_side(compare(wide, other), named=True)]
    for question in open_catalog().all():
        given = {"model": wide.name} if question.needs_model else {}
        given |= {"text": "attn"} if any(p.name == "text" for p in question.params) else {}
        answers.append(ask(store, question, bind(question, given), named=True))
    store.close()
    for answer in answers:
        for columns in (80, 120, 200):
            assert max(map(width, lines(answer, columns)), default=0) <= columns, (answer.question, columns)
    [inventory] = (a for a in answers if a.question == "attention-inventory")
    assert len(lines(inventory, 120)) < 3 * len(inventory.rows)
