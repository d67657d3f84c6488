"""What is a model's own beside its structure: name, source, files, what its metadata and design state. No inference.

A store that has the structure needs nothing else, so a known header costs its reading.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from archkb.ingest.configuration.read_config import statements
from archkb.ingest.graph.published import published
from archkb.ingest.rules import RULES_VERSION
from archkb.kb import ids
from archkb.kb.head_counts import configuration, spelt
from archkb.kb.relations.rare_choices import stated_marks
from archkb.kb.spans import pack
from archkb.kb.tables import EdgeTable, GraphTables, NodeTable, edge_columns, node_columns
from archkb.kb.values import Header

_LICENCES = ("license", "licence", "modelspec.license", "license_name", "general.license", "license_text")
"""Names under which metadata state a licence, in lower case; the first that is there counts."""
_SHARED = (("CONTAINS", "Module"), ("HAS_TENSOR", "Tensor"), ("HAS_SETTING", "Setting"))
"""Relationships all models of a structure and a configuration have alike, and the labels they lead to."""

Edges = Mapping[str, Sequence[tuple[Any, ...]]]
"""Rows of relationships without their source, by type: what a structure leads to."""


def structure_uid(header: Header) -> str:
    """uid of the structure of a header, before anything is inferred."""
    read = spelt(configuration(header.configurations))
    return ids.structure_uid(ids.header_hash(header.tensors), read, RULES_VERSION)


def settings_uid(header: Header, structure: str) -> str:
    """uid of what the configurations of a header state of its structure."""
    stated = [(*s[:4], *map(sorted, s[4:])) for s in statements(header.configurations)]
    return ids.settings_uid(structure, json.dumps(stated, ensure_ascii=False))


def own_part(
    header: Header, name: str, structure: Mapping[str, Any], top: Edges, n_settings: int | None = None
) -> GraphTables:
    """A model's own part, but for its settings' nodes. `structure`: the properties of its structure; `top`: what its
    models lead to, by type."""
    known = published(structure["header_hash"], structure["architecture"], structure["shape_hash"])
    uid = ids.model_uid(name, structure["uid"], {**known, **header.configurations, **header.declared})
    family = header.declared.get("family") or known.get("family")
    files, spans = _layout(header)
    properties = {
        "uid": uid,
        "name": name,
        "structure": structure["uid"],
        "settings": settings_uid(header, structure["uid"]),
        "n_settings": n_settings,
        "family": family,
        "version": _stated(header, "version", "modelspec.version", "model_version") or known.get("version"),
        "source": header.source,
        "format": header.format,
        "file_size": header.size,
        "licence": _licence(header) or (known.get("licence") if family == known.get("family") else None),
        "attribution": header.declared.get("attribution"),
        "marks": stated_marks(header.metadata) or None,
        "files": files,
        "spans": spans,
    }
    row = {
        column: properties[column] if column in properties else structure[column] for column in node_columns("Model")
    }
    entries = tuple((ids.metadata_uid(k, v), k, v) for k, v in sorted(header.metadata.items()))
    edges = [
        EdgeTable(type_, "Model", target, edge_columns(type_), tuple((uid, *row) for row in top.get(type_, ())))
        for type_, target in _SHARED
    ]
    states = EdgeTable("STATES", "Model", "Metadata", edge_columns("STATES"), tuple((uid, e[0]) for e in entries))
    nodes = (
        NodeTable("Model", None, node_columns("Model"), (tuple(row.values()),)),
        NodeTable("Metadata", None, node_columns("Metadata"), entries),
    )
    return GraphTables(row, tuple(table for table in nodes if table.rows), tuple(t for t in (*edges, states) if t.rows))


def whole_model(
    header: Header, name: str, structure: Mapping[str, Any], nodes: Sequence[NodeTable], edges: Iterable[EdgeTable]
) -> GraphTables:
    """A model with its structure, of which the row, the tables and the relationships are given."""
    held = tuple(edges)
    top = {table.type: [row[1:] for row in table.rows] for table in held if table.source == "Structure"}
    own = own_part(header, name, structure, top)
    return GraphTables(own.model, (*own.nodes, *nodes), (*own.edges, *held))


def _layout(header: Header) -> tuple[list[str] | None, str | None]:
    """The files of a header's tensors and where they lie in them, or None for both."""
    spans = {key: (file, *span) for key, _, _, file, span in header.tensors if span is not None}
    if not spans:
        named = sorted({t.file for t in header.tensors if t.file})
        return named or None, None
    sorts = {(t.dtype, t.shape): t for t in header.tensors}
    sizes = {sort: tensor.n_bytes for sort, tensor in sorts.items()}
    return pack(spans, {key: sizes[dtype, shape] for key, dtype, shape, _, _ in header.tensors})


def _licence(header: Header) -> str | None:
    """What the design or the metadata state: of a whole text its first line, which is its title."""
    by_name = {name.lower(): text for name, text in header.metadata.items()}
    found = header.declared.get("licence") or next((by_name[n] for n in _LICENCES if by_name.get(n)), None)
    lines = (line.strip(" #*=-\t") for line in (found or "").splitlines())
    return next((line for line in lines if line), None)


def _stated(header: Header, declared: str, *metadata: str) -> str | None:
    """What the design declares, else what the header's metadata say under the first of these names."""
    return header.declared.get(declared) or next((header.metadata[n] for n in metadata if n in header.metadata), None)
