"""Writing a model through the store, against the engine's own load of the same rows in one transaction."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

from archkb.kb.tables import EdgeTable, GraphTables, NodeTable
from benchmarks.paired import Ratio, pair


def run() -> Ratio:
    """The LTX-2 19B fp8 model into an empty embedded store."""
    from archkb.ingest.read_tables import read_tables
    from archkb.kb.store import open_store

    tables = read_tables("design:ltx-2-19b-dev-fp8", name="ltx")
    with tempfile.TemporaryDirectory() as folder:
        fresh = count()

        def ours() -> None:
            with closing(open_store(str(Path(folder) / f"ours-{next(fresh)}"))) as store:
                store.replace(tables)

        def bare() -> None:
            path = Path(folder) / f"bare-{next(fresh)}"
            _raw_load(tables, path)
            shutil.rmtree(path)

        return pair(
            "ingest into an empty embedded store",
            "the engine's UNWIND CREATE of the same rows, one transaction",
            ours,
            bare,
            runs=5,
            aim=1.5,
        )


def _raw_load(tables: GraphTables, path: Path) -> None:
    os.environ["ARCADEDB_LOG_CONSOLE"] = "0"
    os.environ["ARCADEDB_LOG_DIR"] = str(path.parent)
    import arcadedb

    with arcadedb.create_database(str(path)) as db:
        for label in {t.primary for t in tables.nodes}:
            db.command("opencypher", f"CREATE CONSTRAINT IF NOT EXISTS FOR (n:{label}) REQUIRE n.uid IS UNIQUE")
        db.begin()
        for node in tables.nodes:
            _send(db, _create(node), node.rows)
        for edge in tables.edges:
            _send(db, _join(edge), edge.rows)
        db.commit()


def _send(db: Any, cypher: str, rows: tuple[tuple[Any, ...], ...]) -> None:
    for i in range(0, len(rows), 10_000):
        db.command("opencypher", cypher, {"rows": [list(r) for r in rows[i : i + 10_000]]})


def _create(node: NodeTable) -> str:
    labels = ":".join(x for x in (node.primary, node.role) if x)
    cells = ", ".join(f"{c}: r[{i}]" for i, c in enumerate(node.columns))
    return f"UNWIND $rows AS r CREATE (:{labels} {{{cells}}})"


def _join(edge: EdgeTable) -> str:
    cells = ", ".join(f"`{c}`: r[{i + 2}]" for i, c in enumerate(edge.columns[2:]))
    return (
        f"UNWIND $rows AS r MATCH (a:{edge.source} {{uid: r[0]}}), (b:{edge.target} {{uid: r[1]}}) "
        f"CREATE (a)-[:{edge.type}{' {' + cells + '}' if cells else ''}]->(b)"
    )
