"""`ask`, `questions` and `cypher`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kb.errors import ArchkbError, NotFoundError
from queries import ask as asks
from queries.answer import Answer
from queries.catalog import Catalog, open_catalog
from queries.cli import complete, terminal
from queries.cli.options import with_answer, with_output
from queries.cli.run import Run, only_model, uid_of
from queries.question import Question

if TYPE_CHECKING:
    from kb.store.port import Store
    from queries.match import Candidate

UNSURE = 2

_Folder = Annotated[
    Path | None, typer.Option("--questions", metavar="DIR", help="Your own questions. Default: $ARCHKB_QUESTIONS.")
]
_Params = Annotated[
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
    param: _Params = None,
    questions: _Folder = None,
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
            question = _matched(text, catalog)
        params = asks.bind(question, _with_model(store, question, name, given))
        run.show(asks.ask(store, question, params, counted=run.format == "table"))


def _model_in(store: Store, words: list[str]) -> tuple[str | None, str]:
    """The model among free words, which is the last of several, and the other words as one text."""
    if len(words) > 1 and any(m.name == words[-1] for m in store.models()):
        return words[-1], " ".join(words[:-1])
    return None, " ".join(words)


def _with_model(store: Store, question: Question, name: str | None, given: dict[str, str]) -> dict[str, str]:
    """The given parameters, names of models turned into their uids."""
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
        out[needed] = only_model(store)
    for p in question.params:
        if p.type == "model" and p.name in out:
            out[p.name] = uid_of(store, out[p.name])
    return out


def _matched(words: str, catalog: Catalog) -> Question:
    """The question free words mean; the person chooses where they could mean several."""
    from queries.match import match

    found = match(words, catalog.all())
    if not found.candidates:
        raise NotFoundError(
            f"no question is like {words!r}", near=catalog.near(words), cure="`archkb questions` lists them"
        )
    best = found.candidates[0]
    if not found.sure:
        best = _chosen(words, found.candidates)
    terminal.tell(
        f"archkb: asking {best.question.id!r} ({best.question.title}), matched “{best.phrase}”, {best.score:.0f} of 100"
    )
    return best.question


def _chosen(words: str, candidates: tuple[Candidate, ...]) -> Candidate:
    terminal.tell(f"archkb: {words!r} could mean")
    for i, c in enumerate(candidates, 1):
        terminal.tell(f"  {i}  {c.question.id:24} {c.question.title}")
    if not terminal.interactive():
        terminal.tell("archkb: not sure which. Cure: ask one of these by its id.")
        raise typer.Exit(UNSURE)
    answer = terminal.ask(f"which one? [1-{len(candidates)}, Enter for none] ")
    if not answer.isdigit() or not 1 <= int(answer) <= len(candidates):
        raise typer.Exit(UNSURE)
    return candidates[int(answer) - 1]


@with_output
def questions(
    run: Run,
    id: Annotated[
        str | None, typer.Argument(metavar="ID", help="Show this one.", autocompletion=complete.questions)
    ] = None,
    questions: _Folder = None,
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
    rows = tuple((q.id, q.title, " ".join(asks.signature(p) for p in q.params)) for q in catalog.all())
    run.show(Answer("questions", ("id", "title", "takes"), rows))


def _show_one(run: Run, question: Question) -> None:
    if run.format == "table":
        terminal.say(asks.page(question))
        return
    takes = [asks.signature(p) for p in question.params]
    row = (question.id, question.title, question.about, takes, [c.name for c in question.columns], question.cypher)
    run.show(Answer("questions", ("id", "title", "about", "takes", "returns", "cypher"), (row,)))


@with_answer
def cypher(
    run: Run,
    query: Annotated[str, typer.Argument(metavar="CYPHER", help="A query that only reads; - reads it from stdin.")],
    param: _Params = None,
    limit: Annotated[int, typer.Option(min=1, help="Most rows to return.")] = 1000,
    timeout: Annotated[float, typer.Option(min=0.001, help="Seconds until the query is ended.")] = 30.0,
) -> None:
    """Run a Cypher query of your own. It can read the graph and nothing else.

    `archkb schema` shows the labels, relationships and properties.

    \b
    Examples:
      archkb cypher "MATCH (a:Attention {attends: 'cross'}) RETURN count(a) AS n"
      archkb cypher "MATCH (m:Model {name: \\$name}) RETURN m.n_params AS n" -p name=ltx-2-19b-dev-fp8
    """
    text = sys.stdin.read() if query == "-" else query
    params = {name: asks.guess(value) for name, value in asks.pairs(param or ()).items()}
    with run.store() as store:
        rows = store.ask(text, params, limit=limit, timeout=timeout)
    notes = (f"cut after {limit} rows; --limit N returns more",) if rows.truncated else ()
    run.show(Answer("cypher", rows.columns, rows.rows, text, params, rows.truncated, notes))
