"""Which adapters of a store fit which models: what structures keep packed is read, and no graph.

A sketch's layers spare most pairs the comparison of names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, Protocol

from archkb.kb.relations.adapter import ModuleNames, Target, match_targets, targets, tensor_shapes, widths
from archkb.kb.relations.known_columns import COLUMNS
from archkb.kb.relations.lineage import Known, Link
from archkb.kb.relations.packed_matrices import unpack_targets, unpack_widths
from archkb.kb.store import relation_statements as statements
from archkb.kb.tables import GraphTables
from archkb.kb.wording import counted

ADAPTED = 0.5
"""Least share of an adapter's targets that must be modules of a model for the one to adapt the other."""

Sizes = Mapping[int, set[int]]


class Reading(Protocol):
    """What runs a reading statement: an open transaction, or a store."""

    def run(self, cypher: str, params: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """The rows of a statement."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A model to be related: what is known of it, its targets if it is an adapter, else the names of its matrices."""

    known: Known
    targets: Callable[[], Mapping[str, Target]]
    names: Callable[[], ModuleNames]

    @classmethod
    def of(cls, tables: GraphTables) -> Subject:
        """A model by its whole tables."""
        known = Known.of(tables.facts)
        return cls(known, lambda: targets(tensor_shapes(tables.nodes)), lambda: ModuleNames(widths(tables.nodes)))

    @classmethod
    def stored(cls, tx: Reading, uid: str) -> Subject:
        """A model of the store."""
        [row] = tx.run(statements.KNOWN, {"uid": uid})
        known = read_known(row)
        return cls(known, lambda: _targets(tx, [known])[known.structure], lambda: _names(tx, [known])[known.structure])


def adapted(tx: Reading, subject: Subject, others: Sequence[Known]) -> list[Link]:
    """An adapter with the models it adapts, or a model with the adapters that adapt it."""
    mine = subject.known
    if mine.role == "adapter":
        changed = subject.targets()
        bases = [other for other in others if other.role != "adapter" and _could_fit(changed, _sizes(other))]
        names = _names(tx, bases)
        return [link for base in bases for link in _link(mine, changed, base, names[base.structure])]
    adapters = [other for other in others if other.role == "adapter"]
    changes, sizes = _targets(tx, adapters), _sizes(mine)
    fitting = [adapter for adapter in adapters if _could_fit(changes[adapter.structure], sizes)]
    own = subject.names() if fitting else ModuleNames({})
    return [link for adapter in fitting for link in _link(adapter, changes[adapter.structure], mine, own)]


def read_known(row: Sequence[Any]) -> Known:
    """What is known of a model, from a row of the statements that read it."""
    return Known.of(dict(zip(COLUMNS, row, strict=True)))


def _sizes(base: Known) -> Sizes | None:
    """Which widths the layers of a model read that write one width, by its sketch; None without one."""
    if base.sketch is None:
        return None
    sizes: dict[int, set[int]] = {}
    for feature in base.sketch.parts.get("layers", {}):
        reads, _, writes = feature.split(" ")[1].partition(">")
        if reads.isdecimal() and writes.isdecimal() and int(reads):
            sizes.setdefault(int(writes), set()).add(int(reads))
    return sizes


def _could_fit(wanted: Mapping[str, Target], has: Sizes | None) -> bool:
    """Whether a base of such sizes has matrices for enough targets: cheap, and spares most models a comparison."""
    if has is None or not wanted:
        return False
    sizes = [(t.reads, t.writes) for t in wanted.values() if t.reads and t.writes]
    fitting = sum(any(reads % width == 0 for width in has.get(writes, ())) for reads, writes in sizes)  # times a kernel
    return not sizes or fitting >= ADAPTED * len(sizes)


def _targets(tx: Reading, adapters: Iterable[Known]) -> dict[str | None, Mapping[str, Target]]:
    """What adapters change, by structure. A store of an earlier program says it by tensors alone."""
    return {
        uid: unpack_targets(packed) if packed else _targets_by_tensors(tx, uid)
        for uid, packed in _packed(tx, adapters).items()
    }


def _names(tx: Reading, bases: Iterable[Known]) -> dict[str | None, ModuleNames]:
    """What may be changed in models, by structure. A store of an earlier program says it by modules alone."""
    return {
        uid: ModuleNames(unpack_widths(packed) if packed else _widths_by_modules(tx, uid))
        for uid, packed in _packed(tx, bases).items()
    }


def _packed(tx: Reading, models: Iterable[Known]) -> dict[str, str | None]:
    """What the structures of models say of their matrices."""
    structures = list(dict.fromkeys(model.structure for model in models))
    return {str(uid): packed for uid, packed in tx.run(statements.PACKED, {"structures": structures})}


def _targets_by_tensors(tx: Reading, structure: str) -> Mapping[str, Target]:
    return targets({k: tuple(s) for k, s in tx.run(statements.TENSORS, {"uid": structure})})


def _widths_by_modules(tx: Reading, structure: str) -> dict[str, tuple[int, int]]:
    found = {path: (reads, writes) for path, reads, writes in tx.run(statements.MATRICES, {"uid": structure})}
    for path, reads, writes, kernel in tx.run(statements.CONVOLUTIONS, {"uid": structure}):
        found[path] = ((reads or 0) * prod(kernel or ()), writes)
    return found


def _link(adapter: Known, wanted: Mapping[str, Target], base: Known, modules: ModuleNames) -> list[Link]:
    match = match_targets(wanted, modules)
    if not match.touched or len(match.touched) < ADAPTED * len(wanted):
        return []
    said = f"{len(match.touched)} of {counted(len(wanted), 'target')} found in {base.name} with the widths they need"
    return [Link("ADAPTS", adapter.uid, base.uid, (len(match.touched), match.no_ops, said))]
