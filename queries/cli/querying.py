"""`cypher`: a reader's own query."""

from __future__ import annotations

from typing import Annotated

import typer

from kb.store.fault import missing_parameters
from queries import ask as asks
from queries.answer import Answer
from queries.cli import terminal
from queries.cli.asking import Params
from queries.cli.options import with_answer
from queries.cli.run import Run
from queries.cypher_text import parameters
from queries.strange import strange


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
        rows = store.ask(text, params, limit=limit, timeout=timeout)
    for warning in strange(text):
        terminal.tell(f"archkb: {warning}")
    notes = (f"cut after {limit} rows; --limit N returns more",) if rows.truncated else ()
    run.show(Answer("cypher", rows.columns, rows.rows, text, params, rows.truncated, notes))
