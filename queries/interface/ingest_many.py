"""Many sources into a store: extraction in processes, one writer here, and what became of each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from archkb.kb.errors import ArchkbError, StoreError
from archkb.queries.interface.ingest_source import Ingested, ingest_source, keep

if TYPE_CHECKING:
    from archkb.ingest.extraction import Request
    from archkb.kb.store.port import Progress, Store
    from archkb.queries.interface.parallel_extraction import Extracted, Key

STRUCTURES = "MATCH (m:Model) RETURN DISTINCT m.structure AS structure, m.settings AS settings"
_REFUSED = 3
"""Writes the store refuses one after another before it is taken to be the store's fault."""
_MOST_JOBS = 60
"""Processes at once; Windows waits for no more than 61."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one source: the model as it was kept, or why it was not."""

    request: Request
    ingested: Ingested | None = None
    error: ArchkbError | None = None


def cores() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def ingest_many(
    requests: Sequence[Request],
    store: Store | None,
    *,
    jobs: int = 1,
    compare: bool = True,
    progress: Callable[[str], Progress | None] = lambda _: None,
) -> Iterator[Outcome]:
    """Ingest one source after another, and say of each what became of it, in order; without a store they are checked.

    With several `jobs`, headers are read and inferred in so many processes; what is written is the same. A source that
    cannot be read stops no other. StoreError where the store refuses several in a row. `compare`: tell what each new
    model is near to. `progress`: from a model's name to what is told of its rows.
    """
    jobs = min(jobs, len(requests), _MOST_JOBS)
    outcomes = _in_processes(requests, store, jobs, compare) if jobs > 1 else _here(requests, store, compare, progress)
    refused = 0
    for outcome in outcomes:
        refused = refused + 1 if isinstance(outcome.error, StoreError) else 0
        yield outcome
        if refused == _REFUSED and outcome.error is not None:
            raise outcome.error


def _here(
    requests: Sequence[Request], store: Store | None, compare: bool, progress: Callable[[str], Progress | None]
) -> Iterator[Outcome]:
    """One after another in this process."""
    for request in requests:
        ingest = partial(
            ingest_source,
            request.source,
            store,
            name=request.name,
            family=request.family,
            release=request.release,
            config=request.config,
            progress=progress(request.name),
            compare=compare,
        )
        yield _outcome(request, ingest)


def _in_processes(requests: Sequence[Request], store: Store | None, jobs: int, compare: bool) -> Iterator[Outcome]:
    """Extracted in processes, written here."""
    from archkb.queries.interface.parallel_extraction import extracted

    known: list[Key] = [] if store is None else [(str(row[0]), str(row[1])) for row in store.read(STRUCTURES).rows]
    for model in extracted(requests, jobs, known):
        yield _outcome(model.request, partial(_kept, model, store, compare))


def _kept(model: Extracted, store: Store | None, compare: bool) -> Ingested:
    """Write what was extracted. Raises what went wrong on its way."""
    from archkb.ingest.extraction import unpacked_header, unpacked_tables
    from archkb.ingest.read_tables import infer
    from archkb.kb.tables import GraphTables

    if model.error is not None or model.header is None:
        raise model.error or ArchkbError("it was not read", where=model.request.source)
    header = unpacked_header(model.header.header)

    def tables() -> GraphTables:
        """As they were inferred; here only where the model that was to bring the structure could not be kept."""
        return unpacked_tables(model.tables) if model.tables is not None else infer(header, name=model.request.name)

    return keep(header, store, name=model.request.name, infer_tables=tables, compare=compare)


def _outcome(request: Request, ingest: Callable[[], Ingested]) -> Outcome:
    """What became of a source; a fault of this program's own is told as the source's too, and stops no other."""
    try:
        return Outcome(request, ingest())
    except ArchkbError as error:
        return Outcome(request, error=error)
    except Exception as error:  # noqa: BLE001 - one source must not stop the others
        what = f"could not be read: {type(error).__name__}: {error}"
        return Outcome(
            request, error=ArchkbError(what, where=request.source, cure="report this with the file's header")
        )
