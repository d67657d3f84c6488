"""`ask`, `questions` and `cypher`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kb.errors import ArchkbError
from queries.cli import complete, terminal
from queries.cli.meaning import meant
from queries.cli.options import with_answer, with_output
from queries.cli.run import Run, only_model, uid_of
from queries.near_misses import nearest
from queries.output.answer import Answer
from queries.output.layout import lay_out
from queries.questions import ask_store as asks
from queries.questions.catalog import open_catalog
from queries.questions.question import Question

if TYPE_CHECKING:
    from kb.store.port import Store

Folder = Annotated[
    Path | None, typer.Option("--questions", metavar="DIR", help="Your own questions. Default: $ARCHKB_QUESTIONS.")
]
Params = Annotated[
    list[str] | None, typer.Option("--param", "-p", metavar="NAME=VALUE", help="A parameter; may be given again.")
]


@with_answer
def ask(
    run: Run,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="QUESTION... [MODEL]", help="Id or free words; then the model.", autocompletion=complete.words
        ),
    ],
    param: Params = None,
    questions: Folder = None,
) -> None:
    """Answer a question about a model.

    QUESTION is an id (`archkb questions` lists them) or free words, which are matched with the questions there are.
    MODEL may be left out where the store holds one, or where the question is about all models.

    \b
    Examples:
      archkb ask cross-attention ltx-2-19b-dev-fp8
      archkb ask "which blocks do cross-attention?" ltx-2-19b-dev-fp8 --json
      archkb ask largest-tensors ltx-2-19b-dev-fp8 --param top=5 --show-cypher
    """
    catalog = open_catalog(questions)
    given = asks.pairs(param or ())
    known = catalog.find(words[0]) if len(words) <= 2 else None
    with run.store() as store:
        if known is not None:
            question, name = known, (words[1] if len(words) == 2 else None)
        else:
            name, text = _model_in(store, words)
            question = meant(text, catalog, store)
        params = asks.bind(question, _with_model(store, question, name, given, words[-1]))
        answer = asks.ask(store, question, params, counted=run.format == "table", named=run.for_people)
    run.show(answer)


def _model_in(store: Store, words: list[str]) -> tuple[str | None, str]:
    """The model among free words, which is the last of several, and the other words as one text.

    A last word that is like a model's name is none of the text either: it is told apart later, with its near misses.
    """
    names = {m.name for m in store.models()}
    several = list(takewhile(names.__contains__, reversed(words[1:])))[::-1]
    if len(several) > 1:
        raise ArchkbError(
            f"a question is about one model, and {len(several)} are named: {', '.join(several)}",
            cure=f"ask once a model, or compare them with `archkb diff {' '.join(several[:2])}`",
        )
    if several:
        return several[0], " ".join(words[:-1])
    misspelt = len(words) > 1 and (" " in words[0] or not words[-1].isalpha()) and nearest(words[-1], names)
    return None, " ".join(words[:-1] if misspelt else words)


def _with_model(store: Store, question: Question, name: str | None, given: dict[str, str], last: str) -> dict[str, str]:
    """The given parameters, names of models turned into their uids; `last` is the last word, maybe a misspelt name."""
    out = dict(given)
    needed = question.needs_model
    wanted = needed or next((p.name for p in question.params if p.type == "model"), None)
    if name is not None:
        if wanted is None:
            raise ArchkbError(
                f"{question.id!r} is about all models of the store, not about {name!r}", cure="leave the model out"
            )
        out[wanted] = name
    elif needed is not None and needed not in out:
        out[needed] = only_model(store, last)
    for p in question.params:
        if p.type == "model" and p.name in out:
            out[p.name] = uid_of(store, out[p.name])
    return out


@with_output
def questions(
    run: Run,
    id: Annotated[
        str | None, typer.Argument(metavar="ID", help="Show this one.", autocompletion=complete.questions)
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
