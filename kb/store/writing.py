"""Tables into an open transaction: what of them is not there yet, in batches, and sure that each row did something."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from archkb.kb.errors import MissingStructureError, StoreError
from archkb.kb.store import statements
from archkb.kb.store.engine import Transaction
from archkb.kb.store.port import Progress
from archkb.kb.tables import GraphTables


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

    for node in tables.nodes:
        run_rows(tx, statements.create_nodes(node), node.rows, node.primary, tick)
    for edge in tables.edges:
        run_rows(tx, statements.create_edges(edge), edge.rows, edge.type, tick)
    return n_nodes, n_edges


def run_rows(
    tx: Transaction, cypher: str, rows: Sequence[Any], what: str, tick: Callable[[int], None] | None = None
) -> None:
    """Send rows in batches, and make sure that each of them did something."""
    for start in range(0, len(rows), statements.ROWS):
        batch = list(rows[start : start + statements.ROWS])
        [(done,)] = tx.run(cypher, {"rows": batch})
        if done != len(batch):
            raise StoreError(
                f"{len(batch)} rows of {what} were sent, {done} were written", cure="nothing was kept; send it again"
            )
        if tick is not None:
            tick(len(batch))
