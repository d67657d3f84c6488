"""`archkb ask` from a cold process, against a bare script that opens the store and runs the same Cypher."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from benchmarks.paired import Ratio, pair

_BARE = """
import json, os, sys
os.environ["ARCADEDB_LOG_CONSOLE"] = "0"
os.environ["ARCADEDB_LOG_DIR"] = sys.argv[4]
import arcadedb
db = arcadedb.open_database(sys.argv[1], read_only=True)
print(json.dumps(db.query("opencypher", sys.argv[2], json.loads(sys.argv[3])).to_list()))
db.close()
"""


def run() -> Ratio:
    """The cross-attention question on the LTX-2 19B fp8 model."""
    from archkb.ingest.read_tables import read_tables
    from archkb.kb.store import open_store
    from archkb.queries.questions.catalog import find_question

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.archkb"
        tables = read_tables("design:ltx-2-19b-dev-fp8", name="ltx")
        with closing(open_store(str(path))) as store:
            store.replace(tables)
        database = next(p.parent for p in path.rglob("schema.json"))
        cypher = find_question("cross-attention").cypher
        params = json.dumps({"model": tables.uid})
        env = {**os.environ, "ARCHKB_STORE": str(path)}
        archkb = [sys.executable, "-m", "archkb.queries.cli", "ask", "cross-attention", "ltx", "--json"]
        bare = [sys.executable, "-c", _BARE, str(database), cypher, params, folder]
        return pair(
            "archkb ask, cold",
            "bare script, same Cypher",
            lambda: subprocess.run(archkb, check=True, capture_output=True, env=env),
            lambda: subprocess.run(bare, check=True, capture_output=True, env=env),
            runs=9,
            aim=1.5,
        )
