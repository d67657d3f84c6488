"""`export`: a model's graph for other programs."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archkb.queries.cli import terminal
from archkb.queries.cli.context import Run
from archkb.queries.cli.options import ModelArgument, with_store
from archkb.queries.interface.model_names import uid_of

if TYPE_CHECKING:
    from archkb.kb.tables import GraphTables


class Format(StrEnum):
    """Forms `export` can write."""

    graphml = "graphml"
    json = "json"
    mermaid = "mermaid"
    dot = "dot"


def _load(run: Run, model: str) -> GraphTables:
    with run.store() as store:
        uid_of(store, model)
        return store.load(model)


@with_store
def export(
    run: Run,
    model: ModelArgument,
    format: Annotated[Format, typer.Option("--format", "-f", help="Form to write.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File to write instead of stdout.")] = None,
    depth: Annotated[int, typer.Option(min=1, max=64, help="Levels of a picture (mermaid, dot).")] = 3,
) -> None:
    """Write a model's graph for other programs (graphml, json), or its tree as a picture (mermaid, dot).

    \b
    Examples:
      archkb export ltx-2-19b-dev-fp8 --format graphml --output ltx.graphml
      archkb export aiprod-shdt --format dot --depth 4 | dot -Tsvg > shdt.svg
    """
    from archkb.kb.export import export as written

    terminal.put(written(_load(run, model), format.value, depth=depth), output)
