"""`schema` and `doctor`: what the graph looks like, and whether everything is there."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import typer

from kb.errors import ArchkbError
from queries.cli import health, terminal
from queries.cli.options import with_store_and_output
from queries.cli.run import Run
from queries.output.answer import Answer


class Page(StrEnum):
    """Forms of the schema."""

    md = "md"
    mermaid = "mermaid"
    cypher = "cypher"
    diff = "diff"


def version() -> str:
    """Version of the installed program."""
    from importlib import metadata

    try:
        return metadata.version("archkb")
    except metadata.PackageNotFoundError:
        return "of this folder, not installed"


def schema(format: Annotated[Page, typer.Option("--format", "-f", help="Form to print.")] = Page.md) -> None:
    """Print the graph's schema: labels, properties and relationships, a diagram, or constraints and indexes.

    The form `diff` is the JSON Schema of what `archkb diff --json` writes.

    \b
    Examples:
      archkb schema
      archkb schema --format mermaid
      archkb schema --format diff
    """
    if format is Page.diff:
        import json

        from queries.diff.document import json_schema

        terminal.say(json.dumps(json_schema(), indent=1) + "\n")
        return
    from kb.schema_page import schema_page

    terminal.say(schema_page(format.value))


@with_store_and_output
def doctor(run: Run) -> None:
    """Say what is installed, and whether the store opens and is whole. The exit code is 2 where something is wrong.

    It reads all of an embedded store's files, and counts every model's tensors and modules.

    \b
    Examples:
      archkb doctor
      archkb doctor --store bolt://localhost:7687
    """
    rows = tuple(_checks(run))
    run.show(Answer("doctor", ("what", "state", "ok"), rows))
    if not all(ok for _, _, ok in rows):
        raise typer.Exit(ArchkbError.exit_code)


def _checks(run: Run) -> Iterator[tuple[str, str, bool]]:
    import platform
    from importlib.util import find_spec

    yield "archkb", version(), True
    yield "python", f"{platform.python_version()} on {platform.platform(terse=True)}", True
    opened = list(health.store(run))  # first, for the engine's log goes where the first store is that is opened
    yield from health.engines()
    torch = find_spec("torch") is not None
    yield "torch", "there" if torch else "not installed; only `pip install 'archkb[torch]'` needs it", True
    yield from _content()
    yield from opened


def _content() -> Iterator[tuple[str, str, bool]]:
    from ingest.sources import shipped
    from queries.questions.catalog import open_catalog

    try:
        yield "questions", str(len(open_catalog().all())), True
    except ArchkbError as error:
        yield "questions", str(error), False
    yield "designs", str(len(shipped())), True
