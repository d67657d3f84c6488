"""Settings as rows: a node for each statement, hung on the module it speaks of or on the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archkb.ingest.configuration.find_settings import find_settings
from archkb.ingest.configuration.setting import Setting, Stated
from archkb.kb.tables import EdgeTable, GraphTables, NodeTable, edge_columns, node_columns


def with_settings(tables: GraphTables, configs: Mapping[str, str]) -> GraphTables:
    """The tables with what the configurations (JSON texts by name) state of the model."""
    settings = find_settings(configs, tables)
    model = {**tables.model, "n_settings": len(settings)}
    own = NodeTable("Model", None, node_columns("Model"), (tuple(model.values()),))
    nodes = (own, *(node for node in tables.nodes if node.primary != "Model"))
    if not settings:
        return GraphTables(model, nodes, tables.edges)
    uid, structure = str(tables.settings), tables.structure
    rows = NodeTable("Setting", None, node_columns("Setting"), tuple(_rows(uid, settings)))
    of_model = tuple((tables.uid, _uid(uid, i)) for i, s in enumerate(settings) if not s.path)
    of_modules = tuple((f"{structure}/{s.path}", _uid(uid, i)) for i, s in enumerate(settings) if s.path)
    edges = [
        EdgeTable("HAS_SETTING", source, "Setting", edge_columns("HAS_SETTING"), ends)
        for source, ends in (("Model", of_model), ("Module", of_modules))
        if ends
    ]
    return GraphTables(model, (*nodes, rows), (*tables.edges, *edges))


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
