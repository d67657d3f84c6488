"""An answer: columns, rows, and the query that gave them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from archkb.kb.wording import listed

SHOWS = ("plain", "ranges", "count", "bytes", "shape", "share", "confidence", "template", "some")
"""How a column is shown to a reader: as it is; indices as '0-47'; 1,234,567; 1.21 GB; 3×3×3; 12.5 %; 0.98, or
'unmeasured' where null; the name of a template in place of its hash; the first few of a list."""

_NAMED = 2
"""How many templates of a row are named."""


@dataclass(frozen=True, slots=True)
class Column:
    """A promised column. `show` is one of :data:`SHOWS`; `unknown` where null means that nothing proves a value.

    `heading` is what people read above it where that is not its name.
    """

    name: str
    doc: str = ""
    show: str = "plain"
    unknown: bool = False
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows in the order of `columns`; values are str, int, float, bool, None, or lists and maps of them.

    `question` is the id asked, or a title where no question was; `about` says how a column is shown, by name;
    `notes` are sentences for the reader (what an empty answer means, of how many the rows are a part); `sentence`
    is what answers the question in a line, before the rows; `names` are what people read in place of hashes; `parts`
    are answers shown one below the other in place of the rows, each under its title, where words have several readings.
    """

    question: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    cypher: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    truncated: bool = False
    notes: tuple[str, ...] = ()
    about: Mapping[str, Column] = field(default_factory=dict)
    sentence: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    parts: tuple[tuple[str, Answer], ...] = ()

    def records(self) -> list[dict[str, Any]]:
        """The rows as objects, keys in the order of the columns.

        >>> Answer("q", ("a", "b"), ((1, None),)).records()
        [{'a': 1, 'b': None}]
        """
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def column(self, name: str) -> Column:
        """How that column is shown."""
        return self.about.get(name) or Column(name)

    @property
    def headings(self) -> tuple[str, ...]:
        """What people read above the columns."""
        return tuple(self.column(name).heading or name for name in self.columns)

    def named(self) -> Answer:
        """The answer with names in place of hashes, for people."""
        templates = {i for i, name in enumerate(self.columns) if self.column(name).show == "template"}
        if not templates or not self.names:
            return self
        rows = (tuple(self._name(v) if i in templates else v for i, v in enumerate(row)) for row in self.rows)
        return replace(self, rows=tuple(rows))

    def _name(self, value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return listed((self.names.get(v, v) for v in value), _NAMED, ";")
        return self.names.get(value, value)
