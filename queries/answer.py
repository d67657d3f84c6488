"""An answer: columns, rows, and the query that gave them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SHOWS = ("plain", "ranges", "count", "bytes", "shape", "share", "confidence")
"""How a column is shown to a reader: as it is; indices as '0-47'; 1,234,567; 1.21 GB; 3×3×3; 12.5 %; 0.98, or
'unmeasured' where null."""


@dataclass(frozen=True, slots=True)
class Column:
    """A promised column. `show` is one of :data:`SHOWS`; `unknown` where null means that nothing proves a value."""

    name: str
    doc: str = ""
    show: str = "plain"
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows in the order of `columns`; values are str, int, float, bool, None, or lists and maps of them.

    `question` is the id asked, or a title where no question was; `about` says how a column is shown, by name;
    `notes` are sentences for the reader (what an empty answer means, of how many the rows are a part).
    """

    question: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    cypher: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    truncated: bool = False
    notes: tuple[str, ...] = ()
    about: Mapping[str, Column] = field(default_factory=dict)

    def records(self) -> list[dict[str, Any]]:
        """The rows as objects, keys in the order of the columns.

        >>> Answer("q", ("a", "b"), ((1, None),)).records()
        [{'a': 1, 'b': None}]
        """
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def column(self, name: str) -> Column:
        """How that column is shown."""
        return self.about.get(name) or Column(name)
