"""The command line as a user types it: the same words, the same data, on the embedded store and on a Neo4j server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def archkb(store_uri: str) -> Run:
    env = {**os.environ, "ARCHKB_STORE": store_uri, "PYTHONPATH": str(ROOT), "COLUMNS": "160"}

    def run(*words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "archkb.queries.cli", *words]
        done = subprocess.run(command, capture_output=True, text=True, env=env, check=False, timeout=120)
        assert done.returncode == code, done.stderr
        return done

    return run


def _json(archkb: Run, *words: str, code: int = 0) -> Any:
    return json.loads(archkb(*words, "--json", code=code).stdout)


@pytest.mark.slow
def test_from_a_design_to_answers_and_back_out(archkb: Run) -> None:
    archkb("ingest", "design:aiprod-shdt", "design:aiprod-hwvae")
    assert [m["name"] for m in _json(archkb, "models")] == ["aiprod-hwvae", "aiprod-shdt"]
    cross = _json(archkb, "ask", "which blocks do cross-attention?", "aiprod-shdt")["rows"]
    assert [(row["count"], row["q_dim"], row["kv_dim"]) for row in cross] == [(32, 2048, 2048)]
    count = "MATCH (m:Model {name: 'aiprod-shdt'})-[:CONTAINS*1..12]->(a:Attention) RETURN count(DISTINCT a) AS n"
    assert _json(archkb, "cypher", count) == [{"n": 96}]
    assert "unchanged" in archkb("ingest", "design:aiprod-shdt").stdout
    same = archkb("ingest", "design:aiprod-shdt", "--name", "another-name").stdout
    assert "same architecture as aiprod-shdt (header)" in same
    assert _json(archkb, "diff", "aiprod-shdt", "aiprod-hwvae")["relation"] == "designs"
    assert _json(archkb, "similar", "aiprod-shdt")[0]["relations"] == ["SAME_AS (header)"]
    assert {r["verdict"] for r in _json(archkb, "check-derivation", "another-name", "aiprod-shdt")} == {"identical"}
    archkb("forget", "another-name", "--yes")
    assert len(_json(archkb, "models")) == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    "query",
    [
        "CREATE (n:Model {uid: 'x'})",
        "MATCH (n) DETACH DELETE n",
        "LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line",
        "CALL dbms.listConfig() YIELD name RETURN name",
    ],
)
def test_a_query_that_writes_or_reaches_out_is_refused(archkb: Run, query: str) -> None:
    archkb("ingest", "design:aiprod-hwvae")
    before = _json(archkb, "cypher", "MATCH (n) RETURN count(n) AS n")
    done = archkb("cypher", query, code=2)
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) <= 4
    assert _json(archkb, "cypher", "MATCH (n) RETURN count(n) AS n") == before


def test_a_broken_file_leaves_no_node(archkb: Run, tmp_path: Path) -> None:
    lying = tmp_path / "lying.safetensors"
    header = json.dumps({"a": {"dtype": "F32", "shape": [4], "data_offsets": [0, 999]}}).encode()
    lying.write_bytes(len(header).to_bytes(8, "little") + header)
    done = archkb("ingest", str(lying), code=2)
    assert "lying.safetensors" in done.stderr
    assert "Traceback" not in done.stderr
    assert _json(archkb, "cypher", "MATCH (m:Model) RETURN count(m) AS n") == [{"n": 0}]
