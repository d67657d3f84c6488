"""The schema's version is in the graph, and steps bring an older store up to date. The last step is a test's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from archkb.kb import schema
from archkb.kb.errors import StoreError, StoreSchemaError
from archkb.kb.store import Store, migrations, open_store
from archkb.kb.store.cypher_store import CypherStore
from archkb.kb.store.engine import Engine
from archkb.kb.store.migrations import Migration
from archkb.kb.store.read_back import canonical
from tests.tables import model_tables

NEXT = schema.SCHEMA_VERSION + 1
RENAME = Migration(
    NEXT,
    "widths have a unit",
    data=("MATCH (s:Stream) SET s.channels = s.width", "MATCH (s:Stream) REMOVE s.width"),
)
BROKEN = Migration(
    NEXT + 1,
    "fails half way",
    data=("MATCH (s:Stream) SET s.half = 1", "MATCH (s:Stream) RETURN nonsense(s)"),
)


@pytest.fixture
def blank_uri(store_uri: str, request: pytest.FixtureRequest) -> str:
    """A store that nothing was ever written to, not even a schema."""
    if store_uri.startswith("bolt"):
        request.getfixturevalue("neo4j_empty")
    return store_uri


@pytest.fixture
def opened(blank_uri: str) -> Iterator[CypherStore]:
    store = open_store(blank_uri)
    assert isinstance(store, CypherStore)
    yield store
    store.close()


@pytest.fixture
def engine(opened: CypherStore) -> Engine:
    return opened._engine


def meta(store: Store) -> list[tuple[object, ...]]:
    return list(store.read("MATCH (m:Meta) RETURN m.uid AS uid, m.version AS v, m.name AS name ORDER BY uid").rows)


def test_a_new_store_records_its_version_and_step(opened: CypherStore, engine: Engine) -> None:
    assert migrations.version(engine) == schema.SCHEMA_VERSION == len(migrations.MIGRATIONS)
    assert meta(opened) == [
        ("migration-0001", 1, "constraints and indexes of the first schema"),
        ("migration-0002", 2, "sketches of models, and the relations found with them"),
        ("migration-0003", 3, "relations of models anew, none of adapters by shapes alone"),
        ("migration-0004", 4, "one structure for all models of a header, relations anew"),
        ("schema", 4, None),
    ]


def test_a_doubled_uid_is_impossible(opened: CypherStore, engine: Engine) -> None:
    with pytest.raises(StoreError), engine.transaction() as tx:
        tx.run("CREATE (:Tensor {uid: 'x'}) CREATE (:Tensor {uid: 'x'})")

    assert opened.read("MATCH (t:Tensor) RETURN count(t) AS n").rows == ((0,),)


def test_preparing_again_does_nothing(opened: CypherStore, engine: Engine) -> None:
    assert migrations.migrate(engine) == 0


def test_an_older_store_is_brought_up_to_date_once_and_keeps_its_models(opened: CypherStore, engine: Engine) -> None:
    opened.replace(model_tables())
    steps = (RENAME, *migrations.MIGRATIONS)  # order in the list does not matter

    assert migrations.migrate(engine, steps) == 1
    assert migrations.migrate(engine, steps) == 0

    assert migrations.version(engine) == NEXT
    assert meta(opened)[-2] == (f"migration-{NEXT:04d}", NEXT, "widths have a unit")
    assert opened.read("MATCH (s:Stream) RETURN s.channels AS c, s.width AS w").rows == ((64, None),)
    assert [model.name for model in opened.models()] == ["toy"]


def test_a_step_that_fails_leaves_no_trace_and_those_before_it_stay(opened: CypherStore, engine: Engine) -> None:
    opened.replace(model_tables())

    with pytest.raises(StoreError):
        migrations.migrate(engine, (*migrations.MIGRATIONS, RENAME, BROKEN))

    assert migrations.version(engine) == NEXT
    assert opened.read("MATCH (s:Stream) RETURN s.half AS half, s.channels AS c").rows == ((None, 64),)


def test_a_newer_store_is_refused_with_a_cure_and_is_not_touched(blank_uri: str) -> None:
    store = open_store(blank_uri)
    assert isinstance(store, CypherStore)
    tables = model_tables()
    store.replace(tables)
    migrations.migrate(store._engine, (*migrations.MIGRATIONS, Migration(NEXT, "from the future")))
    store.close()

    for read_only in (True, False):
        with pytest.raises(StoreSchemaError, match="upgrade archkb"):
            open_store(blank_uri, read_only=read_only)


@pytest.mark.parametrize("read_only", [True, False])
def test_opening_an_older_store_runs_the_steps(
    blank_uri: str, read_only: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(blank_uri)
    tables = model_tables()
    store.replace(tables)
    store.close()
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, RENAME))
    monkeypatch.setattr(schema, "SCHEMA_VERSION", NEXT)

    store = open_store(blank_uri, read_only=read_only)

    assert store.read("MATCH (s:Stream) RETURN s.channels AS c").rows == ((64,),)
    assert canonical(store.load("toy")).counts() == tables.counts()
    store.close()


def test_steps_are_numbered_without_gaps() -> None:
    assert [step.version for step in migrations.MIGRATIONS] == list(range(1, schema.SCHEMA_VERSION + 1))
