"""Stores for tests: `store` is every kind of them, `embedded_store` a folder, `neo4j_uri` a server.

The server is the first there is of: ARCHKB_TEST_NEO4J (its address, with ARCHKB_NEO4J_USER and
ARCHKB_NEO4J_PASSWORD), Docker through testcontainers, Java >= 17 with Maven. Without any, its half is skipped with
one loud line, and fails where CI=true.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from archkb.kb.store import Store, open_store
from tests import neo4j_server
from tests.neo4j_server import Server

IMAGE = "neo4j:5.26-community"
_missing: list[str] = []

STORES = ("embedded", pytest.param("neo4j", marks=pytest.mark.server))


def pytest_configure(config: pytest.Config) -> None:
    """One server a run: xdist keeps the tests that need it in one worker."""
    if getattr(config.option, "dist", "no") == "load":
        config.option.dist = "loadgroup"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what asks for the server, also through another fixture."""
    for item in items:
        direct = "neo4j_uri" in getattr(item, "fixturenames", ()) and "store" not in getattr(item, "fixturenames", ())
        if direct:
            item.add_marker(pytest.mark.server)
        if item.get_closest_marker("server") and config.pluginmanager.hasplugin("xdist"):
            item.add_marker(pytest.mark.xdist_group("server"))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say it once, and loudly."""
    if _missing:
        terminalreporter.write_sep("!", f"Neo4j tests were SKIPPED: {_missing[0]}", red=True, bold=True)


@pytest.fixture(scope="session")
def neo4j_uri() -> Iterator[str]:
    """The address of a Neo4j that the tests may empty; user and password are in the environment."""
    with _server() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("ARCHKB_NEO4J_USER", server.user)
        patch.setenv("ARCHKB_NEO4J_PASSWORD", server.password)
        yield server.uri


@pytest.fixture
def neo4j_empty(neo4j_uri: str) -> Iterator[str]:
    """The server with nothing in it at all, not even its schema; and left like that."""
    wipe(neo4j_uri, schema=True)
    yield neo4j_uri
    wipe(neo4j_uri, schema=True)


@pytest.fixture
def embedded_uri(tmp_path: Path) -> str:
    """The address of an embedded store that does not exist yet."""
    return str(tmp_path / "store")


@pytest.fixture
def embedded_store(embedded_uri: str) -> Iterator[Store]:
    """An empty embedded store."""
    store = open_store(embedded_uri)
    yield store
    store.close()


@pytest.fixture(params=STORES)
def store_uri(request: pytest.FixtureRequest) -> str:
    """The address of an empty store, of each kind in turn."""
    if request.param == "embedded":
        return str(request.getfixturevalue("embedded_uri"))
    uri = str(request.getfixturevalue("neo4j_uri"))
    wipe(uri)
    return uri


@pytest.fixture
def store(store_uri: str) -> Iterator[Store]:
    """An empty store, of each kind in turn."""
    store = open_store(store_uri)
    yield store
    store.close()


def wipe(uri: str, *, schema: bool = False) -> None:
    """Delete all nodes; with `schema`, the record of it, its constraints and its indexes too."""
    import neo4j

    auth = (os.environ["ARCHKB_NEO4J_USER"], os.environ["ARCHKB_NEO4J_PASSWORD"])
    with neo4j.GraphDatabase.driver(uri, auth=auth) as driver, driver.session() as session:
        kept = "" if schema else "WHERE NOT n:Meta "
        session.run(f"MATCH (n) {kept}CALL (n) {{ DETACH DELETE n }} IN TRANSACTIONS OF 10000 ROWS").consume()
        if schema:
            for name in session.run("SHOW CONSTRAINTS YIELD name").value():
                session.run(f"DROP CONSTRAINT `{name}`").consume()
            for name in session.run("SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name").value():
                session.run(f"DROP INDEX `{name}`").consume()


@contextmanager
def _server() -> Iterator[Server]:
    """The first server there is."""
    given = os.environ.get("ARCHKB_TEST_NEO4J")
    if given:
        yield _emptied(Server(given, os.environ.get("ARCHKB_NEO4J_USER", "neo4j"), os.environ["ARCHKB_NEO4J_PASSWORD"]))
    elif _docker_engine():
        with _container() as server:
            yield server
    elif not (why := neo4j_server.java_home_ready()):
        with neo4j_server.running() as server:
            yield server
    else:
        _missing.append(f"no ARCHKB_TEST_NEO4J, no Docker engine, {why}")
        if os.environ.get("CI") == "true":
            pytest.fail(f"a CI run needs a Neo4j: {_missing[0]}")
        pytest.skip(_missing[0])


def _emptied(server: Server) -> Server:
    """Refuse a server that holds something: the tests delete everything."""
    import neo4j

    with neo4j.GraphDatabase.driver(server.uri, auth=(server.user, server.password)) as driver:
        count = driver.execute_query("MATCH (n) WHERE NOT n:Meta RETURN count(n) AS n").records[0]["n"]
    if count and os.environ.get("ARCHKB_TEST_NEO4J_WIPE") != "1":
        pytest.fail(
            f"{server.uri} holds {count} nodes, and the tests would delete them; allow it with ARCHKB_TEST_NEO4J_WIPE=1"
        )
    return server


def _docker_engine() -> bool:
    if not shutil.which("docker"):
        return False
    return subprocess.run(["docker", "info"], capture_output=True, timeout=30, check=False).returncode == 0


@contextmanager
def _container() -> Iterator[Server]:
    from testcontainers.neo4j import Neo4jContainer

    container = Neo4jContainer(IMAGE, password="tests-only").with_env(
        "NEO4J_dbms_security_allow__csv__import__from__file__urls", "false"
    )
    with container:
        yield Server(container.get_connection_url(), "neo4j", "tests-only")
