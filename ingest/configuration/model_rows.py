"""Rows of one model as its settings are held against them: by role label, made once and only where asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archkb.kb.tables import GraphTables

Cells = Mapping[str, Any]


class ModelRows:
    """Modules by role label, and tensors by a word of their key, of tables that may be large."""

    def __init__(self, tables: GraphTables) -> None:
        self._tables = tables
        self._labelled: dict[str, list[Cells]] = {}

    def labelled(self, label: str) -> list[Cells]:
        """Modules with this role label, in the tables' order."""
        if label not in self._labelled:
            self._labelled[label] = list(self._tables.records("Module", label))
        return self._labelled[label]

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
