"""The store, written once for every engine that speaks Cypher: what to write and read, never how to connect."""

from __future__ import annotations

import difflib
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from archkb.kb import tables as kbtables
from archkb.kb.errors import NotFoundError, StoreError
from archkb.kb.store import guard, migrations, read_back, statements
from archkb.kb.store.deadline import TooSlowError, too_slow
from archkb.kb.store.engine import Engine, Transaction
from archkb.kb.store.port import Counts, Health, ModelInfo, Progress, Rows
from archkb.kb.tables import GraphTables

_LOOKS, _PAUSE = 6, 0.05
"""How often a model is read that changes meanwhile, and the seconds before it is read again; they double."""
_LEAST = 0.001
"""Seconds a query gets at least, where planning took all it had."""


class CypherStore:
    """A :class:`archkb.kb.store.port.Store` on one :class:`archkb.kb.store.engine.Engine`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.uri = engine.uri

    def prepare(self) -> None:
        """Bring the store to this program's schema; nothing happens where it is there already."""
        migrations.migrate(self._engine)

    def models(self) -> list[ModelInfo]:
        """The models it holds, by name."""
        return [ModelInfo(*row) for row in self.read(statements.MODELS).rows if None not in row[:2]]

    def replace(self, tables: GraphTables, progress: Progress | None = None) -> Counts:
        """Write one model whole in one transaction, in place of the model of that name if there is one."""
        kbtables.check(tables)
        if self._uids(tables.name) == [tables.uid]:
            return Counts(unchanged=True)
        with self._engine.transaction() as tx:
            tx.run(statements.TURN)
            old = [row[0] for row in tx.run(statements.FIND, {"name": tables.name})]
            if old == [tables.uid]:
                return Counts(unchanged=True)
            touched = _used_shared(tx, old)
            nodes, edges = _write(tx, tables, progress or _silent)  # before removing: faster on Neo4j
            removed = sum(_remove(tx, uid) for uid in old)
            joined, same = _link(tx, tables)
            removed += _sweep(tx, touched)
        return Counts(nodes, edges + joined, removed, same_as=tuple(same))

    def forget(self, name: str) -> Counts:
        """Remove one model whole, and the templates and rules that only it used."""
        uids = self._known(name)
        with self._engine.transaction() as tx:
            tx.run(statements.TURN)
            touched = _used_shared(tx, uids)
            removed = sum(_remove(tx, uid) for uid in uids) + _sweep(tx, touched)
        return Counts(removed_nodes=removed)

    def read(
        self,
        cypher: str,
        params: Mapping[str, Any] | None = None,
        *,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> Rows:
        """Run a query of the program's own, read-only."""
        return self._engine.query(cypher, params or {}, limit, timeout)

    def ask(
        self, cypher: str, params: Mapping[str, Any] | None = None, *, limit: int = 10_000, timeout: float = 30.0
    ) -> Rows:
        """Run a stranger's query: ReadOnlyError for anything that writes or reaches outside the graph."""
        text, values = guard.check_text(cypher), params or {}
        guard.check_patterns(text, values)
        start = time.monotonic()
        try:
            guard.check_plan(self._engine.plan(text, values, timeout))
            left = max(_LEAST, timeout - (time.monotonic() - start))
            return self._engine.query(text, values, limit, left)
        except TooSlowError:
            raise too_slow(timeout) from None

    def load(self, name: str) -> GraphTables:
        """The model's tables back, equal to what `replace` was given but for the order of rows.

        A server shows a commit to its readers piece by piece, so what was read is checked, and read again if need be:
        it must be all the model says it has. What is twice the same and is not is damaged: StoreError.
        """
        before = None
        for look in range(_LOOKS):
            uid = self._known(name)[0]
            tables = read_back.read_back(self.read, uid)
            if tables is not None and self._uids(name) == [uid]:
                wrong = read_back.missing(tables)
                if not wrong:
                    return tables
                if tables == before:
                    raise _damaged(self.uri, name, wrong)
            before = tables
            time.sleep(_PAUSE * 2**look)
        raise StoreError(f"{name!r} was replaced while it was read", where=self.uri, cure="ask again")

    def health(self) -> Health:
        """Read all of it, and say what is damaged."""
        files = self._engine.damage()
        held = [dict(self.read(statements.count_all(label)).rows) for label in statements.COUNTED]
        faults = list(files or ())
        models = self.read(statements.SIZES).rows
        for uid, name, *said in models:
            if uid is None:
                faults.append("a model without a name: its properties are gone")
                continue
            wrong = self._miscounted(uid, said) or read_back.miscounted(
                (said[0], said[1]), (held[0].get(uid, 0), held[1].get(uid, 0))
            )
            faults += [f"{name}: {wrong}"] if wrong else []
        strays = {uid for counts in held for uid in counts} - {row[0] for row in models}
        faults += [f"{uid}: parts of a model that is not there" for uid in sorted(map(str, strays))]
        return Health(tuple(faults), files is not None)

    def check(self, name: str) -> None:
        """StoreError where the model of that name has not as many tensors and modules as it says."""
        for uid, known, *said in self.read(statements.SIZES).rows:
            wrong = self._miscounted(uid, said) if known == name else ""
            if wrong:
                raise _damaged(self.uri, name, wrong)

    def _miscounted(self, uid: str, said: Sequence[int | None]) -> str:
        held = [int(self.read(statements.count_of(x), {"uid": uid}).rows[0][0]) for x in statements.COUNTED]
        return read_back.miscounted((said[0], said[1]), (held[0], held[1]))

    def close(self) -> None:
        """Release the store."""
        self._engine.close()

    def _uids(self, name: str) -> list[str]:
        return [row[0] for row in self.read(statements.FIND, {"name": name}).rows]

    def _known(self, name: str) -> list[str]:
        uids = self._uids(name)
        if not uids:
            time.sleep(_PAUSE)
            uids = self._uids(name)
        if not uids:
            names = [model.name for model in self.models()]
            near = difflib.get_close_matches(name, names, n=3, cutoff=0.4)
            raise NotFoundError(f"no model is named {name!r}", near=near, cure="archkb models lists what is there")
        return uids


def _damaged(uri: str, name: str, wrong: str) -> StoreError:
    return StoreError(
        f"{name!r} is damaged: {wrong}", where=uri, cure="`archkb doctor` reads all of the store; ingest the model anew"
    )


def _silent(what: str, done: int, total: int) -> None:
    """Progress nobody asked for."""


def _run_rows(tx: Transaction, cypher: str, rows: Sequence[Any], what: str, tick: Callable[[int], None]) -> None:
    """Send rows in batches, and make sure that each of them did something."""
    for start in range(0, len(rows), statements.ROWS):
        batch = list(rows[start : start + statements.ROWS])
        [(done,)] = tx.run(cypher, {"rows": batch})
        if done != len(batch):
            raise StoreError(
                f"{len(batch)} rows of {what} were sent, {done} were written", cure="nothing was kept; send it again"
            )
        tick(len(batch))


def _write(tx: Transaction, tables: GraphTables, progress: Progress) -> tuple[int, int]:
    """Create all nodes, then all relationships; how many of each."""
    n_nodes = sum(len(t.rows) for t in tables.nodes)
    n_edges = sum(len(t.rows) for t in tables.edges)
    done = 0

    def tick(count: int) -> None:
        nonlocal done
        done += count
        progress("writing", done, n_nodes + n_edges)

    for node in tables.nodes:
        _run_rows(tx, statements.create_nodes(node), node.rows, node.primary, tick)
    for edge in tables.edges:
        _run_rows(tx, statements.create_edges(edge), edge.rows, edge.type, tick)
    return n_nodes, n_edges


def _link(tx: Transaction, tables: GraphTables) -> tuple[int, list[str]]:
    """Join the model to those it belongs with; how many relationships, and 'name (basis)' of its equals."""
    from archkb.kb.store import model_relations  # late: a read needs no relations to be found

    found, same = model_relations.find(tx, tables)
    for table in model_relations.tables_of(found):
        _run_rows(tx, statements.create_edges(table), table.rows, table.type, lambda _: None)
    return len(found), same


def _remove(tx: Transaction, uid: str) -> int:
    """Delete all nodes of a model; how many."""
    removed = 0
    for label in statements.OWNED:
        while True:
            [(count,)] = tx.run(statements.drop_nodes(label), {"uid": uid, "limit": statements.ROWS})
            removed += count
            if count < statements.ROWS:
                break
    [(count,)] = tx.run(statements.DROP_MODEL, {"uid": uid})
    return removed + int(count)


def _used_shared(tx: Transaction, uids: Sequence[str]) -> list[list[str]]:
    """For each relation to shared nodes, the uids these models use."""
    return [
        sorted({row[0] for uid in uids for row in tx.run(statements.used_shared(relation), {"uid": uid})})
        for relation in statements.TO_SHARED
    ]


def _sweep(tx: Transaction, touched: Sequence[Sequence[str]]) -> int:
    """Delete those shared nodes nothing uses any more; how many."""
    removed = 0
    for relation, uids in zip(statements.TO_SHARED, touched, strict=True):
        for start in range(0, len(uids), statements.ROWS):
            [(count,)] = tx.run(statements.drop_unused(relation), {"rows": list(uids[start : start + statements.ROWS])})
            removed += int(count)
    return removed
