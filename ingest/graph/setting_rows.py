"""Settings as rows: a node for each statement, hung on the module it speaks of or on the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archkb.ingest.configuration.find_settings import find_settings
from archkb.ingest.configuration.setting import Setting, Stated
from archkb.kb.tables import EdgeTable, GraphTables, NodeTable, edge_columns, node_columns


def setting_tables(
    structure: str, tables: GraphTables, configs: Mapping[str, str]
) -> tuple[list[NodeTable], list[EdgeTable]]:
    """Nodes and relationships of what the configurations (JSON texts by name) state of a structure, of which this is
    the uid and these are the other tables.
    """
    settings = find_settings(configs, tables)
    if not settings:
        return [], []
    nodes = NodeTable("Setting", None, node_columns("Setting"), tuple(_rows(structure, settings)))
    ends: dict[str, list[tuple[str, str]]] = {"Structure": [], "Module": []}
    for i, setting in enumerate(settings):
        label, owner = ("Module", f"{structure}/{setting.path}") if setting.path else ("Structure", structure)
        ends[label].append((owner, _uid(structure, i)))
    columns = edge_columns("HAS_SETTING")
    edges = (EdgeTable("HAS_SETTING", label, "Setting", columns, tuple(rows)) for label, rows in ends.items() if rows)
    return [nodes], list(edges)


def _rows(uid: str, settings: Sequence[Setting]) -> list[tuple[object, ...]]:
    return [(_uid(uid, i), uid, *_cells(setting)) for i, setting in enumerate(settings)]


def _cells(setting: Setting) -> tuple[object, ...]:
    statement = setting.statement
    part, basis = " ".join(sorted(statement.prefix)), "metadata" if statement.where else "shape"
    value, number = _text(statement.value), _number(statement.value)
    stated = (statement.name, statement.topic, part, value, number, setting.path, statement.where, basis)
    return (*stated, setting.verdict, setting.shapes, setting.detail)


def _uid(uid: str, i: int) -> str:
    return f"{uid}@{i}"


def _text(value: Stated) -> str:
    """A value as text: true and false as JSON writes them, lists with commas.

    >>> _text(True), _text([20, 2048]), _text(1e-6)
    ('true', '20, 2048', '1e-06')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _number(value: Stated) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
