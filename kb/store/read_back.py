"""From what a store returns back to tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from archkb.kb import schema
from archkb.kb.store import statements
from archkb.kb.store.port import Rows
from archkb.kb.tables import EdgeTable, GraphTables, NodeTable, edge_columns, node_columns
from archkb.kb.wording import counted

Read = Callable[[str, Mapping[str, Any]], Rows]
Nodes = dict[tuple[str, str | None], dict[str, tuple[Any, ...]]]
"""Rows by primary and role label, then by uid."""
_ROLES = frozenset(role.name for role in schema.ROLES)


def read_back(read: Read, uid: str, *, whole: bool = True) -> GraphTables | None:
    """The tables of one model: schema order of tables, rows by uid, no empty table, no lineage; None if not there.

    Without `whole`, those of its own part alone.
    """
    nodes: Nodes = {}
    model = read(statements.read_nodes("Model"), {"uid": uid}).rows
    collect(nodes, "Model", model)
    if not model:
        return None
    params = {"uid": uid, **{name: model[0][1].get(name) for name in (schema.STRUCTURE, schema.SETTINGS)}}
    for label in ("Setting", *(("Structure", *statements.OWNED) if whole else ())):
        collect(nodes, label, read(statements.read_nodes(label), params).rows)
    for relation in statements.TO_SHARED:
        if whole or relation.source == "Model":
            collect(nodes, relation.target, read(statements.read_shared(relation), params).rows)
    edges = (
        EdgeTable(r.type, r.source, r.target, edge_columns(r.type), read(statements.read_edges(r), params).rows)
        for r in schema.RELATIONS
        if r not in schema.FOUND and (whole or r.source == "Model" or r.target == "Setting")
    )
    kept = tuple(sort_edges(edge) for edge in edges if edge.rows)
    for row in nodes.get(("Model", None), {}).values():
        return GraphTables(dict(zip(node_columns("Model"), row, strict=True)), node_tables(nodes), kept)
    return None


def node_tables(nodes: Nodes) -> tuple[NodeTable, ...]:
    """Collected nodes as tables in the schema's order, rows by uid."""
    return tuple(
        NodeTable(
            primary,
            role,
            node_columns(primary, role),
            tuple(nodes[primary, role][u] for u in sorted(nodes[primary, role])),
        )
        for primary, role in _table_order()
        if (primary, role) in nodes
    )


def missing(tables: GraphTables) -> str:
    """What of a model is not there: it has not as many tensors and modules as it says, or an edge lacks an end. Empty
    where all is there."""
    uids: dict[str, set[Any]] = {}
    for table in tables.nodes:
        uids.setdefault(table.primary, set()).update(row[0] for row in table.rows)
    held = (len(uids.get("Tensor", ())), len(uids.get("Module", ())))
    wrong = miscounted((tables.model["n_tensors"], tables.model["n_modules"]), held)
    loose = sum(
        row[0] not in uids.get(edge.source, ()) or row[1] not in uids.get(edge.target, ())
        for edge in tables.edges
        for row in edge.rows
    )
    return wrong or (f"{counted(loose, 'relationship')} of it lead nowhere" if loose else "")


def miscounted(said: tuple[int | None, int | None], held: tuple[int, int]) -> str:
    """What is wrong with (tensors, modules) of a model, empty where nothing is.

    >>> miscounted((6, 9), (0, 9))
    'it has 6 tensors and 9 modules, and 0 and 9 of them are found'
    """
    if all(n is None or n == found for n, found in zip(said, held, strict=True)):
        return ""
    parts = f"{counted(said[0] or 0, 'tensor')} and {counted(said[1] or 0, 'module')}"
    return f"it has {parts}, and {held[0]:,} and {held[1]:,} of them are found"


def canonical(tables: GraphTables) -> GraphTables:
    """The same tables in the order :func:`read_back` gives, to compare two of them."""
    order = {key: i for i, key in enumerate(_table_order())}
    nodes = sorted((t for t in tables.nodes if t.rows), key=lambda t: order[t.primary, t.role])
    kinds = [(r.type, r.source, r.target) for r in schema.RELATIONS]
    edges = sorted((t for t in tables.edges if t.rows), key=lambda t: kinds.index((t.type, t.source, t.target)))
    return GraphTables(
        dict(tables.model),
        tuple(NodeTable(t.primary, t.role, t.columns, tuple(sorted(t.rows, key=lambda r: str(r[0])))) for t in nodes),
        tuple(sort_edges(t) for t in edges),
    )


def sort_edges(table: EdgeTable) -> EdgeTable:
    """The table with its rows in a total order, nulls last."""
    rows = sorted(table.rows, key=lambda row: [(value is None, repr(value)) for value in row])
    return EdgeTable(table.type, table.source, table.target, table.columns, tuple(rows))


def _table_order() -> Iterable[tuple[str, str | None]]:
    for label in schema.PRIMARY:
        yield label.name, None
        if label.name == "Module":
            yield from ((label.name, role.name) for role in schema.ROLES)


def collect(found: Nodes, primary: str, rows: Iterable[Sequence[Any]]) -> None:
    """Add nodes, given by labels and properties, to those found; each once."""
    for labels, props in rows:
        role = next((name for name in labels if name in _ROLES), None)
        row = tuple(props.get(column) for column in node_columns(primary, role))
        found.setdefault((primary, role), {})[str(row[0])] = row
