"""ArcadeDB in this process: a folder is the store, no server is needed.

.archkb/
  archkb-store   whose folder it is (archkb.kb.store.store_folder)
  db/            the engine's files
  sums.json      what they were when they were last closed (archkb.kb.store.checksums)
  log/           the engine's log, never the terminal
  lock, turn     archkb.kb.store.lock
  holders/       who has it open
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from archkb.kb.errors import StoreError
from archkb.kb.store import checksums
from archkb.kb.store import store_folder as folders
from archkb.kb.store.arcade_fault import TIMEOUT_MS, translated
from archkb.kb.store.arcade_library import load, own_thread
from archkb.kb.store.deadline import Deadlines
from archkb.kb.store.engine import Params, Plan
from archkb.kb.store.lock import Lock, released_on_error
from archkb.kb.store.port import Rows

_CLOSED = (
    "ALTER DATABASE `arcadedb.opencypher.loadCsv.allowFileUrls` false",
    "ALTER DATABASE `arcadedb.opencypher.loadCsv.allowRemoteUrls` false",
    f"ALTER DATABASE `arcadedb.command.timeout` {TIMEOUT_MS}",
)
_LIFTED = "ALTER DATABASE `arcadedb.command.timeout` 0"
_LANGUAGE = "opencypher"


class ArcadeEngine:
    """A :class:`archkb.kb.store.engine.Engine` on a folder. Several may read at once, or one may write."""

    wide_keys = True

    def __init__(self, folder: Path, *, read_only: bool = False, wait: float = 5.0) -> None:
        self.uri = str(folder)
        # the engine's working folder is the one the process had when its library was loaded
        self._folder, self._read_only = folder.absolute(), read_only
        if not read_only:
            folders.make(folder)
        elif not folders.is_store(folder):
            raise _nothing(self.uri)
        self._deadlines = Deadlines()
        self._lifted = False
        library = load(folder, read_only=read_only)  # before the lock: nobody waits for that
        self._lock = Lock(folder, wait)
        self._lock.acquire(shared=read_only)
        with released_on_error(self._lock.release):
            checksums.check(folder)
            if not folders.has_database(folder) and read_only:
                raise _nothing(self.uri)
            self._db = self._open(library)

    def query(self, cypher: str, params: Params, limit: int | None, timeout: float | None) -> Rows:
        """Run a query by the engine's `query()`, which refuses whatever is not idempotent."""

        def work() -> Rows:
            if timeout is None:
                return self._query(cypher, params, limit)
            with own_thread():
                return self._query(cypher, params, limit)

        if timeout is not None and not self._deadlines.overdue:
            self._lift_timeout(False)
        return self._deadlines.run(work, timeout)

    def plan(self, cypher: str, params: Params, timeout: float | None) -> Plan:
        """The steps of the engine's EXPLAIN. It does not look into subqueries, and does not say whether it writes."""

        def work() -> str:
            with own_thread():
                return self._explain(cypher, params)

        text = self._explain(cypher, params) if timeout is None else self._deadlines.run(work, timeout)
        steps = tuple(line[2:].strip() for line in map(str.strip, text.splitlines()) if line.startswith("+ "))
        return Plan(writes=False, operators=steps)

    @contextmanager
    def transaction(self) -> Iterator[_Transaction]:
        """Begin, then commit, or roll back where anything at all went wrong."""
        if self._read_only:
            raise StoreError("the store is open for reading", where=self.uri, cure="open it without read_only")
        with _translated(self.uri):
            self._lift_timeout(True)
            try:
                self._db.begin()
                yield _Transaction(self._db)
                self._db.commit()
            except BaseException:
                with suppress(Exception):  # the first error is the one to tell; on a full disk more follow
                    if self._db.is_transaction_active():
                        self._db.rollback()
                raise

    def _lift_timeout(self, lifted: bool) -> None:
        """Let statements take as long as they need, or not. The database keeps it on its disk, which takes as long as a
        small transaction: so it is lifted from the first one until a query with a deadline comes, or to the end.
        """
        if self._lifted != lifted:
            self._db.command("sql", _LIFTED if lifted else _CLOSED[-1])
            self._lifted = lifted

    def define(self, statements: Sequence[str]) -> None:
        """Close LOAD CSV and set the timeout, which the database keeps; then constraints and indexes."""
        with _translated(self.uri):
            for sql in _CLOSED:
                self._db.command("sql", sql)
            for statement in statements:
                self._db.command(_LANGUAGE, statement)

    def close(self) -> None:
        """Close the database and give the lock back. One with a query that cannot be stopped is left to the exit."""
        if self._deadlines.overdue:
            self._db._closed = True  # or its finaliser would wait for the query
        with suppress(Exception):
            if not self._deadlines.overdue:
                self._lift_timeout(False)
        with suppress(Exception):
            self._db.close()
            if not self._read_only:
                checksums.write(self._folder)
        self._lock.release()

    def damage(self) -> list[str] | None:
        """What is wrong with the files, all of them read; None where nobody recorded what they were."""
        return checksums.damage(self._folder, contents=True) if checksums.recorded(self._folder) else None

    def _open(self, arcadedb: Any) -> Any:
        path = str(self._folder / "db")
        if self._read_only:
            try:
                return arcadedb.open_database(path, read_only=True)
            except arcadedb.ArcadeDBError as error:
                if "needs recovery" not in str(error):
                    raise translated(self.uri, error) from error
            self._recover(arcadedb, path)
        with _translated(self.uri):
            if self._read_only:
                return arcadedb.open_database(path, read_only=True)
            fresh = not arcadedb.database_exists(path)
            checksums.drop(self._folder)
            db = arcadedb.create_database(path) if fresh else arcadedb.open_database(path)
            db.set_wal_flush("yes_full")
            return db

    def _recover(self, arcadedb: Any, path: str) -> None:
        """A writer was killed: open for writing once, alone, so that the engine undoes what was half done."""
        self._lock.acquire(shared=False)
        with _translated(self.uri):
            checksums.drop(self._folder)
            db = arcadedb.open_database(path)
            db.command("sql", _CLOSED[-1])
            db.close()
            checksums.write(self._folder)
        self._lock.acquire(shared=True)

    def _query(self, cypher: str, params: Params, limit: int | None) -> Rows:
        with _translated(self.uri, query=True):
            result = self._db.query(_LANGUAGE, cypher, dict(params)) if params else self._db.query(_LANGUAGE, cypher)
            maps = result.iter_dicts()
            rows = list(maps if limit is None else itertools.islice(maps, limit + 1))
            result.close()
        if not rows:
            return Rows(_columns(self._explain(cypher, params)), ())
        columns = tuple(rows[0])
        kept = rows if limit is None else rows[:limit]
        return Rows(columns, tuple(tuple(_plain(row.get(c)) for c in columns) for row in kept), len(kept) < len(rows))

    def _explain(self, cypher: str, params: Params) -> str:
        with _translated(self.uri, query=True):
            [row] = self._db.query(_LANGUAGE, f"EXPLAIN {cypher}", dict(params)).to_list()
        return str(row["executionPlanAsString"])


class _Transaction:
    """An open transaction of an :class:`ArcadeEngine`."""

    def __init__(self, db: Any) -> None:
        self._db = db

    def run(self, cypher: str, params: Params | None = None) -> list[tuple[Any, ...]]:
        """Run one statement, and its rows."""
        result = self._db.command(_LANGUAGE, cypher, dict(params or {}))
        return [tuple(_plain(value) for value in row.values()) for row in result.to_list()]


def _nothing(uri: str) -> StoreError:
    return StoreError("no store is there", where=uri, cure="archkb ingest FILE makes one")


@contextmanager
def _translated(uri: str, *, query: bool = False) -> Iterator[None]:
    """Turn the engine's errors into ours; `query` where they may be the query's fault."""
    try:
        yield
    except Exception as error:
        if type(error).__name__ != "ArcadeDBError":
            raise
        raise translated(uri, error, query=query) from error


def _columns(plan: str) -> tuple[str, ...]:
    """Column names from an EXPLAIN, for an answer without rows: `+ FINAL PROJECTION [a, b]`.

    >>> _columns("+ FINAL PROJECTION [a, count(b, c)]")
    ('a', 'count(b, c)')
    """
    found = re.findall(r"^\s*\+ FINAL PROJECTION \[(.*)\]", plan, re.MULTILINE)
    names: list[str] = [""]
    depth = 0
    for char in found[-1] if found else "":
        depth += (char in "([{") - (char in ")]}")
        if char == "," and depth == 0:
            names.append("")
        else:
            names[-1] += char
    return tuple(name.strip() for name in names if name.strip())


def _plain(value: Any) -> Any:
    """Values a caller may have: a node or relationship becomes the map of its properties, a moment its ISO text."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items() if not str(key).startswith("@")}
    if isinstance(value, Sequence):
        return [_plain(item) for item in value]
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
