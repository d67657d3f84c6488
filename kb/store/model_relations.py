"""Relationships between whole models, found and written in the transaction that writes a model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import prod
from typing import Any

from archkb.kb.relations.adapter import Target, lay, targets, targets_of, widths
from archkb.kb.relations.fingerprint import sketch_of
from archkb.kb.relations.known_columns import COLUMNS
from archkb.kb.relations.lineage import Known, Link, links
from archkb.kb.store import statements
from archkb.kb.store.engine import Transaction
from archkb.kb.store.port import Rows
from archkb.kb.store.read_back import read_back
from archkb.kb.tables import EdgeTable, GraphTables, edge_columns
from archkb.kb.wording import counted

ADAPTED = 0.5
"""Least share of an adapter's targets that must be modules of a model for the one to adapt the other."""


def find(tx: Transaction, tables: GraphTables) -> tuple[list[Link], list[str]]:
    """All relationships of a model with those in the store; 'name (basis)' of each with the same architecture."""
    mine = Known.of(tables.model)
    others = [Known.of(dict(zip(COLUMNS, row, strict=True))) for row in tx.run(statements.KNOWN, {"uid": mine.uid})]
    found = [*links(mine, others), *_adapted(tx, tables, mine, others)]
    names = {o.uid: o.name for o in others}
    same = [
        f"{names[link.target if link.source == mine.uid else link.source]} ({link.properties[0]})"
        for link in found
        if link.type == "SAME_AS"
    ]
    return found, same


def relate_all(tx: Transaction) -> None:
    """Sketch every model of a store that was written before there were sketches, and relate them anew."""

    def read(cypher: str, params: Mapping[str, Any]) -> Rows:
        return Rows((), tuple(tx.run(cypher, params)))

    def models() -> Iterator[tuple[str, GraphTables]]:
        for (uid,) in tx.run(statements.UIDS):
            tables = read_back(read, uid)
            if tables is not None:
                yield uid, tables

    tx.run(statements.TURN)
    tx.run(statements.UNRELATE)
    for uid, tables in models():
        tx.run(statements.SET_SKETCH, {"uid": uid, "sketch": sketch_of(tables).text})
    seen: list[str] = []
    for uid, tables in models():
        known, _ = find(tx, tables)
        for table in tables_of(link for link in known if {link.source, link.target} - {uid} <= set(seen)):
            tx.run(statements.create_edges(table), {"rows": list(table.rows)})
        seen.append(uid)


def tables_of(found: Iterable[Link]) -> list[EdgeTable]:
    """Links as tables, one a relationship type."""
    rows: dict[str, list[tuple[Any, ...]]] = {}
    for link in found:
        rows.setdefault(link.type, []).append((link.source, link.target, *link.properties))
    return [EdgeTable(t, "Model", "Model", edge_columns(t), tuple(r)) for t, r in sorted(rows.items())]


def _adapted(tx: Transaction, tables: GraphTables, mine: Known, others: Sequence[Known]) -> list[Link]:
    """An adapter with the models it adapts, or a model with the adapters that adapt it."""
    if mine.role == "adapter":
        own = targets_of(tables)
        return [
            link
            for other in others
            if other.role != "adapter" and _could_fit(own, other)
            for link in _link(mine, own, other, _modules(tx, other.uid))
        ]
    out = []
    for other in others:
        if other.role == "adapter":
            theirs = targets({k: tuple(s) for k, s in tx.run(statements.TENSORS, {"uid": other.uid})})
            if _could_fit(theirs, mine):
                out += _link(other, theirs, mine, widths(tables))
    return out


def _could_fit(wanted: Mapping[str, Target], base: Known) -> bool:
    """Whether the base has matrices of these sizes at all: cheap, and spares most models a query."""
    if base.sketch is None or not wanted:
        return False
    has: dict[int, set[int]] = {}
    for feature in base.sketch.parts.get("layers", {}):
        reads, _, writes = feature.split(" ")[1].partition(">")
        if reads.isdecimal() and writes.isdecimal() and int(reads):
            has.setdefault(int(writes), set()).add(int(reads))
    sizes = [(t.reads, t.writes) for t in wanted.values() if t.reads and t.writes]
    fit = sum(any(reads % width == 0 for width in has.get(writes, ())) for reads, writes in sizes)  # times a kernel
    return not sizes or fit >= ADAPTED * len(sizes)


def _modules(tx: Transaction, uid: str) -> dict[str, tuple[int, int]]:
    found = {path: (reads, writes) for path, reads, writes in tx.run(statements.MATRICES, {"uid": uid})}
    for path, reads, writes, kernel in tx.run(statements.CONVOLUTIONS, {"uid": uid}):
        found[path] = ((reads or 0) * prod(kernel or ()), writes)
    return found


def _link(
    adapter: Known, wanted: Mapping[str, Target], base: Known, modules: Mapping[str, tuple[int, int]]
) -> list[Link]:
    fit = lay(wanted, modules)
    if not fit.touched or len(fit.touched) < ADAPTED * len(wanted):
        return []
    said = f"{len(fit.touched)} of {counted(len(wanted), 'target')} found in {base.name} with the widths they need"
    return [Link("ADAPTS", adapter.uid, base.uid, (len(fit.touched), fit.no_ops, said))]
