"""`cypher`: a reader's own query."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archkb.kb.store.query_errors import missing_parameters
from archkb.queries.cli import terminal
from archkb.queries.cli.arguments.question_options import Params
from archkb.queries.cli.context import Run
from archkb.queries.cli.options import with_answer
from archkb.queries.output.answer import Answer
from archkb.queries.output.cut import cut
from archkb.queries.questions import ask_store as asks
from archkb.queries.questions.cypher_text import parameters
from archkb.queries.questions.traps import found_nothing, one_level, traps, uids_for_names, wants_uids
from archkb.queries.questions.unknown_names import strange

if TYPE_CHECKING:
    from archkb.kb.store.port import Store


@with_answer
def cypher(
    run: Run,
    query: Annotated[str, typer.Argument(metavar="CYPHER", help="A query that only reads; - reads it from stdin.")],
    param: Params = None,
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
    text = terminal.read_input() if query == "-" else query
    params = {name: asks.guess(value) for name, value in asks.pairs(param or ()).items()}
    missing = [name for name in parameters(text) if name not in params]
    if missing:
        raise missing_parameters(missing)
    with run.store() as store:
        params = _with_uids(store, text, params)
        rows = store.ask(text, params, limit=limit, timeout=timeout)
        warnings = [*strange(text), *one_level(text)]
        if found_nothing(rows.rows) and not warnings:
            warnings = traps(text, params, _models(store), partial(_values, store))
    for warning in warnings:
        terminal.tell(f"archkb: {warning}")
    notes = (f"cut after {limit} rows; --limit N returns more",) if rows.truncated else ()
    answer = Answer("cypher", rows.columns, rows.rows, text, params, rows.truncated, notes)
    run.show(cut(answer) if run.for_people else answer)


def _models(store: Store) -> dict[str, str]:
    """uids by name."""
    return {str(name): str(uid) for name, uid in store.read("MATCH (m:Model) RETURN m.name AS name, m.uid AS uid").rows}


def _values(store: Store, prop: str) -> list[str]:
    """The values a property of modules or tensors has."""
    label = "Tensor" if prop == "dtype" else "Module"
    return [str(row[0]) for row in store.read(f"MATCH (n:{label}) RETURN DISTINCT n.{prop} AS v").rows if row[0]]


def _with_uids(store: Store, text: str, params: dict[str, Any]) -> dict[str, Any]:
    """The parameters, a model's name turned into its uid where the query compares it with uids."""
    if not any(isinstance(params.get(name), str) for name in wants_uids(text)):
        return params
    out, notes = uids_for_names(text, params, _models(store))
    for note in notes:
        terminal.tell(f"archkb: {note}")
    return out
