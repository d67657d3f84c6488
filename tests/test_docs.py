"""Every command and question is documented, and the generated pages are fresh."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from archkb.queries.cli.app import COMMANDS
from archkb.queries.docs import FOLDER, PAGES, main, stale
from archkb.queries.questions.catalog import open_catalog


@pytest.mark.parametrize("name", PAGES)
def test_generated_pages_are_fresh(name: str) -> None:
    assert name not in stale(), "run: make docs"


def test_a_stale_page_is_found(tmp_path: Path) -> None:
    for name, make in PAGES.items():
        (tmp_path / name).write_text(make(), encoding="utf-8")
    assert stale(tmp_path) == []
    (tmp_path / "cli.md").write_text("old")
    (tmp_path / "schema.md").unlink()
    assert stale(tmp_path) == ["cli.md", "schema.md"]


def test_the_check_says_so_by_its_exit_code() -> None:
    assert main(["--check"]) == 0


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name: str) -> None:
    text = inspect.cleandoc(COMMANDS[name].__doc__ or "")
    assert text.splitlines()[0].endswith((".", ".yaml."))
    assert f"archkb {name}" in text.partition("Examples:")[2]


def test_every_command_and_question_is_on_its_page() -> None:
    cli = (FOLDER / "cli.md").read_text()
    assert all(f"\n## {name}\n" in cli for name in COMMANDS)
    questions = (FOLDER / "questions.md").read_text()
    for question in open_catalog().all():
        assert f"\n## {question.id}\n" in questions
        assert question.cypher in questions
