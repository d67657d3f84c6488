"""Rows of one model as its settings are held against them: by role label, made once and only where asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from archkb.kb.paths import first_number, within
from archkb.kb.tables import GraphTables, NodeTable

Cells = Mapping[str, Any]


def _around(module: Cells) -> list[str]:
    """Names of the modules a module lies in."""
    return str(module["path"]).split(".")[:-1]


class Row(Mapping[str, Any]):
    """A row of a table as a mapping, in a tenth of the time of a dict: few of its forty cells are looked at."""

    __slots__ = ("_cells", "_place")

    def __init__(self, place: Mapping[str, int], cells: Sequence[Any]) -> None:
        self._place, self._cells = place, cells

    def __getitem__(self, column: str) -> Any:
        return self._cells[self._place[column]]

    def __contains__(self, column: object) -> bool:
        return column in self._place

    def __iter__(self) -> Iterator[str]:
        return iter(self._place)

    def __len__(self) -> int:
        return len(self._place)


def _rows(node: NodeTable, label: str) -> Iterator[Row]:
    """Rows of the modules with a role label."""
    if node.primary == "Module" and node.role == label:
        place = {column: i for i, column in enumerate(node.columns)}
        yield from (Row(place, row) for row in node.rows)


class ModelRows:
    """Modules by role label, and tensors by a word of their key, of tables that may be large."""

    def __init__(self, tables: GraphTables) -> None:
        self._tables = tables
        self._labelled: dict[str, list[Cells]] = {}
        self._within: dict[tuple[str, str], list[Cells]] = {}
        self._outside: dict[tuple[str, str], list[Cells]] = {}

    def labelled(self, label: str) -> list[Cells]:
        """Modules with this role label, in the tables' order."""
        if label not in self._labelled:
            self._labelled[label] = [row for node in self._tables.nodes for row in _rows(node, label)]
        return self._labelled[label]

    def within(self, label: str, path: str) -> list[Cells]:
        """Modules with this role label at or below a path."""
        key = label, path
        if not path:
            return self.labelled(label)
        if key not in self._within:
            self._within[key] = [m for m in self.labelled(label) if within(str(m["path"]), path)]
        return self._within[key]

    def outside(self, label: str, path: str) -> list[Cells]:
        """Those of them that lie in no numbered module."""
        key = label, path
        if key not in self._outside:
            self._outside[key] = [m for m in self.within(label, path) if first_number(_around(m)) is None]
        return self._outside[key]

    def inside(self, path: str) -> list[Cells]:
        """All modules below a path."""
        prefix = f"{path}." if path else ""
        out: list[Cells] = []
        for node in self._tables.nodes:
            if node.primary == "Module":
                at = node.columns.index("path")
                rows = (row for row in node.rows if row[at].startswith(prefix))
                out += [{**dict(zip(node.columns, row, strict=True)), "label": node.role} for row in rows]
        return out

    def tensors(self, word: str) -> list[Cells]:
        """Tensors with this word in their key."""
        for node in self._tables.nodes:
            if node.primary == "Tensor":
                at = node.columns.index("key")
                return [dict(zip(node.columns, row, strict=True)) for row in node.rows if word in row[at]]
        return []
