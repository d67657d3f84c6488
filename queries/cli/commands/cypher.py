"""`cypher`: a reader's own query."""

from __future__ import annotations

from typing import Annotated

import typer

from archkb.queries.cli import terminal
from archkb.queries.cli.arguments.question_options import Params
from archkb.queries.cli.context import Run
from archkb.queries.cli.options import with_answer
from archkb.queries.output.cut import cut
from archkb.queries.questions import ask_store as asks


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
    from archkb.queries.interface.reader_query import reader_query

    text = terminal.read_input() if query == "-" else query
    params = {name: asks.guess(value) for name, value in asks.pairs(param or ()).items()}
    with run.store() as store:
        answer = reader_query(store, text, params, limit=limit, timeout=timeout)
    run.show(cut(answer) if run.for_people else answer)
