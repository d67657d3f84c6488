"""`archkb cypher`: a reader's own query, and nothing but reading."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.queries.conftest import Archkb

COUNT = "MATCH (m:Model) RETURN count(m) AS n"


def test_a_query(archkb: Archkb, small: Path) -> None:
    assert archkb("cypher", COUNT, "--json", store=small).json == [{"n": 3}]


def test_a_query_an_analyst_would_write(archkb: Archkb, small: Path) -> None:
    path = "(m:Model {name: 'duo'})-[:CONTAINS*1..12]->(a:Attention {attends: 'cross'})"
    query = f"MATCH {path} RETURN count(DISTINCT a) AS n"
    assert archkb("cypher", query, "--json", store=small).json == [{"n": 12}]


def test_from_stdin(archkb: Archkb, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(COUNT))
    assert archkb("cypher", "-", "--json", store=small).json == [{"n": 3}]


def test_parameters_keep_their_type(archkb: Archkb, small: Path) -> None:
    query = "MATCH (m:Model) WHERE m.n_params > $least AND m.name IN $names RETURN m.name AS name ORDER BY name"
    called = archkb("cypher", query, "-p", "least=100", "-p", 'names=["duo", "solo"]', "--json", store=small)
    assert called.json == [{"name": "duo"}]


def test_the_limit_is_said(archkb: Archkb, small: Path) -> None:
    called = archkb("cypher", "MATCH (n:Module) RETURN n.path AS p ORDER BY p", "--limit", 2, "--json", store=small)
    assert len(called.json) == 2
    assert "--limit" in called.err


def test_columns_without_rows(archkb: Archkb, small: Path) -> None:
    called = archkb(
        "cypher", "MATCH (n:Module {path: 'nope'}) RETURN n.path AS path, n.kind AS kind", "--csv", store=small
    )
    assert called.out == "path,kind\n"


@pytest.mark.parametrize(
    "query",
    [
        "CREATE (x:Model {uid: 'x'}) RETURN x.uid AS u",
        "MATCH (m:Model) SET m.name = 'x' RETURN m.name AS n",
        "MATCH (m:Model) DETACH DELETE m",
        "LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line",
        "MATCH (m:Model) RETURN",
        "this is no query",
    ],
)
def test_what_is_refused_is_refused_in_one_message(archkb: Archkb, small: Path, query: str) -> None:
    called = archkb("cypher", query, store=small)
    assert (called.code, called.out) == (2, "")
    assert called.err.startswith("archkb: ")
    assert "root:" not in called.err
    assert archkb("cypher", COUNT, "--json", store=small).json == [{"n": 3}]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("MATCH (a RETURN a", "the query: line 1, column 10: no viable alternative at input '(a RETURN'. Cure: check"),
        ("MATCH (m:Model {name: $name}) RETURN m.uid AS u", "$name has no value. Cure: add -p name=VALUE."),
        ("", "the query is empty. Cure: write one, such as"),
        ("MATCH (m:Model) RETURN nope(m) AS n", "Unknown function 'nope'. Cure: use a function"),
        ("MATCH (m:Model) RETURN x", "Variable 'x' not defined. Cure: bind"),
        ("MATCH (m:Model) RETURN m.uid AS u LIMIT -1", "Cure: give SKIP and LIMIT"),
    ],
)
def test_a_faulty_query_is_told_its_cure_and_no_exception(archkb: Archkb, small: Path, query: str, says: str) -> None:
    called = archkb("cypher", query, store=small)
    assert called.code == 2
    assert says in called.err
    assert "Exception" not in called.err
    assert "caused by" not in called.err


def test_names_the_graph_has_not_are_warned_of(archkb: Archkb, small: Path) -> None:
    called = archkb("cypher", "MATCH (a:Atention) RETURN a.path AS path", "--json", store=small)
    assert (called.code, called.json) == (0, [])
    assert called.err == "archkb: no node has the label Atention; did you mean Attention?\n"
    assert archkb("cypher", COUNT, store=small).err == ""
