"""One source into a store: what was written, what the model is near to, and what a reader should know of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archkb.queries.output.answer import Answer, Column

if TYPE_CHECKING:
    from archkb.kb.store.port import Counts, Progress, Store
    from archkb.kb.tables import GraphTables
    from archkb.kb.values import Header

_COLUMNS = ("name", "tensors", "params", "bytes", "modules", "attentions", "stacks", "status")
_ABOUT = {"params": Column("params", "", "count"), "bytes": Column("bytes", "", "bytes")}


@dataclass(frozen=True, slots=True)
class Ingested:
    """One row of the summary, and sentences for the reader."""

    row: tuple[Any, ...]
    notes: tuple[str, ...] = ()
    there: bool = False
    """Whether the store had the very model already."""


def ingest_source(
    source: str,
    store: Store | None,
    *,
    name: str,
    family: str | None = None,
    release: str | None = None,
    config: str | None = None,
    progress: Progress | None = None,
    compare: bool = True,
) -> Ingested:
    """Read a header, infer its architecture and keep it whole; without a store it is only checked.

    `config` is a JSON file that states what the header does not. `compare`: say what a new model is near to.

    SourceError where the source is no model.
    """
    from archkb.ingest.read_tables import infer, read_declared

    header = read_declared(source, family=family, version=release, config=config)
    return keep(
        header,
        store,
        name=name,
        infer_tables=lambda: infer(header, name=name),
        progress=progress,
        compare=compare,
    )


def keep(
    header: Header,
    store: Store | None,
    *,
    name: str,
    infer_tables: Callable[[], GraphTables],
    progress: Progress | None = None,
    compare: bool = True,
) -> Ingested:
    """Write a model of a header that was read, whose tables are asked for only where the store lacks its structure.

    Without a store it is only checked. With `compare`, the notes say what a new model is near to.
    """
    notes = [] if header.tensors else [_EMPTY.format(header.source)]
    if store is None:
        return _checked(infer_tables(), notes)
    known = _with_known_structure(store, header, name, progress)
    tables = known[0] if known else infer_tables()
    counts = known[1] if known else store.replace(tables, progress)
    if compare and tables.whole and not (counts.unchanged or counts.same_as):
        notes += _nearest(store, tables)
    roles = _roles(tables) if tables.whole else _counted(store, tables.structure)
    return Ingested(_row(tables, roles, _status(counts)), tuple(notes), there=counts.unchanged)


def _with_known_structure(
    store: Store, header: Header, name: str, progress: Progress | None
) -> tuple[GraphTables, Counts] | None:
    """Write a model whose structure the store has, which costs no more than its reading; None where it has not."""
    from archkb.ingest.read_tables import settings_uid, structure_uid, with_structure
    from archkb.kb.errors import MissingStructureError

    structure = structure_uid(header)
    known = store.structure(structure, settings_uid(header, structure))
    if known is not None:
        tables = with_structure(header, known, name=name)
        with suppress(MissingStructureError):  # another writer removed its last model meanwhile
            return tables, store.replace(tables, progress)
    return None


def _checked(tables: GraphTables, notes: list[str]) -> Ingested:
    """What a dry run says."""
    from archkb.kb.tables import check

    check(tables)
    status = "dry run: " + ", ".join(f"{n} {what}" for what, n in tables.counts().items())
    return Ingested(_row(tables, _roles(tables), status), tuple(notes))


def _row(tables: GraphTables, roles: Mapping[str, int], status: str) -> tuple[Any, ...]:
    m = tables.model
    sizes = (m["n_tensors"], m["n_params"], m["n_bytes"], m["n_modules"])
    return (tables.name, *sizes, roles["Attention"], roles["Stack"], status)


def failure(name: str, why: str) -> Ingested:
    """The row of a source that could not be kept, in a summary for programs."""
    return Ingested((name, *[None] * (len(_COLUMNS) - 2), f"failed: {why}"))


def summary(ingested: list[Ingested]) -> Answer:
    """What was ingested, a row a model."""
    return Answer("ingest", _COLUMNS, tuple(model.row for model in ingested), about=_ABOUT)


_SHOWN = 5
"""Models of one architecture that are named."""
_EMPTY = "{}: the header lists no tensor, so there is nothing to infer from"


def _nearest(store: Store, tables: GraphTables) -> list[str]:
    """What a new model adapts, or is most like, where it is near anything."""
    from archkb.kb.relations.lineage import Known
    from archkb.kb.store import model_relations
    from archkb.queries.relations.adapted_bases import Reading, adapts, sentence
    from archkb.queries.relations.similar_models import is_near, similar

    bases = adapts(tables, store)
    if bases is not None:
        return [f"{tables.name}: {sentence(bases)}"]
    mine = Known.of(tables.facts)
    likest = similar(mine, store, limit=1, among=model_relations.candidates(Reading(store), mine))
    near = likest.rows and is_near(likest.rows[0])
    return [f"{tables.name}: {likest.notes[0]}"] if near else []


def _counted(store: Store, structure: str) -> dict[str, int]:
    """Attentions and stacks of a structure the store has."""
    count = "MATCH (n:{0} {{structure: $structure}}) RETURN count(n) AS n"
    return {
        role: int(store.read(count.format(role), {"structure": structure}).rows[0][0])
        for role in ("Attention", "Stack")
    }


def _roles(tables: GraphTables) -> dict[str, int]:
    counts = {"Attention": 0, "Stack": 0}
    for node in tables.nodes:
        if node.role in counts:
            counts[node.role] += len(node.rows)
    return counts


def _status(counts: Counts) -> str:
    done = "unchanged" if counts.unchanged else "replaced" if counts.removed_nodes else "written"
    if not counts.same_as:
        return done
    more = f" and {len(counts.same_as) - _SHOWN} more" if len(counts.same_as) > _SHOWN else ""
    return f"{done}, same architecture as {', '.join(counts.same_as[:_SHOWN])}{more}"
