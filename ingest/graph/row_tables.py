"""Tables while their rows are collected. Those that grow long are kept by column, so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from archkb.kb.columns import Columnar, Repeated, longer
from archkb.kb.tables import EdgeTable, NodeTable, edge_columns, node_columns

Row = tuple[Any, ...]
Key = tuple[str | None, ...]

LONG = 50_000
"""Rows from which on a table is kept by column. Published models stay below."""


class RowTables:
    """Rows by the labels of their nodes, and by the type and the two ends of their relationships."""

    def __init__(self, long: int = LONG) -> None:
        self._long = long
        self._nodes: dict[tuple[str, str | None], list[Row]] = {}
        self._edges: dict[tuple[str, str, str], list[Row]] = {}
        self._settled: dict[Key, list[Sequence[Any]]] = {}

    def node(self, primary: str, role: str | None = None) -> list[Row]:
        """Where rows of these nodes are appended to."""
        return self._nodes.setdefault((primary, role), [])

    def edge(self, type_: str, source: str, target: str) -> list[Row]:
        """Where rows of these relationships are appended to."""
        return self._edges.setdefault((type_, source, target), [])

    def settle(self) -> None:
        """Move the rows of tables that have grown long into columns. The lists are emptied, and stay in use."""
        for key, rows in chain[tuple[Key, list[Row]]](self._nodes.items(), self._edges.items()):
            if len(rows) >= self._long:
                self._move(key, rows)

    def _move(self, key: Key, rows: list[Row]) -> None:
        columns = self._settled.get(key) or [Repeated(value, 0) for value in rows[0]]
        self._settled[key] = list(map(longer, columns, zip(*rows, strict=True)))
        rows.clear()

    def rows(self, key: Key, waiting: list[Row]) -> Sequence[Row]:
        """All rows of a table; what was appended to is emptied."""
        if key not in self._settled:
            whole = tuple(waiting)
            waiting.clear()
            return whole
        if waiting:
            self._move(key, waiting)
        return Columnar(self._settled.pop(key))

    def used(self, type_: str, source: str, target: str, column: int) -> set[Any]:
        """The distinct values of one column of a relationship so far."""
        key = (type_, source, target)
        settled = self._settled[key][column] if key in self._settled else ()
        return {*settled, *(row[column] for row in self.edge(*key))}

    def node_tables(self) -> list[NodeTable]:
        """The tables of nodes by label."""
        ordered = sorted(self._nodes, key=lambda key: (key[0], key[1] or ""))
        return [NodeTable(*key, node_columns(*key), self.rows(key, self._nodes.pop(key))) for key in ordered]

    def edge_tables(self) -> Iterator[EdgeTable]:
        """The tables of relationships that have rows, by type and ends."""
        for key in sorted(self._edges):
            rows = self.rows(key, self._edges.pop(key))
            if rows:
                yield EdgeTable(*key, edge_columns(key[0]), rows)
