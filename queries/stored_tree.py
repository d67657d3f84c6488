"""What the outline of a module tree needs, read from the store without the tensors and without the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archkb.kb import schema
from archkb.kb.paths import natural, parent
from archkb.kb.tables import EdgeTable, GraphTables, NodeTable

if TYPE_CHECKING:
    from archkb.kb.store.port import Store

_ROLES = tuple(lab.name for lab in schema.ROLES)
_COLUMNS = tuple(
    dict.fromkeys(
        [
            "uid",
            "path",
            "name",
            "kind",
            "ordinal",
            "template",
            "n_params",
            *(p.name for r in schema.ROLES for p in r.properties),
        ]
    )
)
_CASES = " ".join(f"WHEN n:{role} THEN '{role}'" for role in _ROLES)

MODULES = (
    "MATCH (mine:Model {name: $model}) WITH mine MATCH (n:Module {structure: mine.structure})\n"
    f"RETURN CASE {_CASES} END AS label, {', '.join(f'n.{c} AS {c}' for c in _COLUMNS)}\n"
    "ORDER BY path"
)
MODEL = (
    "MATCH (m:Model {name: $model}) "
    "RETURN m.uid AS uid, m.name AS name, m.structure AS structure, m.role AS role, m.n_params AS n_params"
)


def module_tables(store: Store, name: str) -> GraphTables:
    """The modules of a model with the properties of their roles, and CONTAINS; no tensor, no evidence."""
    model = store.read(MODEL, {"model": name})
    uid, _, structure, *_ = model.rows[0]
    by_role: dict[str | None, list[tuple[Any, ...]]] = {}
    for label, *row in store.read(MODULES, {"model": name}).rows:
        by_role.setdefault(label, []).append(tuple(row))
    paths = sorted((row[1] for rows in by_role.values() for row in rows), key=natural)
    edges = [(f"{structure}/{parent(p)}" if parent(p) else uid, f"{structure}/{p}", i) for i, p in enumerate(paths)]
    return GraphTables(
        dict(zip(model.columns, model.rows[0], strict=True)),
        tuple(NodeTable("Module", label, _COLUMNS, tuple(rows)) for label, rows in by_role.items()),
        (EdgeTable("CONTAINS", "Module", "Module", ("source", "target", "ord"), tuple(edges)),),
    )
