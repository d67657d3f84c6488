"""Relationships between whole models, found and written in the transaction that writes a model.

Models of one structure are one architecture by sharing it. Of those that also have one family, one version and the same
marks in their metadata, one speaks for all: it alone has relationships to the speakers of other structures. So what a
known header costs does not grow with the store, nor does what a new one costs: where there are more than MANY
structures, those are looked at that share a hash, a family, a width or the most usual forms of layers with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from archkb.kb.relations.fingerprint import forms, size_class
from archkb.kb.relations.lineage import BASES, Known, Link, links
from archkb.kb.store import relation_statements as statements
from archkb.kb.store.adapter_links import Reading, Subject, adapted, read_known
from archkb.kb.store.statements import create_edges
from archkb.kb.store.writing import run_rows
from archkb.kb.tables import EdgeTable, edge_columns

MANY = 100
"""Structures up to which a new one is compared with all."""
SOME = 30
"""Structures of one width, form or family it is compared with where there are more."""
VOICES = 8
"""Most speakers of one structure. Of further families and versions no relation to other structures is found."""
NAMED = 100
"""Most models of one architecture that are named to whoever writes another."""

_HASHES = ("header_hash", "architecture", "shape_hash")


def relate(tx: Any, uid: str, structure: str, facts: Sequence[Any]) -> int:
    """Relate a model that was written to others, unless one speaks for it; the number of relationships written.

    `facts`: its family, version and marks.
    """
    speakers = tx.run(statements.SPOKEN_FOR, {"structure": structure})
    if len(speakers) >= VOICES or any(_facts(row[1:]) == _facts(facts) for row in speakers):
        return 0
    tx.run(statements.SPEAK, {"structure": structure, "uid": uid})
    found = find(tx, Subject.stored(tx, uid))
    for table in tables_of(found):
        run_rows(tx, create_edges(table), table.rows, table.type)
    return 1 + len(found)


def speaks(tx: Reading, uid: str) -> bool:
    """Whether a model has relationships that others share."""
    return bool(tx.run(statements.IS_SPEAKER, {"uid": uid})[0][0])


def let_others_speak(tx: Any, structure: str) -> int:
    """Find speakers for the models of a structure that lost theirs; the number of relationships written."""
    written = 0
    seen: set[tuple[Any, ...]] = set()
    for uid, _, *facts in tx.run(statements.MATES, {"structure": structure}):
        if _facts(facts) not in seen:
            seen.add(_facts(facts))
            written += relate(tx, uid, structure, facts)
        if len(seen) >= VOICES:
            break
    return written


def relate_all(tx: Any) -> None:
    """Find all relations of a store anew."""
    tx.run(statements.UNRELATE)
    for structure in dict.fromkeys(row[1] for row in tx.run(statements.MODELS_OF)):
        let_others_speak(tx, structure)


def find(tx: Reading, subject: Subject) -> list[Link]:
    """All relationships of a model with the speakers of other structures."""
    mine = subject.known
    others = candidates(tx, mine)
    return [*links(mine, others), *adapted(tx, subject, others)]


def equals(tx: Reading, mine: Mapping[str, Any]) -> list[str]:
    """'name (basis)' of each model with the same architecture, up to NAMED of them. `mine`: a model's properties."""
    mates = tx.run(statements.SOME_MATES, {"structure": mine["structure"], "uid": mine["uid"], "limit": NAMED})
    named = {str(name): BASES[0] for (name,) in mates}
    for prop, basis in zip(_HASHES, BASES, strict=True):
        value = mine[prop]
        if value is not None and len(named) < NAMED and not (prop == "shape_hash" and mine["role"] == "adapter"):
            params = {"value": value, "structure": mine["structure"], "limit": NAMED}
            for (name,) in tx.run(statements.equals(prop), params):
                named.setdefault(str(name), basis)
    return [f"{name} ({named[name]})" for name in sorted(named)[:NAMED]]


def candidates(tx: Reading, mine: Known) -> list[Known]:
    """Speakers of the structures a model may have to do with; of all, where there are not many."""
    [(few,)] = tx.run(statements.STRUCTURES, {"limit": MANY + 1})
    if few <= MANY:
        return [read_known(row) for row in tx.run(statements.ALL_SPEAKERS, {"structure": mine.structure})]
    uids: dict[str, None] = {}
    for statement, value in _lookups(mine):
        params = {"value": value, "structure": mine.structure, "limit": SOME}
        uids.update(dict.fromkeys(str(row[0]) for row in tx.run(statement, params)))
    return [read_known(row) for row in tx.run(statements.SPEAKERS, {"structures": list(uids)})]


def _lookups(mine: Known) -> Iterator[tuple[str, Any]]:
    """Statements by which structures that may be like a model are found, with the value each looks for."""
    for prop in _HASHES:
        if getattr(mine, prop) is not None:
            yield statements.alike(prop), getattr(mine, prop)
    if mine.family is not None:
        yield statements.OF_FAMILY, mine.family
    if mine.size_class is not None:
        _, _, width = mine.size_class.partition(" ")
        for role in (None, "adapter"):
            yield statements.alike("size_class"), size_class(role, int(width))
    if mine.sketch is not None and mine.role != "adapter":
        yield statements.alike("forms"), forms(mine.sketch)


def tables_of(found: Iterable[Link]) -> list[EdgeTable]:
    """Links as tables, one a relationship type."""
    rows: dict[str, list[tuple[Any, ...]]] = {}
    for link in found:
        rows.setdefault(link.type, []).append((link.source, link.target, *link.properties))
    return [EdgeTable(t, "Model", "Model", edge_columns(t), tuple(r)) for t, r in sorted(rows.items())]


def _facts(row: Sequence[Any]) -> tuple[Any, ...]:
    """Family, version and marks as values that can be compared: an engine keeps no empty list apart from null."""
    family, version, marks = row
    return family or None, version or None, tuple(sorted(marks or ()))
