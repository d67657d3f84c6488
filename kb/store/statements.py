"""The Cypher that writes and reads tables, built from column names. One text for both stores.

A row is a list and its values are taken by position (`r[3]`): measured, that is as fast as maps on ArcadeDB and
faster on Neo4j, and a row need not be turned into a map first.
"""

from __future__ import annotations

from archkb.kb import schema
from archkb.kb.relations.known_columns import COLUMNS
from archkb.kb.tables import EdgeTable, NodeTable

ROWS = 10_000
"""Rows a statement carries."""

MODELS = (
    "MATCH (m:Model) RETURN m.uid AS uid, m.name AS name, m.family AS family, m.role AS role, m.source AS source, "
    "m.format AS format, m.n_tensors AS n_tensors, m.n_params AS n_params, m.n_bytes AS n_bytes ORDER BY name, uid"
)
FIND = "MATCH (m:Model {name: $name}) RETURN m.uid AS uid ORDER BY uid"
_KNOWN = ", ".join(f"m.{c} AS {c}" for c in COLUMNS)
KNOWN = f"MATCH (m:Model) WHERE m.uid <> $uid RETURN {_KNOWN} ORDER BY name, uid"
UIDS = "MATCH (m:Model) RETURN m.uid AS uid ORDER BY uid"
UNRELATE = f"MATCH (a:Model)-[r:{'|'.join(r.type for r in schema.LINEAGE)}]->(b:Model) DELETE r RETURN count(*) AS n"
SET_SKETCH = "MATCH (m:Model {uid: $uid}) SET m.sketch = $sketch RETURN count(*) AS n"
TENSORS = "MATCH (t:Tensor {model: $uid}) RETURN t.key AS key, t.shape AS shape ORDER BY key"
MATRICES = (
    "MATCH (m:Linear {model: $uid}) RETURN m.path AS path, m.in_features AS reads, m.out_features AS writes "
    "ORDER BY path"
)
CONVOLUTIONS = (
    "MATCH (m:Conv {model: $uid}) RETURN m.path AS path, m.in_channels AS reads, m.out_channels AS writes, "
    "m.kernel AS kernel ORDER BY path"
)
TURN = "MATCH (m:Meta {uid: 'schema'}) SET m.version = m.version RETURN count(*) AS n"
"""Changes nothing, and lets one writer at a time past: a server's lock on the node is held until the commit."""
DROP_MODEL = "MATCH (m:Model {uid: $uid}) DETACH DELETE m RETURN count(*) AS n"

SIZES = (
    "MATCH (m:Model) RETURN m.uid AS uid, m.name AS name, m.n_tensors AS tensors, m.n_modules AS modules ORDER BY uid"
)
COUNTED = ("Tensor", "Module")
"""Labels a model says the number of, in the order of :data:`SIZES`."""

OWNED = tuple(label.name for label in schema.PRIMARY if not label.shared and label.name != "Model")
"""Primary labels whose nodes carry their model's uid."""

TO_SHARED = tuple(r for r in schema.RELATIONS if schema.label(r.target).shared)
"""Relations by which a model uses a shared node."""


def create_nodes(table: NodeTable) -> str:
    """Write the rows `$rows` of one table; MERGE by uid, changing nothing that is there, where the nodes are shared."""
    if table.shared:
        sets = ", ".join(f"n.{c} = r[{i}]" for i, c in enumerate(table.columns) if c != "uid")
        return f"UNWIND $rows AS r MERGE (n:{table.primary} {{uid: r[0]}}) ON CREATE SET {sets} RETURN count(*) AS n"
    labels = f"{table.primary}:{table.role}" if table.role else table.primary
    props = ", ".join(f"{c}: r[{i}]" for i, c in enumerate(table.columns))
    return f"UNWIND $rows AS r CREATE (n:{labels} {{{props}}}) RETURN count(*) AS n"


def create_edges(table: EdgeTable) -> str:
    """Write the rows `$rows` of one relationship table, its ends found by uid."""
    props = ", ".join(f"{c}: r[{i}]" for i, c in enumerate(table.columns) if i > 1)
    inline = f" {{{props}}}" if props else ""
    return (
        f"UNWIND $rows AS r MATCH (a:{table.source} {{uid: r[0]}}) MATCH (b:{table.target} {{uid: r[1]}}) "
        f"CREATE (a)-[:{table.type}{inline}]->(b) RETURN count(*) AS n"
    )


def drop_nodes(label: str) -> str:
    """Remove up to `$limit` nodes of a model, with their relationships, and how many those were."""
    return f"MATCH (n:{label} {{model: $uid}}) WITH n LIMIT $limit DETACH DELETE n RETURN count(*) AS n"


def used_shared(relation: schema.Relation) -> str:
    """uids of the shared nodes a model uses by one relation."""
    return (
        f"MATCH (n:{relation.source} {{model: $uid}})-[:{relation.type}]->(s:{relation.target}) "
        "RETURN DISTINCT s.uid AS uid ORDER BY uid"
    )


def drop_unused(relation: schema.Relation) -> str:
    """Remove those of the shared nodes `$rows` that nothing uses any more."""
    return (
        f"UNWIND $rows AS r MATCH (s:{relation.target} {{uid: r}}) "
        f"WHERE NOT EXISTS {{ MATCH (s)<-[:{relation.type}]-() }} DETACH DELETE s RETURN count(*) AS n"
    )


def count_all(label: str) -> str:
    """How many nodes of a label each model has, by reading them all."""
    return f"MATCH (n:{label}) RETURN n.model AS model, count(*) AS n ORDER BY model"


def count_of(label: str) -> str:
    """How many nodes of a label one model has, by the index where there is one."""
    return f"MATCH (n:{label} {{model: $uid}}) RETURN count(*) AS n"


def read_nodes(label: str) -> str:
    """labels and properties of a model's nodes of one primary label."""
    key = "uid" if label == "Model" else "model"
    return f"MATCH (n:{label} {{{key}: $uid}}) RETURN labels(n) AS labels, properties(n) AS props"


def read_shared(relation: schema.Relation) -> str:
    """labels and properties of the shared nodes a model uses by one relation."""
    return (
        f"MATCH (n:{relation.source} {{model: $uid}})-[:{relation.type}]->(s:{relation.target}) "
        "WITH DISTINCT s RETURN labels(s) AS labels, properties(s) AS props"
    )


def read_edges(relation: schema.Relation) -> str:
    """Rows of one relation of a model, in the order of the table's columns."""
    key = "uid" if relation.source == "Model" else "model"
    props = "".join(f", r.{p.name} AS {p.name}" for p in schema.relation_properties(relation.type))
    return (
        f"MATCH (a:{relation.source} {{{key}: $uid}})-[r:{relation.type}]->(b:{relation.target}) "
        f"RETURN a.uid AS source, b.uid AS target{props}"
    )
