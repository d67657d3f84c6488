"""Numbered steps that bring any older store to this program's schema. The graph itself records what was done.

`(:Meta {uid: 'schema', version})` is the schema a store has; every step leaves a `(:Meta {uid: 'migration-0001',
...})`. A step's definitions may run again (each is IF NOT EXISTS); its changes of data and its record are one
transaction, so a killed migration is simply done again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from archkb.kb import schema
from archkb.kb.errors import StoreError, StoreSchemaError
from archkb.kb.store import ddl
from archkb.kb.store.engine import Engine
from archkb.kb.store.store_folder import RESTORE

VERSION = "MATCH (m:Meta {uid: 'schema'}) RETURN m.version AS version"
_WRITTEN = "MATCH (m:Meta) RETURN count(m) AS n"
_RECORD = (
    "MERGE (s:Meta {uid: 'schema'}) SET s.version = $version "
    "MERGE (m:Meta {uid: $uid}) SET m.version = $version, m.name = $name RETURN count(*) AS n"
)


@dataclass(frozen=True, slots=True)
class Migration:
    """One step. `data` are Cypher statements that change nodes; `define` runs the constraints and indexes first;
    `convert` is for what no statement can say: it has transactions of its own, and may be begun again after a kill."""

    version: int
    name: str
    data: tuple[str, ...] = ()
    define: bool = False
    convert: Callable[[Engine], None] | None = None


def _share_structures(engine: Engine) -> None:
    from archkb.kb.store.unshared_models import share_structures  # late: a read needs nothing of it

    share_structures(engine)


MIGRATIONS: tuple[Migration, ...] = (
    Migration(1, "constraints and indexes of the first schema", define=True),
    Migration(2, "sketches of models, and the relations found with them"),
    Migration(
        3,
        "relations of models anew, none of adapters by shapes alone",
        data=("MATCH (m:Model) WHERE m.role = 'adapter' REMOVE m.shape_hash",),
    ),
    Migration(4, "one structure for all models of a header, relations anew", define=True, convert=_share_structures),
)
"""Sketches and relations, which steps 2 and 3 are named after, are step 4's to find: it needs them in its own form."""


def version(engine: Engine) -> int:
    """Schema version of a store, 0 where nothing was ever written. StoreError where what says so cannot be found."""
    rows = engine.query(VERSION, {}, None, None).rows
    if not rows and engine.query(_WRITTEN, {}, None, None).rows[0][0]:
        raise StoreError("the store is damaged: it lost the version of its schema", where=engine.uri, cure=RESTORE)
    return int(rows[0][0]) if rows else 0


def check(stored: int, uri: str, wanted: int | None = None) -> bool:
    """Whether a store of version `stored` needs steps; StoreSchemaError where it is newer than this program."""
    wanted = schema.SCHEMA_VERSION if wanted is None else wanted
    if stored > wanted:
        raise StoreSchemaError(
            f"the store has schema {stored}, this archkb knows {wanted}",
            where=uri,
            cure="upgrade archkb, or use another store with --store",
        )
    return stored < wanted


def migrate(engine: Engine, steps: Sequence[Migration] | None = None) -> int:
    """Run the steps a store lacks, in order, each in its own transaction; the number of steps run."""
    steps = MIGRATIONS if steps is None else steps
    stored = version(engine)
    if not check(stored, engine.uri, max(step.version for step in steps)):
        return 0
    todo = sorted((step for step in steps if step.version > stored), key=lambda step: step.version)
    for step in todo:
        if step.define:
            engine.define(ddl.statements(engine.wide_keys))
        if step.convert is not None:
            step.convert(engine)
        with engine.transaction() as tx:
            for statement in step.data:
                tx.run(statement)
            uid = f"migration-{step.version:04d}"
            tx.run(_RECORD, {"version": step.version, "uid": uid, "name": step.name})
    return len(todo)
