"""`tree`: the module tree of a model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archkb.kb.errors import NotFoundError
from archkb.queries.cli import terminal
from archkb.queries.cli.context import Run
from archkb.queries.cli.options import ModelArgument, with_store_and_output
from archkb.queries.output.answer import Answer

if TYPE_CHECKING:
    from archkb.kb.outline import Box
    from archkb.kb.tables import GraphTables


_TREE = ("level", "path", "name", "count", "kind", "params", "facts")


@with_store_and_output
def tree(
    run: Run,
    model: ModelArgument,
    path: Annotated[str, typer.Argument(metavar="[PATH]", help="Show what is below this module.")] = "",
    depth: Annotated[int, typer.Option(min=1, max=64, help="Levels to show.")] = 3,
) -> None:
    """Show the module tree; equal siblings are one line, as {0-47} ×48.

    \b
    Examples:
      archkb tree ltx-2-19b-dev-fp8
      archkb tree ltx-2-19b-dev-fp8 model.diffusion_model --depth 4
    """
    from archkb.kb.outline import outline
    from archkb.queries.stored_tree import module_tables

    with run.store() as store:
        tables = module_tables(store, model)
    try:
        root = outline(tables, path)
    except KeyError:
        raise _no_path(tables, path) from None
    rows = tuple(_lines(root, 0, depth))
    if run.format == "table":
        terminal.say("".join(_indented(row) for row in rows))
    else:
        run.show(Answer("tree", _TREE, rows))


def _no_path(tables: GraphTables, path: str) -> NotFoundError:
    from rapidfuzz import process

    paths = [row[n.columns.index("path")] for n in tables.nodes if n.primary == "Module" for row in n.rows]
    near = [p for p, _, _ in process.extract(path, paths, limit=3)]
    return NotFoundError(f"{tables.name} has no module {path!r}", near=near)


def _lines(box: Box, level: int, depth: int) -> Iterator[tuple[Any, ...]]:
    yield level, box.path, box.name, box.count, box.kind, box.n_params, box.facts
    if level < depth:
        for child in box.children:
            yield from _lines(child, level + 1, depth)


def _indented(row: tuple[Any, ...]) -> str:
    from archkb.kb.text import printable

    level, _, name, count, kind, _, facts = row
    times = f" ×{count}" if count > 1 else ""
    return f"{'  ' * level}{printable(name)}{times}  {kind}{': ' if facts else ''}{printable(facts)}\n"
