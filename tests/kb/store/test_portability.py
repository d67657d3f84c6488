"""The Cypher both stores agree on: 187 cases, measured on two releases of Neo4j."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from archkb.kb.store import Store, open_store
from archkb.kb.store.arcade import ArcadeEngine
from archkb.kb.store.cypher_store import CypherStore
from tests.stores import wipe

FILE = Path(os.environ.get("ARCHKB_SHARED", Path(__file__).parents[4] / "shared")) / "portability" / "cypher_cases.json"
GAPS = {
    "index_fulltext": "ArcadeDB has no CREATE FULLTEXT INDEX",
    "return_star": "ArcadeDB orders the columns of RETURN * otherwise",
}
Run = Callable[[str, dict[str, Any]], list[list[Any]]]

SUITE: dict[str, Any] = json.loads(FILE.read_text("utf-8")) if FILE.exists() else {"fixture": [], "cases": []}


def params_of(case: dict[str, Any]) -> dict[str, Any]:
    return {
        k: date.fromisoformat(v["$date"]) if isinstance(v, dict) and "$date" in v else v
        for k, v in case["params"].items()
    }


def normal(value: Any) -> Any:
    """Nodes as their properties, floats to ten digits, moments as text: what can be compared across drivers."""
    if isinstance(value, float):
        return round(value, 10)
    if isinstance(value, dict):
        return {k: normal(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [normal(v) for v in value]
    return value


def test_every_case_is_there(shared: Path) -> None:
    assert (shared / "portability").is_dir()
    assert len(SUITE["cases"]) == 187
    assert {case["id"] for case in SUITE["cases"] if not case["arcadedb"]} == set(GAPS)


class Bench:
    """One store with the suite's graph, built again after a case that changed it."""

    def __init__(self, store: Store, raw: Run, wipe: Callable[[], None]) -> None:
        self._store, self._raw, self._wipe = store, raw, wipe
        self._dirty = True

    def rows(self, case: dict[str, Any]) -> list[list[Any]]:
        """The rows of a case; a read goes through the store, what writes goes to the engine itself."""
        if self._dirty:
            self._wipe()
            for statement in SUITE["fixture"]:
                self._raw(statement, {})
        self._dirty = bool(case["setup"]) or case["group"] in ("write", "schema")
        for statement in case["setup"]:
            self._raw(statement, {})
        if self._dirty:
            return self._raw(case["cypher"], params_of(case))
        return [list(row) for row in self._store.read(case["cypher"], params_of(case)).rows]


@pytest.fixture(scope="module")
def embedded_bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    engine = ArcadeEngine(tmp_path_factory.mktemp("cases"))

    def raw(cypher: str, params: dict[str, Any]) -> list[list[Any]]:
        return [list(row.values()) for row in engine._db.command("opencypher", cypher, params).to_list()]

    yield Bench(CypherStore(engine), raw, lambda: raw("MATCH (n) DETACH DELETE n", {}) and None)
    engine.close()


@pytest.fixture(scope="module")
def server_bench(neo4j_uri: str) -> Iterator[Bench]:
    import neo4j

    wipe(neo4j_uri, schema=True)
    store = open_store(neo4j_uri, read_only=True)
    auth = (os.environ["ARCHKB_NEO4J_USER"], os.environ["ARCHKB_NEO4J_PASSWORD"])
    with neo4j.GraphDatabase.driver(neo4j_uri, auth=auth) as driver, driver.session() as session:

        def raw(cypher: str, params: dict[str, Any]) -> list[list[Any]]:
            return [
                [v.iso_format() if hasattr(v, "iso_format") else v for v in r.values()]
                for r in session.run(cypher, params)
            ]

        yield Bench(store, raw, lambda: wipe(neo4j_uri, schema=True))
    store.close()
    wipe(neo4j_uri, schema=True)


def check(bench: Bench, case: dict[str, Any]) -> None:
    rows, expected = normal(bench.rows(case)), normal(case["expect"])
    if not case["ordered"]:
        rows, expected = sorted(rows, key=repr), sorted(expected, key=repr)
    assert rows == expected


def _embedded_param(case: dict[str, Any]) -> Any:
    marks = [pytest.mark.xfail(reason=GAPS[case["id"]], strict=True)] if case["id"] in GAPS else []
    return pytest.param(case, id=case["id"], marks=marks)


@pytest.mark.parametrize("case", [_embedded_param(case) for case in SUITE["cases"]])
def test_case_on_the_embedded_store(embedded_bench: Bench, case: dict[str, Any]) -> None:
    check(embedded_bench, case)


@pytest.mark.server
@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in SUITE["cases"]])
def test_case_on_neo4j(server_bench: Bench, case: dict[str, Any]) -> None:
    check(server_bench, case)
