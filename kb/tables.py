"""A model as rows: one table a label set, one a relationship. The last place where data can be refused.

A model is its own part (its node, its metadata, what leads from it to its structure) and the structure it has, which
other models may have too. Tables of the own part alone are for a store that has the structure already.

Rows are tuples in the order of `columns`, which is the schema's order; a store turns them into statements and nothing
else. The same header gives the same tables, byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archkb.kb import schema
from archkb.kb.errors import ArchkbError
from archkb.kb.spans import Span, unpack

OWN = ("Model", "Metadata", "Setting")
"""Primary labels of a model's own part."""

_OF_STORE = (*schema.INFERRED, "Setting")
"""Labels of what a store may have already, where a model's own part alone is given."""

_PYTHON: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "int": int,
    "float": (float, int),
    "bool": bool,
    "string[]": list,
    "int[]": list,
}


@dataclass(frozen=True, slots=True)
class NodeTable:
    """Nodes of one label set. `role` is None where only the primary label is set."""

    primary: str
    role: str | None
    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]

    @property
    def shared(self) -> bool:
        """Whether these nodes are merged by uid because several models may have them."""
        return schema.label(self.primary).shared


@dataclass(frozen=True, slots=True)
class EdgeTable:
    """Relationships of one type between two primary labels; a row is (source uid, target uid, *properties)."""

    type: str
    source: str
    target: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class GraphTables:
    """Everything a store needs to hold one model. `model` is the Model node's row as a mapping."""

    model: Mapping[str, Any]
    nodes: tuple[NodeTable, ...]
    edges: tuple[EdgeTable, ...]

    @property
    def uid(self) -> str:
        """uid of the model."""
        return str(self.model["uid"])

    @property
    def name(self) -> str:
        """Name of the model."""
        return str(self.model["name"])

    @property
    def structure(self) -> str:
        """uid of the model's structure, which the uids of its modules and tensors begin with."""
        return str(self.model[schema.STRUCTURE])

    @property
    def settings(self) -> str | None:
        """uid of what configurations state of it, which the uids of its settings begin with."""
        return self.model.get(schema.SETTINGS)

    @property
    def whole(self) -> bool:
        """Whether the structure is there too, and not the model's own part alone."""
        return any(node.primary == "Structure" for node in self.nodes)

    @property
    def facts(self) -> dict[str, Any]:
        """What is known of the whole: the structure's properties and the model's own."""
        structure = next(iter(self.records("Structure")), {})
        return {**structure, **self.model}

    @property
    def metadata(self) -> dict[str, str]:
        """The header's metadata by key."""
        return {entry["key"]: entry["value"] for entry in self.records("Metadata")}

    def spans(self) -> dict[str, Span]:
        """Where each tensor lies, by key: file, first byte, byte after the last. Empty for a design."""
        text = self.model.get("spans")
        sizes = {tensor["key"]: tensor["n_bytes"] or 0 for tensor in self.records("Tensor")} if text else {}
        return unpack(self.model["files"], text, sizes) if text else {}

    def own_part(self) -> GraphTables:
        """The model without the structure."""
        return GraphTables(
            self.model,
            tuple(node for node in self.nodes if node.primary in OWN),
            tuple(edge for edge in self.edges if edge.source == "Model" or edge.target == "Setting"),
        )

    def records(self, primary: str, role: str | None = None) -> Iterator[dict[str, Any]]:
        """Nodes with that primary label (and role label, where given) as mappings; `label` is the role label."""
        for node in self.nodes:
            if node.primary == primary and role in (None, node.role):
                for row in node.rows:
                    cells = dict(zip(node.columns, row, strict=True))
                    cells["label"] = node.role
                    yield cells

    def related(self, type_: str) -> Iterator[dict[str, Any]]:
        """Relationships of one type as mappings with `source` and `target` uids."""
        for edge in self.edges:
            if edge.type == type_:
                for row in edge.rows:
                    yield dict(zip(edge.columns, row, strict=True))

    def counts(self) -> dict[str, int]:
        """Rows by primary label and relationship type, for reports and dry runs."""
        out: dict[str, int] = {}
        for node in self.nodes:
            out[node.primary] = out.get(node.primary, 0) + len(node.rows)
        for edge in self.edges:
            out[edge.type] = out.get(edge.type, 0) + len(edge.rows)
        return out


@dataclass(frozen=True, slots=True)
class KnownStructure:
    """A structure that was inferred already: its properties; what its models lead to by type, as rows (target,
    *properties); how many settings a configuration has."""

    row: Mapping[str, Any]
    top: Mapping[str, tuple[tuple[Any, ...], ...]]
    n_settings: int | None = None


def node_columns(primary: str, role: str | None = None) -> tuple[str, ...]:
    """Column names of a node table, from the schema."""
    return tuple(p.name for p in schema.properties(primary, role))


def edge_columns(type_: str) -> tuple[str, ...]:
    """Column names of an edge table: the two ends, then the relationship's properties."""
    return ("source", "target", *(p.name for p in schema.relation_properties(type_)))


def check(tables: GraphTables) -> None:
    """Refuse rows the schema does not know: wrong width, wrong type, a doubled uid, an edge to nowhere.

    Of a model's own part alone, the store sees whether the modules it leads to are there.
    """
    # nodes
    known: set[str] = set()
    for node in tables.nodes:
        props = schema.properties(node.primary, node.role)
        if node.columns != tuple(p.name for p in props):
            raise ArchkbError(f"columns of {node.primary}:{node.role} are not the schema's")
        for row in node.rows:
            _check_row(row, props, node.primary)
            if row[0] in known:
                raise ArchkbError(f"two nodes have the uid {row[0]!r}", where=node.primary)
            known.add(row[0])
    # relationships, both ends of which are there
    for edge in tables.edges:
        if not any((r.type, r.source, r.target) == (edge.type, edge.source, edge.target) for r in schema.RELATIONS):
            raise ArchkbError(f"the schema has no ({edge.source})-[{edge.type}]->({edge.target})")
        elsewhere = [not tables.whole and end in _OF_STORE for end in (edge.source, edge.target)]
        for row in edge.rows:
            if not all(there or uid in known for there, uid in zip(elsewhere, row[:2], strict=True)):
                raise ArchkbError(f"{edge.type} from {row[0]!r} to {row[1]!r}: an end is missing")
            _check_row(row[2:], schema.relation_properties(edge.type), edge.type)


def _check_row(row: Sequence[Any], props: Sequence[schema.Property], where: str) -> None:
    if len(row) != len(props):
        raise ArchkbError(f"a row of {where} has {len(row)} values for {len(props)} columns")
    for value, prop in zip(row, props, strict=True):
        if value is not None and not isinstance(value, _PYTHON[prop.type]):
            raise ArchkbError(f"{where}.{prop.name} is {value!r}, not {prop.type}")
