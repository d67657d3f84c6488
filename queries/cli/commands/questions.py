"""`questions`: those there are, or one of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from archkb.queries.cli import completion, terminal
from archkb.queries.cli.arguments.question_options import Folder
from archkb.queries.cli.context import Run
from archkb.queries.cli.options import with_output
from archkb.queries.output.answer import Answer
from archkb.queries.output.layout import lay_out
from archkb.queries.questions import ask_store as asks
from archkb.queries.questions.catalog import open_catalog
from archkb.queries.questions.question import Question


@with_output
def questions(
    run: Run,
    id: Annotated[
        str | None, typer.Argument(metavar="ID", help="Show this one.", autocompletion=completion.questions)
    ] = None,
    questions: Folder = None,
) -> None:
    """List the questions, or show one: what it takes, what it returns, its Cypher.

    \b
    Examples:
      archkb questions
      archkb questions cross-attention
    """
    catalog = open_catalog(questions)
    if id is not None:
        _show_one(run, catalog.get(id))
        return
    if run.format == "table":
        terminal.say(_by_topic(catalog.all()))
        return
    rows = (
        (q.id, q.title, " ".join(asks.signature(p) for p in q.params), q.topic, list(q.aliases)) for q in catalog.all()
    )
    run.show(Answer("questions", ("id", "title", "takes", "topic", "phrasings"), tuple(rows)))


def _by_topic(found: Sequence[Question]) -> str:
    """The questions under their topics, each with one of the phrasings that find it."""
    topics = list(dict.fromkeys(q.topic for q in found))
    rows, above = [], []
    for topic in topics:
        members = [q for q in found if q.topic == topic]
        rows += [(q.id, q.title, q.phrasing) for q in members]
        above += [topic, *("" for _ in members[1:])]
    return lay_out(("id", "question", "or, for instance"), rows, (False,) * 3, terminal.columns(), above)


def _show_one(run: Run, question: Question) -> None:
    if run.format == "table":
        terminal.say(asks.page(question))
        return
    takes = [asks.signature(p) for p in question.params]
    row = (question.id, question.title, question.about, takes, [c.name for c in question.columns], question.cypher)
    run.show(Answer("questions", ("id", "title", "about", "takes", "returns", "cypher"), (row,)))
