"""What goes with a model: its node, the structure that no other model has, shared nodes that nothing uses any more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from archkb.kb.store import relation_statements, statements
from archkb.kb.store.engine import Transaction
from archkb.kb.store.port import Freed
from archkb.kb.tables import GraphTables


class Owner(NamedTuple):
    """uids of a model, and of the structure and the settings it has."""

    uid: str
    structure: str | None
    settings: str | None


@dataclass(frozen=True, slots=True)
class Leaving:
    """What is to be removed. `used`: for each relation to shared nodes, the uids these may be the last to use.

    `silenced`: structures that stay and lose a model that spoke for others.
    """

    models: tuple[str, ...]
    structures: tuple[str, ...]
    settings: tuple[str, ...]
    silenced: tuple[str, ...]
    used: tuple[tuple[str, ...], ...]


def plan(tx: Transaction, models: Sequence[Owner], keep: GraphTables | None = None) -> Leaving:
    """What goes with these models; `keep` is a model that comes in their place, of which all is to stay."""
    uids = [model.uid for model in models]
    stays = (keep.structure, keep.settings) if keep else (None, None)
    structures = [
        s
        for s in dict.fromkeys(model.structure for model in models)
        if s and s != stays[0] and not _in_use(tx, s, uids)
    ]
    settings = [
        s
        for s in dict.fromkeys(model.settings for model in models)
        if s and s != stays[1] and not tx.run(statements.USED_SETTINGS, {"settings": s, "without": uids})
    ]
    silenced = {m.structure for m in models if m.structure and m.structure not in structures and _speaks(tx, m.uid)}
    used = _used(tx, uids, structures)
    return Leaving(tuple(uids), tuple(structures), tuple(settings), tuple(sorted(silenced)), used)


def remove(tx: Transaction, leaving: Leaving) -> int:
    """Remove them; the number of nodes."""
    removed = sum(int(tx.run(statements.DROP_MODEL, {"uid": uid})[0][0]) for uid in leaving.models)
    removed += sum(int(tx.run(statements.DROP_SETTINGS, {"settings": s})[0][0]) for s in leaving.settings)
    removed += sum(sum(_drop(tx, uid).values()) for uid in leaving.structures)
    return removed + sum(_sweep(tx, leaving.used).values())


def free(tx: Transaction) -> Freed:
    """Remove what no model uses, wherever it is: structures, parts of a structure that is not there, shared nodes."""
    unused = [str(row[0]) for row in tx.run(statements.UNUSED_STRUCTURES)]
    structures = {str(row[0]) for row in tx.run(statements.STRUCTURE_SIZES)}
    held = {str(row[0]) for label in statements.OWNED for row in tx.run(statements.count_all(label)) if row[0]}
    freed: Counter[str] = Counter()
    stated = {str(row[0]) for row in tx.run(statements.MODEL_SETTINGS)}
    for settings in sorted({str(row[0]) for row in tx.run(statements.SETTINGS)} - stated):
        freed["Setting"] += int(tx.run(statements.DROP_SETTINGS, {"settings": settings})[0][0])
    for uid in (*unused, *sorted(held - structures)):
        freed += _drop(tx, uid)
    shared = tuple(tuple(str(row[0]) for row in tx.run(statements.unused(r))) for r in statements.TO_SHARED)
    freed += _sweep(tx, shared)
    return Freed({label: n for label, n in sorted(freed.items()) if n}, tuple(unused))


def _in_use(tx: Transaction, structure: str, without: Sequence[str]) -> bool:
    return bool(tx.run(statements.USED, {"structure": structure, "without": list(without)}))


def _speaks(tx: Transaction, uid: str) -> bool:
    return bool(tx.run(relation_statements.IS_SPEAKER, {"uid": uid})[0][0])


def _used(tx: Transaction, models: Sequence[str], structures: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """For each relation to shared nodes, the uids these models or structures use."""
    out = []
    for relation in statements.TO_SHARED:
        key, uids = ("uid", models) if relation.source == "Model" else ("structure", structures)
        cypher = statements.used_shared(relation)
        out.append(tuple(sorted({str(row[0]) for uid in uids for row in tx.run(cypher, {key: uid})})))
    return tuple(out)


def _drop(tx: Transaction, structure: str) -> Counter[str]:
    """Delete a structure and all it is made of; how many nodes of each label."""
    dropped: Counter[str] = Counter()
    for label in statements.OWNED:
        while True:
            [(count,)] = tx.run(statements.drop_nodes(label), {"uid": structure, "limit": statements.ROWS})
            dropped[label] += int(count)
            if count < statements.ROWS:
                break
    dropped["Structure"] = int(tx.run(statements.DROP_STRUCTURE, {"uid": structure})[0][0])
    return dropped


def _sweep(tx: Transaction, used: Sequence[Sequence[str]]) -> Counter[str]:
    """Delete those shared nodes nothing uses any more; how many of each label."""
    dropped: Counter[str] = Counter()
    for relation, uids in zip(statements.TO_SHARED, used, strict=True):
        for start in range(0, len(uids), statements.ROWS):
            [(count,)] = tx.run(statements.drop_unused(relation), {"rows": list(uids[start : start + statements.ROWS])})
            dropped[relation.target] += int(count)
    return dropped
