"""`schema`: what the graph looks like."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from archkb.queries.cli import terminal


class Page(StrEnum):
    """Forms of the schema."""

    md = "md"
    mermaid = "mermaid"
    cypher = "cypher"
    diff = "diff"


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

        from archkb.queries.diff.document import json_schema

        terminal.say(json.dumps(json_schema(), indent=1) + "\n")
        return
    from archkb.kb.schema_page import schema_page

    terminal.say(schema_page(format.value))
