"""How often a descent is suspected where there is none, and where there is one, on models made from a corpus' models.

The limits of :mod:`archkb.kb.relations.descent` and the counts of :mod:`archkb.kb.relations.rarity` are of the
families that are not left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from archkb.kb.relations.lineage import Known, between
from archkb.kb.tables import GraphTables
from archkb.kb.values import TensorSpec
from archkb.queries.bench.corpus import Record, is_left_out, specs
from archkb.queries.bench.kin_variants import base, descendants, strangers, vocabularies

Tables = Callable[[tuple[TensorSpec, ...]], GraphTables]


@dataclass(frozen=True, slots=True)
class Trial:
    """A model and a variant of it: whether they have weights in common, and what was said.

    `rule`: what decided a suspicion; None where there is none. `same`: they were called one architecture, of which no
    descent is asked.
    """

    variant: str
    related: bool
    left_out: bool
    rule: str | None
    same: bool


def trials(records: Iterable[Record], tables: Tables) -> Iterator[Trial]:
    """Every model of the corpus that has a stack, against each of its variants."""
    kept = list(records)
    sizes = sorted({(size, _family(r)) for r in kept for size in vocabularies(specs(r))})
    for record in kept:
        tensors = base(specs(record))
        if tensors is None:
            continue
        mine = Known.of(tables(tensors).facts)
        others = sorted({size for size, family in sizes if family != _family(record)})
        for related, variants in ((False, strangers(tensors, others)), (True, descendants(tensors))):
            for variant, changed in variants.items():
                found = {link.type: link.rule for link in between(mine, Known.of(tables(changed).facts))}
                said = found.get("DERIVES_FROM"), "SAME_AS" in found
                yield Trial(variant, related, is_left_out(record), *said)


def _family(record: Record) -> str:
    return str(record.get("group") or record.get("family") or record["name"])
