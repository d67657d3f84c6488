"""One source into a store: what was written, what the model is near to, and what a reader should know of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archkb.queries.output.answer import Answer, Column

if TYPE_CHECKING:
    from archkb.kb.store.port import Counts, Progress, Store
    from archkb.kb.tables import GraphTables

_COLUMNS = ("name", "tensors", "params", "bytes", "modules", "attentions", "stacks", "status")
_ABOUT = {"params": Column("params", "", "count"), "bytes": Column("bytes", "", "bytes")}


@dataclass(frozen=True, slots=True)
class Ingested:
    """One row of the summary, and sentences for the reader."""

    row: tuple[Any, ...]
    notes: tuple[str, ...] = ()


def ingest_source(
    source: str,
    store: Store | None,
    *,
    name: str,
    family: str | None = None,
    release: str | None = None,
    config: str | None = None,
    progress: Progress | None = None,
) -> Ingested:
    """Read a header, infer its architecture and keep it whole; without a store it is only checked.

    `config` is a JSON file that states what the header does not.

    SourceError where the source is no model.
    """
    from archkb.ingest.read_tables import read_tables
    from archkb.kb.tables import check

    tables = read_tables(source, name=name, family=family, version=release, config=config)
    notes = [] if tables.model["n_tensors"] else [_EMPTY.format(source)]
    if store is None:
        check(tables)
        status = "dry run: " + ", ".join(f"{n} {what}" for what, n in tables.counts().items())
    else:
        counts = store.replace(tables, progress)
        status = _status(counts)
        if not (counts.unchanged or counts.same_as):
            notes += _nearest(store, tables)
    roles, m = _roles(tables), tables.model
    sizes = (m["n_tensors"], m["n_params"], m["n_bytes"], m["n_modules"])
    return Ingested((name, *sizes, roles["Attention"], roles["Stack"], status), tuple(notes))


def summary(ingested: list[Ingested]) -> Answer:
    """What was ingested, a row a model."""
    return Answer("ingest", _COLUMNS, tuple(model.row for model in ingested), about=_ABOUT)


_EMPTY = "{}: the header lists no tensor, so there is nothing to infer from"


def _nearest(store: Store, tables: GraphTables) -> list[str]:
    """What a new model adapts, or is most like, where it is near anything."""
    from archkb.kb.relations.lineage import Known
    from archkb.queries.relations.adapted_bases import adapts, sentence
    from archkb.queries.relations.similar_models import is_near, similar

    bases = adapts(tables, store)
    if bases is not None:
        return [f"{tables.name}: {sentence(bases)}"]
    likest = similar(Known.of(tables.model), store, limit=1)
    near = likest.rows and is_near(likest.rows[0])
    return [f"{tables.name}: {likest.notes[0]}"] if near else []


def _roles(tables: GraphTables) -> dict[str, int]:
    counts = {"Attention": 0, "Stack": 0}
    for node in tables.nodes:
        if node.role in counts:
            counts[node.role] += len(node.rows)
    return counts


def _status(counts: Counts) -> str:
    done = "unchanged" if counts.unchanged else "replaced" if counts.removed_nodes else "written"
    return done + (f", same architecture as {', '.join(counts.same_as)}" if counts.same_as else "")
