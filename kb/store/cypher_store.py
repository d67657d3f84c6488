"""The store, written once for every engine that speaks Cypher: what to write and read, never how to connect."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from archkb.kb import tables as kbtables
from archkb.kb.errors import NotFoundError, StoreError
from archkb.kb.near_misses import nearest
from archkb.kb.relations.known_columns import FACTS
from archkb.kb.store import guard, migrations, read_back, removal, statements, store_health, writing
from archkb.kb.store.deadline import TooSlowError, too_slow
from archkb.kb.store.engine import Engine
from archkb.kb.store.port import Counts, Freed, Health, ModelInfo, Progress, Rows
from archkb.kb.tables import GraphTables, KnownStructure

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
        """Write one model whole in one transaction, in place of the model of that name if there is one.

        A structure that is there is not written again. MissingStructureError where it neither is there nor given.
        """
        from archkb.kb.store import model_relations  # late: a read needs no relations to be found

        kbtables.check(tables)
        if self._uids(tables.name) == [tables.uid]:
            return Counts(unchanged=True)
        with self._engine.transaction() as tx:
            tx.run(statements.TURN)
            old = [removal.Owner(*row) for row in tx.run(statements.FIND, {"name": tables.name})]
            if [one.uid for one in old] == [tables.uid]:
                return Counts(unchanged=True)
            leaving = removal.plan(tx, old, keep=tables)
            nodes, edges = writing.write(tx, writing.lacking(tx, tables), progress)  # before removing: faster on Neo4j
            removed = removal.remove(tx, leaving)
            facts = [tables.model[name] for name in FACTS]
            edges += model_relations.relate(tx, tables.uid, tables.structure, facts)
            edges += sum(model_relations.let_others_speak(tx, structure) for structure in leaving.silenced)
            same = model_relations.equals(tx, tables.model)
        return Counts(nodes, edges, removed, same_as=tuple(same))

    def structure(self, uid: str, settings: str | None = None) -> KnownStructure | None:
        """What is known of a structure as a whole, None where it is not there, or not with these settings."""
        found = self.read(statements.STRUCTURE, {"uid": uid}).rows
        if not found:
            return None
        row = {column: found[0][0].get(column) for column in kbtables.node_columns("Structure")}
        top = {
            relation.type: tuple(r[1:] for r in self.read(statements.read_edges(relation), {"structure": uid}).rows)
            for relation in statements.OF_STRUCTURES
        }
        if settings is None:
            return KnownStructure(row, top)
        stated = self.read(statements.HAS_SETTINGS, {"settings": settings}).rows
        if not stated:
            return None
        whole = tuple(tuple(r) for r in self.read(statements.OF_THE_WHOLE, {"settings": settings}).rows)
        return KnownStructure(row, {**top, "HAS_SETTING": whole}, stated[0][0])

    def forget(self, name: str) -> Counts:
        """Remove one model whole, the structure only it had, and the templates, rules and metadata only it used."""
        from archkb.kb.store import model_relations

        self._known(name)
        with self._engine.transaction() as tx:
            tx.run(statements.TURN)
            old = [removal.Owner(*row) for row in tx.run(statements.FIND, {"name": name})]
            leaving = removal.plan(tx, old)
            removed = removal.remove(tx, leaving)
            for structure in leaving.silenced:
                model_relations.let_others_speak(tx, structure)
        return Counts(removed_nodes=removed)

    def free(self) -> Freed:
        """Remove what no model uses: structures, parts of none, shared nodes."""
        with self._engine.transaction() as tx:
            tx.run(statements.TURN)
            return removal.free(tx)

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

    def load_own(self, name: str) -> GraphTables:
        """The model's own part alone, without its structure."""
        tables = read_back.read_back(self.read, self._known(name)[0], whole=False)
        if tables is None:
            raise StoreError(f"{name!r} was replaced while it was read", where=self.uri, cure="ask again")
        return tables

    def health(self) -> Health:
        """Read all of it, and say what is damaged."""
        files = self._engine.damage()
        return Health((*(files or ()), *store_health.faults(self.read)), files is not None)

    def check(self, name: str) -> None:
        """StoreError where the model of that name has not as many tensors and modules as it says."""
        wrong = store_health.fault(self.read, name)
        if wrong:
            raise _damaged(self.uri, name, wrong)

    def close(self) -> None:
        """Release the store."""
        self._engine.close()

    def _uids(self, name: str) -> list[str]:
        return [str(row[0]) for row in self.read(statements.FIND, {"name": name}).rows]

    def _known(self, name: str) -> list[str]:
        uids = self._uids(name)
        if not uids:
            time.sleep(_PAUSE)
            uids = self._uids(name)
        if not uids:
            names = [model.name for model in self.models()]
            near = nearest(name, names)
            raise NotFoundError(f"no model is named {name!r}", near=near, cure="archkb models lists what is there")
        return uids


def _damaged(uri: str, name: str, wrong: str) -> StoreError:
    return StoreError(
        f"{name!r} is damaged: {wrong}", where=uri, cure="`archkb doctor` reads all of the store; ingest the model anew"
    )
