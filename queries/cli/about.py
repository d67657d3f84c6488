"""`schema` and `doctor`: what the graph looks like, and whether everything is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import typer

from kb.errors import ArchkbError
from kb.outline import counted
from queries.answer import Answer
from queries.cli import terminal
from queries.cli.options import with_store_and_output
from queries.cli.run import Run


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
    """Say what is installed and whether the store opens. The exit code is 2 where something is wrong.

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
    for package, what in (("arcadedb", "embedded store"), ("neo4j", "driver of Neo4j")):
        yield what, *_installed(package)
    torch = find_spec("torch") is not None
    yield "torch", "there" if torch else "not installed; only `pip install 'archkb[torch]'` needs it", True
    yield from _content()
    yield f"store {without_password(run.uri)}", *_opens(run)


def _installed(package: str) -> tuple[str, bool]:
    from importlib import metadata

    try:
        return f"{package} {metadata.version(package)}", True
    except metadata.PackageNotFoundError:
        return f"no {package}: `pip install {package}`", False


def _content() -> Iterator[tuple[str, str, bool]]:
    from ingest.sources import shipped
    from queries.catalog import open_catalog

    try:
        yield "questions", str(len(open_catalog().all())), True
    except ArchkbError as error:
        yield "questions", str(error), False
    yield "designs", str(len(shipped())), True


def _opens(run: Run) -> tuple[str, bool]:
    try:
        with run.store() as store:
            return f"opens, {counted(len(store.models()), 'model')}", True
    except ArchkbError as error:
        return str(error), False


def without_password(uri: str) -> str:
    """A URI that may be shown.

    >>> without_password("bolt://neo4j:secret@host:7687")
    'bolt://neo4j:***@host:7687'
    """
    return re.sub(r"(://[^:/@]*):[^@]*@", r"\1:***@", uri)
