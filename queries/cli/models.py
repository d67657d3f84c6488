"""`models`, `tree`, `export` and `forget`: what is in the store, and out of it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kb.errors import ArchkbError, NotFoundError
from kb.wording import counted
from queries.cli import terminal
from queries.cli.options import ModelArgument, with_store, with_store_and_output
from queries.cli.run import Run, uid_of
from queries.output.answer import Answer, Column

if TYPE_CHECKING:
    from kb.outline import Box
    from kb.store.port import Store
    from kb.tables import GraphTables

_SIZES = {"params": Column("params", "", "count"), "bytes": Column("bytes", "", "bytes")}
_MODELS = ("name", "family", "role", "tensors", "params", "bytes", "format", "source")
_TREE = ("level", "path", "name", "count", "kind", "params", "facts")


class Format(StrEnum):
    """Forms `export` can write."""

    graphml = "graphml"
    json = "json"
    mermaid = "mermaid"
    dot = "dot"


@with_store_and_output
def models(run: Run) -> None:
    """List the models in the store.

    \b
    Examples:
      archkb models
      archkb models --json
    """
    with run.store() as store:
        rows = tuple(
            (m.name, m.family, m.role, m.n_tensors, m.n_params, m.n_bytes, m.format, m.source) for m in store.models()
        )
    notes = () if rows else ("the store is empty; `archkb ingest FILE` fills it",)
    about = {**_SIZES, "role": Column("role", unknown=True)}
    run.show(Answer("models", _MODELS, rows, notes=notes, about=about))


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
    from kb.outline import outline
    from queries.stored_tree import module_tables

    with run.store() as store:
        tables = module_tables(store, uid_of(store, model))
    try:
        root = outline(tables, path)
    except KeyError:
        raise _no_path(tables, path) from None
    rows = tuple(_lines(root, 0, depth))
    if run.format == "table":
        terminal.say("".join(_indented(row) for row in rows))
    else:
        run.show(Answer("tree", _TREE, rows))


def _load(run: Run, model: str) -> GraphTables:
    with run.store() as store:
        uid_of(store, model)
        return store.load(model)


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
    from kb.text import printable

    level, _, name, count, kind, _, facts = row
    times = f" ×{count}" if count > 1 else ""
    return f"{'  ' * level}{printable(name)}{times}  {kind}{': ' if facts else ''}{printable(facts)}\n"


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
    from kb.export import export as written

    terminal.put(written(_load(run, model), format.value, depth=depth), output)


@with_store_and_output
def forget(
    run: Run,
    model: ModelArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove a model from the store, after asking.

    \b
    Examples:
      archkb forget ltx-2-19b-dev
      archkb forget ltx-2-19b-dev --yes
    """
    with run.store(write=True) as store:
        uid = uid_of(store, model)
        if not yes:
            _confirm(store, model, uid)
        counts = store.forget(model)
    run.show(Answer("forget", ("name", "removed_nodes"), ((model, counts.removed_nodes),)))


def _confirm(store: Store, model: str, uid: str) -> None:
    found = store.read("MATCH (n:Module {model: $model}) RETURN count(n) AS modules", {"model": uid}).rows[0][0]
    question = f"forget {model} with its {counted(found, 'module')}"
    if not terminal.interactive():
        raise ArchkbError(f"would {question}, and nobody is there to ask", cure="add --yes")
    if terminal.ask(f"{question}? [y/N] ").lower() not in ("y", "yes"):
        terminal.tell("archkb: nothing was removed")
        raise typer.Exit(ArchkbError.exit_code)
