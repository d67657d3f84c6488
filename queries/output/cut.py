"""Long texts of a node as a table has room for them: a header's metadata can be of a hundred thousand characters."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from archkb.queries.output.answer import Answer

LONGEST = 400
"""Characters of a text that a table shows."""
INSIDE = 60
"""Characters of a text inside a node, a list or a map that a table shows."""


def cut(answer: Answer) -> Answer:
    """The answer with long texts cut, each with its length, and a note where there were any."""
    rows = tuple(tuple(_cut(value, LONGEST) for value in row) for row in answer.rows)
    if rows == answer.rows:
        return answer
    note = "long texts are cut in the table; --json has them whole"
    return replace(answer, rows=rows, notes=(*answer.notes, note))


def _cut(value: Any, longest: int) -> Any:
    """The value with its texts cut; equal to it where none is long.

    >>> _cut({"a": ["x" * 70, 1]}, 9)
    {'a': ['xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx... (70 characters)', 1]}
    """
    if isinstance(value, str) and len(value) > longest:
        return f"{value[:longest]}... ({len(value):,} characters)"
    if isinstance(value, dict):
        return {name: _cut(inner, INSIDE) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_cut(inner, INSIDE) for inner in value)
    return value
