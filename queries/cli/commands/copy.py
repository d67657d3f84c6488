"""`copy`: all models of one store into another, a backup or the way from the embedded store to a server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archkb.kb.errors import ArchkbError
from archkb.queries.cli import terminal
from archkb.queries.cli.context import Run
from archkb.queries.cli.options import with_output
from archkb.queries.output.answer import Answer

if TYPE_CHECKING:
    from archkb.kb.store.port import Store


@with_output
def copy(
    run: Run,
    source: Annotated[str, typer.Argument(metavar="FROM", help="Store to read: a folder or bolt://HOST:PORT.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="Store to write; made where it is not there.")],
    replace: Annotated[bool, typer.Option("--replace", help="Replace models that TO has under the same name.")] = False,
) -> None:
    """Copy every model of one store into another: a backup, or the way from the embedded store to Neo4j.

    Each model is written whole or not at all; a structure that several share is written once. A copy that was broken
    off goes on where it is called again: what TO has already is left as it is.

    \b
    Examples:
      archkb copy .archkb backup.archkb
      archkb copy .archkb bolt://localhost:7687 --json
    """
    from archkb.kb.store import open_store

    if source == target or ("://" not in source + target and Path(source).resolve() == Path(target).resolve()):
        raise ArchkbError(f"{source} and {target} are one store", cure="name another place for the copy")
    reading = open_store(source, read_only=True)
    try:
        writing = open_store(target)
        try:
            rows = _copied(reading, writing, replace)
        finally:
            writing.close()
    finally:
        reading.close()
    run.show(Answer("copy", ("name", "status"), rows))


def _copied(reading: Store, writing: Store, replace: bool) -> tuple[tuple[Any, ...], ...]:
    """Each model's name and what became of it. ArchkbError, before anything is written, for names that clash."""
    there = {model.name: model.uid for model in writing.models()}
    models = reading.models()
    clashing = [model.name for model in models if there.get(model.name, model.uid) != model.uid]
    if clashing and not replace:
        raise ArchkbError(
            f"{writing.uri} has another model named {clashing[0]!r}",
            cure="add --replace, or copy into an empty store",
        )
    rows = []
    progress = terminal.progress("copy")
    for done, model in enumerate(models, 1):
        counts = writing.replace(reading.load(model.name))
        if progress is not None:
            progress("models", done, len(models))
        rows.append((model.name, "there already" if counts.unchanged else "copied"))
    return tuple(rows)
