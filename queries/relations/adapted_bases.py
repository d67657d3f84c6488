"""The models of a store that an adapter adapts, whether the adapter is in the store or only in a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archkb.kb.store import model_relations
from archkb.kb.store.adapter_links import Subject
from archkb.kb.store.port import Store
from archkb.kb.tables import GraphTables

Base = tuple[str, str]
"""Name of a model an adapter adapts, and what shows it: '144 of 146 targets found in X with the widths they need'."""

_KEPT = (
    "MATCH (:Structure {uid: $structure})-[:SPEAKER]->(:Model)-[r:ADAPTS]->(b:Model) "
    "WITH b.structure AS structure, b.name AS found, min(r.detail) AS detail "
    "MATCH (m:Model {structure: structure}) WITH m.name AS name, min(replace(detail, found, m.name)) AS detail "
    "RETURN name, detail ORDER BY name, detail"
)
_THERE = "MATCH (m:Model {uid: $uid}) RETURN m.uid AS uid"


class Reading:
    """A store as :func:`archkb.kb.store.model_relations.find` reads it: nothing is written."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def run(self, cypher: str, params: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return list(self._store.read(cypher, params or {}).rows)


def adapts(tables: GraphTables, store: Store) -> list[Base] | None:
    """The models it adapts, by name; None for a model that is no adapter."""
    if tables.model["role"] != "adapter":
        return None
    if store.read(_THERE, {"uid": tables.uid}).rows:
        return [(str(n), str(detail)) for n, detail in store.read(_KEPT, {"structure": tables.structure}).rows]
    names = {m.uid: m.name for m in store.models()}
    found = model_relations.find(Reading(store), Subject.of(tables))
    return sorted((names[k.target], str(k.properties[-1])) for k in found if k.type == "ADAPTS")


def sentence(bases: list[Base]) -> str:
    """What a reader is told of them.

    >>> sentence([("base", "3 of 4 targets found in base with the widths they need")])
    'adapts base (3 of 4 targets)'
    """
    if not bases:
        return "an adapter of no model in the store: none has its targets with the widths they need"
    return "adapts " + ", ".join(f"{name} ({shows.partition(' found')[0]})" for name, shows in bases)
