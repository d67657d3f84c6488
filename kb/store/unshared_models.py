"""Models as schemas 1 to 3 kept them, each with modules and tensors of its own, to models that share structures.

One transaction a model, so that a large store needs no large one, and a conversion that was killed goes on.
Nothing is inferred anew: the facts are those the store has.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from archkb.kb import ids, schema
from archkb.kb.declared_heads import configuration, spelt
from archkb.kb.relations.adapter import adapted_width, target_lines, targets, tensor_shapes, widths
from archkb.kb.relations.fingerprint import Sketch, forms, size_class, sketch
from archkb.kb.relations.packed_matrices import pack_targets, pack_widths
from archkb.kb.relations.rare_choices import is_stated, stated_marks
from archkb.kb.spans import pack
from archkb.kb.store import statements, writing
from archkb.kb.store.engine import Engine, Transaction
from archkb.kb.store.model_relations import relate_all
from archkb.kb.store.read_back import Nodes, collect, node_tables
from archkb.kb.tables import EdgeTable, GraphTables, edge_columns, node_columns

_MODELS = "MATCH (m:Model) WHERE m.structure IS NULL RETURN m.uid AS uid ORDER BY m.name, uid"
_MODEL = "MATCH (m:Model {uid: $uid}) RETURN properties(m) AS props"
_KEPT = tuple(
    r
    for r in schema.RELATIONS
    if r not in schema.FOUND and r.source != "Structure" and r.type not in ("STATES", "HAS_SETTING")
)
"""Relations there were."""

Cells = Mapping[str, Any]


def share_structures(engine: Engine) -> None:
    """Convert every model that has no structure, then find all relations anew."""
    for (uid,) in engine.query(_MODELS, {}, None, None).rows:
        with engine.transaction() as tx:
            _convert(tx, str(uid))
    with engine.transaction() as tx:
        tx.run(statements.TURN)
        relate_all(tx)


def _convert(tx: Transaction, uid: str) -> None:
    found = tx.run(_MODEL, {"uid": uid})
    if found:
        tables = _shared(tx, uid, found[0][0])
        _drop(tx, uid)
        writing.write(tx, writing.lacking(tx, tables))


def _shared(tx: Transaction, uid: str, model: Cells) -> GraphTables:
    """The tables of a model in today's form."""
    # its structure's name, from its header's hash, configuration and rules
    metadata: dict[str, str] = json.loads(model["metadata"]) if model.get("metadata") else {}
    read = spelt(configuration(metadata))
    structure = ids.structure_uid(str(model.get("header_hash")), read, str(model.get("rules")))
    tensors = [row[1] for row in tx.run(_nodes("Tensor"), {"uid": uid})]
    # what was inferred, under that structure
    nodes: Nodes = {}
    for label in schema.INFERRED:
        rows = ((labels, _moved(props, uid, structure)) for labels, props in tx.run(_nodes(label), {"uid": uid}))
        collect(nodes, label, rows)
    for relation in (r for r in statements.TO_SHARED if r.source == "Module"):
        collect(nodes, relation.target, tx.run(_shared_nodes(relation), {"uid": uid}))
    entries = [(ids.metadata_uid(k, v), k, v) for k, v in sorted(metadata.items())]
    if entries:
        nodes["Metadata", None] = {row[0]: row for row in entries}
    # the rows of the structure and of the model
    kept = _sketch(model, nodes)
    structure_cells = _structure(model, structure, read, kept, nodes)
    files, spans = _layout(tensors)
    model_cells = {
        **model,
        "structure": structure,
        "marks": stated_marks(metadata) or None,
        "files": files,
        "spans": spans,
    }
    for primary, cells in (("Structure", structure_cells), ("Model", model_cells)):
        row = tuple(cells.get(column) for column in node_columns(primary))
        nodes[primary, None] = {str(row[0]): row}
    # relationships
    edges = [table for r in _KEPT for table in _edges(tx, r, uid, structure)]
    states = EdgeTable("STATES", "Model", "Metadata", edge_columns("STATES"), tuple((uid, e[0]) for e in entries))
    columns = node_columns("Model")
    return GraphTables({c: model_cells.get(c) for c in columns}, node_tables(nodes), (*edges, states))


def _sketch(model: Cells, nodes: Nodes) -> Sketch:
    """The sketch a model had, without what its metadata show; a new one where it had none."""
    if not model.get("sketch"):
        return sketch(node_tables(nodes))
    kept = Sketch.from_text(model["sketch"])
    marks = {mark: 1 for mark in kept.parts.get("marks", {}) if not is_stated(mark)}
    return Sketch({**kept.parts, "marks": marks}, kept.scale) if "marks" in kept.parts else kept


def _structure(model: Cells, uid: str, read: str | None, kept: Sketch, nodes: Nodes) -> dict[str, Any]:
    adapts, tables = model.get("role") == "adapter", node_tables(nodes)
    changed = targets(tensor_shapes(tables)) if adapts else {}
    width = adapted_width(changed) or int(kept.scale.get("width", 0))
    return {
        **model,
        "uid": uid,
        "sketch": kept.text,
        "configuration": read,
        "size_class": size_class(model.get("role"), width),
        "forms": forms(kept),
        "matrices": pack_targets(changed) if adapts else pack_widths(widths(tables)),
        "targets": target_lines(changed) if adapts else None,
    }


def _layout(tensors: Sequence[Cells]) -> tuple[list[str] | None, str | None]:
    spans = {t["key"]: (t.get("file") or "", t["begin"], t["end"]) for t in tensors if t.get("begin") is not None}
    return pack(spans, {t["key"]: t.get("n_bytes") or 0 for t in tensors}) if spans else (None, None)


def _edges(tx: Transaction, relation: schema.Relation, uid: str, structure: str) -> list[EdgeTable]:
    """The table of a relation, and the structure's of one that led from the model."""
    key = "uid" if relation.source == "Model" else "model"
    props = "".join(f", r.{p.name} AS {p.name}" for p in schema.relation_properties(relation.type))
    rows = tx.run(
        f"MATCH (a:{relation.source} {{{key}: $uid}})-[r:{relation.type}]->(b:{relation.target}) "
        f"RETURN a.uid AS source, b.uid AS target{props}",
        {"uid": uid},
    )
    columns = edge_columns(relation.type)
    ends = [(_new(a, uid, structure), _new(b, uid, structure), *more) for a, b, *more in rows]
    tables = [EdgeTable(relation.type, relation.source, relation.target, columns, tuple(ends))]
    if relation.source == "Model":
        own = tuple((structure, *row[1:]) for row in ends)
        tables.append(EdgeTable(relation.type, "Structure", relation.target, columns, own))
    return tables


def _new(old: str, uid: str, structure: str) -> str:
    """A node's uid in the structure: a model's own uid, and those of shared nodes, stay."""
    return structure + old[len(uid) :] if old.startswith(uid) and old != uid else old


def _moved(props: Cells, uid: str, structure: str) -> dict[str, Any]:
    return {**props, "uid": _new(str(props["uid"]), uid, structure), "structure": structure}


def _nodes(label: str) -> str:
    return f"MATCH (n:{label} {{model: $uid}}) RETURN labels(n) AS labels, properties(n) AS props"


def _shared_nodes(relation: schema.Relation) -> str:
    return (
        f"MATCH (n:{relation.source} {{model: $uid}})-[:{relation.type}]->(s:{relation.target}) "
        "WITH DISTINCT s RETURN labels(s) AS labels, properties(s) AS props"
    )


def _drop(tx: Transaction, uid: str) -> None:
    for label in (*schema.INFERRED, "Setting"):
        cypher = f"MATCH (n:{label} {{model: $uid}}) WITH n LIMIT $limit DETACH DELETE n RETURN count(*) AS n"
        while tx.run(cypher, {"uid": uid, "limit": statements.ROWS})[0][0] == statements.ROWS:
            pass
    tx.run(statements.DROP_MODEL, {"uid": uid})
