"""Strangers may read the graph, and nothing else: every way we know of to do more, on both stores."""

from __future__ import annotations

import pytest

from archkb.kb.errors import ReadOnlyError, StoreError
from archkb.kb.store import Store, guard
from archkb.kb.store.engine import Plan
from tests.tables import model_tables

WRITES = r"""
CREATE (n:X)
INSERT (n:X)
MERGE (n:X {uid: 'q'})
MATCH (n) SET n.x = 1
MATCH (n) SET n += {x: 1}
MATCH (n) SET n = {uid: 'x'}
MATCH (n) SET n:Y
MATCH (n) SET n['x'] = 1
MATCH (n) REMOVE n.uid
MATCH (n) REMOVE n:Model
MATCH (n) DETACH DELETE n
MATCH ()-[r]->() DELETE r
MATCH (n) FOREACH (x IN [1] | CREATE (:X))
FOREACH (x IN [1] | CREATE (:X))
MATCH (n) CALL (n) { SET n.x = 1 } RETURN 1 AS a
MATCH (n) CALL (n) { CREATE (:X) } IN TRANSACTIONS OF 1 ROWS RETURN 1 AS a
CALL { CREATE (:X) } IN 2 CONCURRENT TRANSACTIONS RETURN 1 AS a
RETURN 1 AS a UNION CREATE (n:X) RETURN 1 AS a
MATCH (a:Model), (b:Model) CREATE (a)-[:SAME_AS]->(b)
MATCH (n) WITH n LIMIT 1 MERGE (m:X) ON CREATE SET m.a = 1 ON MATCH SET m.b = 1 RETURN m
/* MATCH */ CREATE (n:X)
CREATE INDEX FOR (n:X) ON (n.y)
DROP INDEX foo
CREATE CONSTRAINT FOR (n:X) REQUIRE n.y IS UNIQUE
RETURN 1 AS a; MATCH (n) DETACH DELETE n
EXPLAIN CREATE (n:X)
PROFILE CREATE (n:X)
CYPHER 5 MATCH (n) DETACH DELETE n
CYPHER 25 CREATE (n:X)
CALL db.createLabel('X')
""".strip().splitlines()

REACHES = r"""
LOAD CSV FROM 'file:///etc/passwd' AS l RETURN l
LOAD CSV WITH HEADERS FROM 'http://127.0.0.1:1/' AS l RETURN l
UNWIND [1] AS x LOAD CSV FROM 'file:///etc/passwd' AS l RETURN l
UNWIND [1] AS x LOAD /* */ CSV FROM 'file:///etc/passwd' AS l RETURN l
MATCH (n) CALL (n) { LOAD CSV FROM 'file:///etc/passwd' AS l RETURN l } RETURN l
CALL { LOAD CSV FROM 'http://127.0.0.1:1/' AS l RETURN l } RETURN l
RETURN EXISTS { LOAD CSV FROM 'file:///etc/passwd' AS l RETURN l } AS x
RETURN COLLECT { LOAD CSV FROM 'file:///etc/passwd' AS l RETURN l } AS x
RETURN 1 AS a UNION LOAD CSV FROM 'file:///etc/passwd' AS a RETURN a
\u004cOAD CSV FROM 'file:///etc/passwd' AS l RETURN l
UNWIND [1] AS x \u004c\u004fAD CSV FROM 'file:///etc/passwd' AS l RETURN l
RETURN 'a\u0027 AS a UNION LOAD CSV FROM "file:///etc/passwd" AS a RETURN a //'
CALL apoc.load.json('file:///etc/passwd') YIELD value RETURN value
CALL `apoc`.`load`.`json`('file:///etc/passwd') YIELD value RETURN value
CALL apoc . load . json('x')
OPTIONAL CALL apoc.load.json('x') YIELD value RETURN value
MATCH (n) CALL { CALL dbms.listConfig() YIELD name RETURN name } RETURN name
CALL dbms.listConfig() YIELD name RETURN name
CALL db.clearQueryCaches()
CALL dbms.components()
CALL tx.setMetaData({a: 1})
CALL algo.pagerank()
SHOW SETTINGS
SHOW TRANSACTIONS
SHOW USERS
SHOW PROCEDURES YIELD name
TERMINATE TRANSACTIONS 'neo4j-transaction-1'
ALTER CURRENT USER SET PASSWORD FROM 'a' TO 'b'
CREATE USER x SET PASSWORD 'abcdefgh'
ALTER DATABASE `arcadedb.command.timeout` 0
USE system MATCH (n) RETURN n
CALL { USE neo4j MATCH (n) RETURN n } RETURN n
RETURN 1 AS n UNION USE neo4j MATCH (n) RETURN n
RETURN 1 AS n UNION ALL USE neo4j RETURN 2 AS n
RETURN 1 AS n UNION DISTINCT USE `neo4j` RETURN 2 AS n
RETURN 1 AS n NEXT USE neo4j RETURN n
RETURN EXISTS { USE neo4j MATCH (n) RETURN n } AS n
CYPHER runtime=slotted MATCH (n) RETURN n
RETURN apoc.static.get('x') AS x
RETURN {a: apoc.util.sleep(1)} AS x
RETURN [i IN [1] | apoc.util.sleep(1)] AS x
RETURN [1, 2][0..apoc.util.sleep(1)] AS x
RETURN `apoc`.`util`.`sleep`(1) AS x
// nothing
""".strip().splitlines()

READS = [
    "MATCH (n:Module {kind: 'Attention'}) RETURN count(n) AS n",
    "MATCH (m:Model)-[:CONTAINS*1..12]->(a:Attention {attends: 'self'}) RETURN count(DISTINCT a) AS n;",
    "RETURN 'LOAD CSV; CREATE (x) CALL a.b()' AS text // CALL dbms.x()",
    "MATCH (n) WHERE n.name <> 'it\\'s' OR n.`load csv` = \"'\" RETURN n.call AS call, n.use AS use LIMIT 1",
    "OPTIONAL MATCH (n:Nope) RETURN n.uid AS uid",
    "WITH 1 AS use RETURN DISTINCT use AS x, CASE WHEN use = 1 THEN use ELSE use END AS y UNION ALL RETURN 1 AS x, 2"
    " AS y",
    "MATCH (n) WHERE n.name =~ '(?i).*[a(+)+]+\\\\d+(?:blocks|attn)?.*' OR n.uid =~ '.+' "
    "RETURN n.case AS case, n.end AS end",
    "UNWIND [1, 2] AS x WITH x WHERE x > 1 RETURN x, {call: x, load: 1} AS m",
    "MATCH (n:Module) CALL (n) { MATCH (n)-[:HAS_TENSOR]->(t) RETURN count(t) AS k } RETURN sum(k) AS n",
    "CALL db.labels() YIELD label RETURN label ORDER BY label",
    "RETURN duration.between(date('2020-01-01'), date('2021-01-01')) AS d",
    "MATCH p = (:Model)-[:CONTAINS*1..2]->() RETURN [x IN nodes(p) | x.name] AS names, length(p) AS n LIMIT 2",
    r"RETURN 'caf\u00e9 \\' AS text",
]


@pytest.fixture
def filled(store: Store) -> Store:
    store.replace(model_tables())
    return store


def snapshot(store: Store) -> object:
    nodes = store.read("MATCH (n) RETURN labels(n) AS labels, properties(n) AS props ORDER BY n.uid").rows
    return [(sorted(labels), props) for labels, props in nodes], store.read(
        "MATCH ()-[r]->() RETURN count(r) AS n"
    ).rows


@pytest.mark.parametrize("group", ["writes", "reaches"])
def test_writing_and_reaching_outside_is_refused(filled: Store, group: str) -> None:
    before = snapshot(filled)
    refused = []

    for query in WRITES if group == "writes" else REACHES:
        with pytest.raises(ReadOnlyError) as caught:
            filled.ask(query)
        assert caught.value.cure, query
        refused.append(query)

    assert len(refused) == len(WRITES if group == "writes" else REACHES)
    assert snapshot(filled) == before


def test_the_engine_alone_refuses_to_write(filled: Store) -> None:
    before = snapshot(filled)

    for query in WRITES[:20]:
        with pytest.raises(StoreError):
            filled.read(query)

    assert snapshot(filled) == before


def test_the_store_alone_keeps_files_closed(filled: Store) -> None:
    for query in REACHES[:6]:
        with pytest.raises(StoreError) as caught:
            filled.read(query)
        assert "root:" not in str(caught.value)


@pytest.mark.parametrize("query", READS)
def test_reading_is_allowed(filled: Store, query: str) -> None:
    assert len(filled.ask(query).rows) > 0


@pytest.mark.parametrize("query", WRITES[20:] + REACHES)
def test_the_words_alone_are_enough_to_refuse(query: str) -> None:
    with pytest.raises(ReadOnlyError):
        guard.check_text(query)


@pytest.mark.parametrize("query", READS)
def test_the_words_of_a_read_pass(query: str) -> None:
    assert guard.check_text(query) == query.strip().removesuffix(";")


@pytest.mark.parametrize(
    "operator",
    [
        "LoadCSV l",
        "LOAD CSV FROM 'x' AS l",
        "ProcedureCall apoc.load.json($a) :: (x :: MAP)",
        "ShowSettings",
        "TerminateTransactions",
    ],
)
def test_an_operator_that_leaves_the_graph_is_named(operator: str) -> None:
    with pytest.raises(ReadOnlyError, match=operator.split()[0]):
        guard.check_plan(Plan(writes=False, operators=("ProduceResults n", operator)))


def test_listed_procedures_pass_the_plan() -> None:
    guard.check_plan(
        Plan(writes=False, operators=("ProduceResults label", "ProcedureCall db.labels() :: (label :: STRING)"))
    )


def test_the_writing_operator_is_named() -> None:
    with pytest.raises(ReadOnlyError, match="SetProperty"):
        guard.check_plan(Plan(writes=True, operators=("ProduceResults", "EmptyResult", "SetProperty n.x = 1")))
