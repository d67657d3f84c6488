"""A Neo4j server (5 or later, Community is enough) over Bolt."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from archkb.kb.errors import ReadOnlyError, StoreError
from archkb.kb.store.deadline import Deadlines, too_slow
from archkb.kb.store.engine import Params, Plan
from archkb.kb.store.port import Rows
from archkb.kb.store.query_errors import fault, no_memory, value_fault

Auth = tuple[str, str] | None

_EXPLAIN = "EXPLAIN "
_GRACE = 1.0
"""Seconds a server gets to cut a query off itself, before it is left alone with it."""
_TIMEOUTS = ("TransactionTimedOut", "Terminated", "LockClient")


class Neo4jEngine:
    """A :class:`archkb.kb.store.engine.Engine` on a server. `auth` is (user, password), or None for a server
    without.
    """

    wide_keys = False

    def __init__(self, uri: str, auth: Auth, *, read_only: bool = False) -> None:
        try:
            import neo4j
        except ImportError as error:
            raise StoreError(
                f"the driver of Neo4j cannot be imported ({error})", cure="`pip install --force-reinstall neo4j`"
            ) from error

        self.uri = _without_secrets(uri)
        self._database = urlsplit(uri).path.strip("/") or None
        self._read_only = read_only
        self._neo4j = neo4j
        logging.getLogger("neo4j").addHandler(logging.NullHandler())
        self._deadlines = Deadlines()
        with self._translated(None):
            self._driver = neo4j.GraphDatabase.driver(
                _without_path(uri), auth=auth, notifications_min_severity="OFF", connection_acquisition_timeout=15.0
            )

    def query(self, cypher: str, params: Params, limit: int | None, timeout: float | None) -> Rows:
        """Run a query with READ access, which the server enforces."""
        return self._deadlines.run(lambda: self._query(cypher, params, limit, timeout), timeout, grace=_GRACE)

    def plan(self, cypher: str, params: Params, timeout: float | None) -> Plan:
        """The operators of the server's EXPLAIN, and whether it calls the query anything but a read."""

        def work() -> Any:
            query: Any = self._neo4j.Query(_EXPLAIN + cypher, timeout=timeout)
            with self._translated(timeout, before=_EXPLAIN), self._session(read=True) as session:
                return session.run(query, dict(params)).consume()

        summary = self._deadlines.run(work, timeout, grace=_GRACE)
        return Plan(writes=summary.query_type != "r", operators=tuple(_operators(summary.plan or {})))

    @contextmanager
    def transaction(self) -> Iterator[_Transaction]:
        """Begin, then commit, or roll back where anything at all went wrong."""
        if self._read_only:
            raise StoreError("the store is open for reading", where=self.uri, cure="open it without read_only")
        with self._translated(None), self._session(read=False) as session, session.begin_transaction() as tx:
            yield _Transaction(tx)

    def define(self, statements: Sequence[str]) -> None:
        """Constraints and indexes, and wait until they are there. A server's settings are its owner's."""
        with self._translated(None), self._session(read=False) as session:
            for statement in statements:
                session.run(statement).consume()
            session.run("CALL db.awaitIndexes(300)").consume()

    def damage(self) -> None:
        """A server's files are its owner's to check."""

    def close(self) -> None:
        """Close the connections."""
        self._driver.close()

    def _session(self, *, read: bool) -> Any:
        access = self._neo4j.READ_ACCESS if read else self._neo4j.WRITE_ACCESS
        return self._driver.session(database=self._database, default_access_mode=access, fetch_size=2000)

    def _query(self, cypher: str, params: Params, limit: int | None, timeout: float | None) -> Rows:
        query: Any = self._neo4j.Query(cypher, timeout=timeout)
        with self._translated(timeout), self._session(read=True) as session:
            result = session.run(query, dict(params))
            columns = tuple(result.keys())
            found = list(result) if limit is None else result.fetch(limit + 1)
        kept = found if limit is None else found[:limit]
        return Rows(
            columns, tuple(tuple(_plain(v) for v in record.values()) for record in kept), len(kept) < len(found)
        )

    @contextmanager
    def _translated(self, timeout: float | None, *, before: str = "") -> Iterator[None]:
        """Turn the driver's errors into ours; none of them holds a password. `before` is what the query begins with."""
        errors = self._neo4j.exceptions
        try:
            yield
        except errors.AuthError as error:
            raise StoreError(
                "the server refused user or password",
                where=self.uri,
                cure="set ARCHKB_NEO4J_USER and ARCHKB_NEO4J_PASSWORD",
            ) from error
        except errors.Neo4jError as error:
            raise _refusal(error, self.uri, timeout, len(before)) from error
        except (errors.DriverError, OSError, ValueError) as error:
            raise _unanswered(error, self.uri) from error


class _Transaction:
    """An open transaction of a :class:`Neo4jEngine`."""

    def __init__(self, tx: Any) -> None:
        self._tx = tx

    def run(self, cypher: str, params: Params | None = None) -> list[tuple[Any, ...]]:
        """Run one statement, and its rows."""
        return [tuple(record.values()) for record in self._tx.run(cypher, dict(params or {}))]


def _refusal(error: Any, uri: str, timeout: float | None, before: int) -> StoreError:
    code = str(error.code or "")
    if "AccessMode" in code:
        return ReadOnlyError(
            "the query would write", cure="queries may only read; archkb ingest and archkb forget write"
        )
    if timeout is not None and any(part in code for part in _TIMEOUTS):
        return too_slow(timeout)
    said = str(error.message or error).split("\n", maxsplit=1)[0]
    if "OutOfMemory" in code or "heap space" in said:
        return no_memory()
    if code.startswith("Neo.ClientError.Statement"):
        return fault(said, before) or value_fault(said)
    return StoreError(said, where=uri, cure="see the server's log")


def _unanswered(error: Exception, uri: str) -> StoreError:
    """The error for a server that does not answer, or does not answer in TLS."""
    what = str(error).split("\n", maxsplit=1)[0].rstrip(" .:")
    scheme, _, rest = uri.partition("://")
    kind, _, tls = scheme.partition("+")
    if not tls:
        cure = "is the server up? docker compose up --wait"
    elif not any(isinstance(cause, ssl.SSLError) for cause in _causes(error)):
        cure = f"is the server up, and does it speak TLS? If it does not, use {kind}://{rest}"
    else:
        what = "the server does not answer in TLS, or its certificate is not trusted"
        own = f", or {kind}+ssc://{rest} for one that signed its own certificate" if tls == "s" else ""
        return StoreError(what, where=uri, cure=f"use {kind}://{rest} for a server without TLS{own}")
    return StoreError(f"no answer: {what}", where=uri, cure=cure)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error, and all that led to it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _operators(plan: Mapping[str, Any]) -> Iterator[str]:
    """Operator types of a plan with the details a guard needs, children included."""
    details = str(plan.get("args", {}).get("Details", ""))
    yield f"{str(plan.get('operatorType', '')).partition('@')[0]} {details}".strip()
    for child in plan.get("children", ()):
        yield from _operators(child)


def _without_path(uri: str) -> str:
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}" + (f"?{parts.query}" if parts.query else "")


def _without_secrets(uri: str) -> str:
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _plain(value: Any) -> Any:
    """Values a caller may have: a node or relationship becomes the map of its properties, a moment its ISO text."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "items"):
        return {key: _plain(item) for key, item in value.items()}
    return value.iso_format() if hasattr(value, "iso_format") else str(value)
