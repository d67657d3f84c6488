"""Tables into an open transaction: what of them is not there yet, in batches, and sure that each row did something."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from archkb.kb.errors import MissingStructureError, StoreError
from archkb.kb.store import statements
from archkb.kb.store.engine import Transaction
from archkb.kb.store.port import Progress
from archkb.kb.tables import EdgeTable, GraphTables

MANY = 300_000
"""Nodes up to which their ids are kept while a model is written, some hundred bytes each."""


def lacking(tx: Transaction, tables: GraphTables) -> GraphTables:
    """What of the tables has to be written: all, or the own part of a model whose structure is there, without the
    settings that are there too."""
    structure_stored = tx.run(statements.HAS_STRUCTURE, {"uid": tables.structure})[0][0]
    if not structure_stored and not tables.whole:
        raise MissingStructureError(
            f"the structure {tables.structure!r} of {tables.name!r} is not in the store", cure="infer it anew"
        )
    wanted = tables.own_part() if structure_stored else tables
    settings_stored = structure_stored and tx.run(statements.HAS_SETTINGS, {"settings": tables.settings})
    if not settings_stored:
        return wanted
    return GraphTables(
        wanted.model,
        tuple(node for node in wanted.nodes if node.primary != "Setting"),
        tuple(edge for edge in wanted.edges if edge.source == "Model"),
    )


def write(tx: Transaction, tables: GraphTables, progress: Progress | None = None) -> tuple[int, int]:
    """Create all nodes, then all relationships; how many of each."""
    n_nodes = sum(len(t.rows) for t in tables.nodes)
    n_edges = sum(len(t.rows) for t in tables.edges)
    done = 0

    def tick(count: int) -> None:
        nonlocal done
        done += count
        if progress is not None:
            progress("writing", done, n_nodes + n_edges)

    ids: dict[str, str] = {}
    for node in tables.nodes:
        for batch in _batches(node.rows):
            written = tx.run(statements.create_nodes(node), {"rows": batch})
            _all_written(len(written), batch, node.primary)
            if n_nodes <= MANY:
                ids.update(written)
            tick(len(batch))
    for edge in tables.edges:
        _write_edges(tx, edge, ids, tick)
    return n_nodes, n_edges


def _write_edges(tx: Transaction, edge: EdgeTable, ids: Mapping[str, str], tick: Callable[[int], None]) -> None:
    """Create relationships, between nodes of this transaction by their ids, else by uid."""
    for batch in _batches(edge.rows):
        try:
            by_id = [(ids[source], ids[target], *properties) for source, target, *properties in batch]
        except KeyError:
            run_rows(tx, statements.create_edges(edge), batch, edge.type, tick)
        else:
            run_rows(tx, statements.create_edges_by_id(edge), by_id, edge.type, tick)


def run_rows(
    tx: Transaction, cypher: str, rows: Sequence[Any], what: str, tick: Callable[[int], None] | None = None
) -> None:
    """Send rows in batches, and make sure that each of them did something."""
    for batch in _batches(rows):
        [(done,)] = tx.run(cypher, {"rows": batch})
        _all_written(done, batch, what)
        if tick is not None:
            tick(len(batch))


def _batches(rows: Sequence[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(rows), statements.ROWS):
        yield list(rows[start : start + statements.ROWS])


def _all_written(done: int, batch: Sequence[Any], what: str) -> None:
    """StoreError unless each row of a batch did something."""
    if done != len(batch):
        raise StoreError(
            f"{len(batch)} rows of {what} were sent, {done} were written", cure="nothing was kept; send it again"
        )
