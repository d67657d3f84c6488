"""Models as they would be without some of their tensors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from archkb.kb.errors import ArchkbError
from archkb.kb.wording import counted
from archkb.queries.cli import terminal

if TYPE_CHECKING:
    from archkb.kb.tables import GraphTables


def ignoring(models: Sequence[GraphTables], patterns: Sequence[str]) -> list[GraphTables]:
    """Each model inferred anew without the tensors whose key matches a pattern; how many those were is told.

    A pattern is a shell's: * any text (dots too), ? one sign, [ab] one of them. ArchkbError where nothing is left.
    """
    if not patterns:
        return list(models)
    found = [_without(tables, patterns) for tables in models]
    for pattern in patterns:
        if not any(fnmatchcase(key, pattern) for tables in models for key in _keys(tables)):
            terminal.tell(f"archkb: --ignore {pattern}: no tensor of any of the models matches")
    return found


def _keys(tables: GraphTables) -> Iterable[str]:
    return (str(t["key"]) for t in tables.records("Tensor"))


def _without(tables: GraphTables, patterns: Sequence[str]) -> GraphTables:
    from archkb.ingest.graph.rows import to_tables
    from archkb.ingest.pipeline import analyse
    from archkb.kb.values import Header, TensorSpec

    records = list(tables.records("Tensor"))
    kept = [t for t in records if not any(fnmatchcase(t["key"], p) for p in patterns)]
    if not kept:
        raise ArchkbError(f"--ignore leaves no tensor of {tables.name}", cure="name fewer")
    terminal.tell(
        f"archkb: ignored of {tables.name}: {len(records) - len(kept):,} of {counted(len(records), 'tensor')}"
    )
    m = tables.model
    declared = {name: m[name] for name in ("family", "version", "licence", "attribution") if m[name]}
    specs = tuple(TensorSpec(t["key"], t["dtype"], tuple(t["shape"]), "") for t in kept)
    header = Header(specs, tables.metadata, m["source"] or "", m["format"] or "", m["file_size"], declared)
    return to_tables(analyse(header), name=tables.name)
