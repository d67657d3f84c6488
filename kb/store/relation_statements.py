"""The Cypher by which relations between models are found: who speaks for a structure, who may be like it.

Each statement is bounded by a LIMIT or finds by an index, so that what a new model costs does not grow with the store.
"""

from __future__ import annotations

from archkb.kb import schema
from archkb.kb.relations.known_columns import FACTS, OF_STRUCTURE, OWN

_COLUMNS = ", ".join([*(f"m.{c} AS {c}" for c in OWN), *(f"s.{c} AS {c}" for c in OF_STRUCTURE)])

STRUCTURES = "MATCH (s:Structure) WITH s LIMIT $limit RETURN count(*) AS n"
"""How many structures there are, up to a limit."""
ALL_SPEAKERS = (
    f"MATCH (s:Structure)-[:SPEAKER]->(m:Model) WHERE s.uid <> $structure RETURN {_COLUMNS} ORDER BY name, uid"
)
SPEAKERS = (
    "UNWIND $structures AS found MATCH (s:Structure {uid: found})-[:SPEAKER]->(m:Model) "
    f"RETURN {_COLUMNS} ORDER BY name, uid"
)
KNOWN = f"MATCH (m:Model {{uid: $uid}}) MATCH (s:Structure {{uid: m.structure}}) RETURN {_COLUMNS}"
SPOKEN_FOR = (
    "MATCH (s:Structure {uid: $structure})-[:SPEAKER]->(m:Model) "
    f"RETURN m.uid AS uid, {', '.join(f'm.{c} AS {c}' for c in FACTS)} ORDER BY uid"
)
"""The speakers of a structure with what tells them apart."""
IS_SPEAKER = "MATCH (:Structure)-[:SPEAKER]->(m:Model {uid: $uid}) RETURN count(*) AS n"
SPEAK = (
    "MATCH (s:Structure {uid: $structure}) MATCH (m:Model {uid: $uid}) CREATE (s)-[:SPEAKER]->(m) RETURN count(*) AS n"
)
MATES = (
    "MATCH (m:Model {structure: $structure}) "
    f"RETURN m.uid AS uid, m.name AS name, {', '.join(f'm.{c} AS {c}' for c in FACTS)} ORDER BY name, uid"
)
"""All models of a structure with what tells them apart."""
SOME_MATES = (
    "MATCH (m:Model {structure: $structure}) WHERE m.uid <> $uid "
    "WITH m LIMIT $limit RETURN m.name AS name ORDER BY name"
)
OF_FAMILY = (
    "MATCH (m:Model {family: $value}) WHERE m.structure <> $structure "
    "WITH DISTINCT m.structure AS uid LIMIT $limit RETURN uid ORDER BY uid"
)
UNRELATE = (
    f"MATCH (a)-[r:{'|'.join(dict.fromkeys(r.type for r in schema.FOUND))}]->(b:Model) DELETE r RETURN count(*) AS n"
)
MODELS_OF = "MATCH (m:Model) RETURN m.uid AS uid, m.structure AS structure ORDER BY m.name, uid"
PACKED = (
    "UNWIND $structures AS found MATCH (s:Structure {uid: found}) RETURN s.uid AS uid, s.matrices AS matrices "
    "ORDER BY uid"
)
"""What structures say of their matrices."""
TENSORS = "MATCH (t:Tensor {structure: $uid}) RETURN t.key AS key, t.shape AS shape ORDER BY key"
MATRICES = (
    "MATCH (m:Linear {structure: $uid}) RETURN m.path AS path, m.in_features AS reads, m.out_features AS writes "
    "ORDER BY path"
)
CONVOLUTIONS = (
    "MATCH (m:Conv {structure: $uid}) RETURN m.path AS path, m.in_channels AS reads, m.out_channels AS writes, "
    "m.kernel AS kernel ORDER BY path"
)


def alike(prop: str) -> str:
    """uids of up to `$limit` structures with the `$value` of an indexed property."""
    return (
        f"MATCH (s:Structure {{{prop}: $value}}) WHERE s.uid <> $structure "
        "WITH s LIMIT $limit RETURN s.uid AS uid ORDER BY uid"
    )


def equals(prop: str) -> str:
    """Names of up to `$limit` models of other structures with the `$value` of one of the hashes."""
    return (
        f"MATCH (s:Structure {{{prop}: $value}}) WHERE s.uid <> $structure WITH s LIMIT $limit "
        "MATCH (m:Model {structure: s.uid}) WITH m LIMIT $limit RETURN m.name AS name ORDER BY name"
    )
