"""The Cypher that writes and reads tables, built from column names. One text for both stores.

A row is a list and its values are taken by position (`r[3]`): measured, that is as fast as maps on ArcadeDB and
faster on Neo4j, and a row need not be turned into a map first.
"""

from __future__ import annotations

from archkb.kb import schema
from archkb.kb.tables import EdgeTable, NodeTable

ROWS = 10_000
"""Rows a statement carries."""

MODELS = (
    "MATCH (m:Model) RETURN m.uid AS uid, m.name AS name, m.family AS family, m.role AS role, m.source AS source, "
    "m.format AS format, m.n_tensors AS n_tensors, m.n_params AS n_params, m.n_bytes AS n_bytes ORDER BY name, uid"
)
FIND = (
    "MATCH (m:Model {name: $name}) RETURN m.uid AS uid, m.structure AS structure, m.settings AS settings ORDER BY uid"
)
TURN = "MATCH (m:Meta {uid: 'schema'}) SET m.version = m.version RETURN count(*) AS n"
"""Changes nothing, and lets one writer at a time past: a server's lock on the node is held until the commit."""
DROP_MODEL = "MATCH (m:Model {uid: $uid}) DETACH DELETE m RETURN count(*) AS n"
DROP_STRUCTURE = "MATCH (s:Structure {uid: $uid}) DETACH DELETE s RETURN count(*) AS n"
STRUCTURE = "MATCH (s:Structure {uid: $uid}) RETURN properties(s) AS props"
HAS_STRUCTURE = "MATCH (s:Structure {uid: $uid}) RETURN count(*) AS n"
HAS_SETTINGS = "MATCH (m:Model {settings: $settings}) RETURN m.n_settings AS n LIMIT 1"
OF_THE_WHOLE = "MATCH (s:Setting {settings: $settings}) WHERE s.path = '' RETURN s.uid AS uid ORDER BY uid"
USED_SETTINGS = "MATCH (m:Model {settings: $settings}) WHERE NOT m.uid IN $without RETURN m.uid AS uid LIMIT 1"
SETTINGS = "MATCH (s:Setting) RETURN s.settings AS settings, count(*) AS n ORDER BY settings"
MODEL_SETTINGS = (
    "MATCH (m:Model) WHERE m.settings IS NOT NULL "
    "RETURN m.settings AS settings, min(m.name) AS name, max(m.n_settings) AS n ORDER BY settings"
)
DROP_SETTINGS = "MATCH (s:Setting {settings: $settings}) DETACH DELETE s RETURN count(*) AS n"
USED = "MATCH (m:Model {structure: $structure}) WHERE NOT m.uid IN $without RETURN m.uid AS uid LIMIT 1"
"""A model that has a structure, some models left out."""

UNUSED_STRUCTURES = (
    "MATCH (s:Structure) WHERE NOT EXISTS { MATCH (m:Model {structure: s.uid}) } RETURN s.uid AS uid ORDER BY uid"
)

_SIZE = "RETURN m.uid AS uid, m.name AS name, m.structure AS structure, m.n_tensors AS tensors, m.n_modules AS modules"
SIZES = f"MATCH (m:Model) {_SIZE} ORDER BY name, uid"
SIZE = f"MATCH (m:Model {{name: $name}}) {_SIZE} ORDER BY name, uid"
_STRUCTURE_SIZE = "RETURN s.uid AS uid, s.n_tensors AS tensors, s.n_modules AS modules"
STRUCTURE_SIZES = f"MATCH (s:Structure) {_STRUCTURE_SIZE} ORDER BY uid"
STRUCTURE_SIZE = f"MATCH (s:Structure {{uid: $uid}}) {_STRUCTURE_SIZE}"
TOPS = "MATCH (m:Model)-[r:CONTAINS]->(:Module) RETURN m.uid AS uid, count(r) AS n ORDER BY uid"
STRUCTURE_TOPS = "MATCH (s:Structure)-[r:CONTAINS]->(:Module) RETURN s.uid AS uid, count(r) AS n ORDER BY uid"
COUNTED = ("Tensor", "Module")
"""Labels a structure says the number of, in the order of :data:`SIZES`."""

OWNED = schema.INFERRED
"""Primary labels whose nodes carry their structure's uid."""

OF_STRUCTURES = tuple(r for r in schema.RELATIONS if r.source == "Structure" and r not in schema.FOUND)
"""Relations from a structure to what is at its top; each of its models has them too."""

TO_SHARED = tuple(r for r in schema.RELATIONS if schema.label(r.target).shared)
"""Relations by which a model or a structure uses a shared node."""


_WRITTEN = "RETURN r[0] AS uid, elementId(n) AS id"
"""uid of each node, and what the store finds it by in this transaction."""


def create_nodes(table: NodeTable) -> str:
    """Write the rows `$rows` of one table; MERGE by uid, changing nothing that is there, where the nodes are shared."""
    if table.shared:
        sets = ", ".join(f"n.{c} = r[{i}]" for i, c in enumerate(table.columns) if c != "uid")
        return f"UNWIND $rows AS r MERGE (n:{table.primary} {{uid: r[0]}}) ON CREATE SET {sets} {_WRITTEN}"
    labels = f"{table.primary}:{table.role}" if table.role else table.primary
    props = ", ".join(f"{c}: r[{i}]" for i, c in enumerate(table.columns))
    return f"UNWIND $rows AS r CREATE (n:{labels} {{{props}}}) {_WRITTEN}"


def create_edges(table: EdgeTable) -> str:
    """Write the rows `$rows` of one relationship table, its ends found by uid."""
    return (
        f"UNWIND $rows AS r MATCH (a:{table.source} {{uid: r[0]}}) MATCH (b:{table.target} {{uid: r[1]}}) "
        f"{_create(table)}"
    )


def create_edges_by_id(table: EdgeTable) -> str:
    """The same, the ends found by the ids writing them gave: on ArcadeDB in half the time, as no index is asked."""
    return f"UNWIND $rows AS r MATCH (a) WHERE elementId(a) = r[0] MATCH (b) WHERE elementId(b) = r[1] {_create(table)}"


def _create(table: EdgeTable) -> str:
    props = ", ".join(f"{c}: r[{i}]" for i, c in enumerate(table.columns) if i > 1)
    inline = f" {{{props}}}" if props else ""
    return f"CREATE (a)-[:{table.type}{inline}]->(b) RETURN count(*) AS n"


def drop_nodes(label: str) -> str:
    """Remove up to `$limit` nodes of a structure, with their relationships, and how many those were."""
    return f"MATCH (n:{label} {{structure: $uid}}) WITH n LIMIT $limit DETACH DELETE n RETURN count(*) AS n"


def _of(label: str) -> str:
    """The property by which nodes of a label are found, and the parameter it is compared with: the uid of a model, of
    its structure or of its settings."""
    if label in OWNED:
        return "{structure: $structure}"
    if label == "Setting":
        return "{settings: $settings}"
    return "{uid: $structure}" if label == "Structure" else "{uid: $uid}"


def used_shared(relation: schema.Relation) -> str:
    """uids of the shared nodes that a model (`$uid`) or a structure (`$structure`) uses by one relation."""
    return (
        f"MATCH (n:{relation.source} {_of(relation.source)})-[:{relation.type}]->(s:{relation.target}) "
        "RETURN DISTINCT s.uid AS uid ORDER BY uid"
    )


def drop_unused(relation: schema.Relation) -> str:
    """Remove those of the shared nodes `$rows` that nothing uses any more."""
    return (
        f"UNWIND $rows AS r MATCH (s:{relation.target} {{uid: r}}) "
        f"WHERE NOT EXISTS {{ MATCH (s)<-[:{relation.type}]-() }} DETACH DELETE s RETURN count(*) AS n"
    )


def unused(relation: schema.Relation) -> str:
    """uids of all shared nodes of a sort that nothing uses."""
    return (
        f"MATCH (s:{relation.target}) WHERE NOT EXISTS {{ MATCH (s)<-[:{relation.type}]-() }} "
        "RETURN s.uid AS uid ORDER BY uid"
    )


def count_all(label: str) -> str:
    """How many nodes of a label each structure has, by reading them all."""
    return f"MATCH (n:{label}) RETURN n.structure AS structure, count(*) AS n ORDER BY structure"


def count_of(label: str) -> str:
    """How many nodes of a label one structure has, by the index where there is one."""
    return f"MATCH (n:{label} {{structure: $uid}}) RETURN count(*) AS n"


def read_nodes(label: str) -> str:
    """labels and properties of the nodes of one primary label that a model (`$uid`) or its `$structure` has."""
    return f"MATCH (n:{label} {_of(label)}) RETURN labels(n) AS labels, properties(n) AS props"


def read_shared(relation: schema.Relation) -> str:
    """labels and properties of the shared nodes a model uses by one relation."""
    return (
        f"MATCH (n:{relation.source} {_of(relation.source)})-[:{relation.type}]->(s:{relation.target}) "
        "WITH DISTINCT s RETURN labels(s) AS labels, properties(s) AS props"
    )


def _only(relation: schema.Relation) -> str:
    """Of the settings at a module those of one model."""
    return f" {_of('Setting')}" if relation.target == "Setting" else ""


def read_edges(relation: schema.Relation) -> str:
    """Rows of one relation of a model or its structure, in the order of the table's columns."""
    props = "".join(f", r.{p.name} AS {p.name}" for p in schema.relation_properties(relation.type))
    return (
        f"MATCH (a:{relation.source} {_of(relation.source)})-[r:{relation.type}]->"
        f"(b:{relation.target}{_only(relation)}) RETURN a.uid AS source, b.uid AS target{props}"
    )
