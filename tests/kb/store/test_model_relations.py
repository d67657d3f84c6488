"""Relationships between whole models in a store: written with a model, gone with it, and found for an older store."""

from __future__ import annotations

from archkb.kb import schema
from archkb.kb.store import Store, migrations
from archkb.kb.store.cypher_store import CypherStore
from archkb.kb.store.model_relations import relate_all
from archkb.kb.tables import GraphTables
from tests.kb.relations.test_adapter import BASE, adapter
from tests.kb.relations.test_fingerprint import tables
from tests.queries.diff.diff_nets import transformer

EDGES = (
    "MATCH (a:Model)-[r]->(b:Model) RETURN type(r) AS type, a.name AS a, b.name AS b, properties(r) AS props "
    "ORDER BY type, a, b"
)


def net(name: str, depth: int = 4) -> GraphTables:
    return tables(transformer(depth), name=name)


def base(name: str) -> GraphTables:
    return tables({f"{p}.weight": (writes, reads) for p, (reads, writes) in BASE.items()}, name=name)


def lora(name: str) -> GraphTables:
    return tables(adapter("diffusion_model.{}", "lora_A", "lora_B"), name=name)


def edges(store: Store) -> list[tuple[str, str, str]]:
    return [(t, a, b) for t, a, b, _ in store.read(EDGES).rows]


def test_likeness_is_kept_with_its_parts(store: Store) -> None:
    store.replace(net("a"))
    store.replace(net("b", 6))

    [(type_, a, b, props), *_] = [row for row in store.read(EDGES).rows if row[0] == "SIMILAR_TO"]

    assert (type_, a, b) == ("SIMILAR_TO", "a", "b")
    assert 0.5 < props["score"] < 1
    assert len(props["parts"]) == 6


def test_relations_do_not_depend_on_the_order_of_ingestion(store: Store) -> None:
    models = [net("a"), net("b", 6), base("c"), lora("d")]
    for model in models:
        store.replace(model)
    forward = store.read(EDGES).rows
    for model in models:
        store.forget(model.name)
    for model in reversed(models):
        store.replace(model)

    assert store.read(EDGES).rows == forward
    assert ("ADAPTS", "d", "c") in edges(store)


def test_an_adapter_says_what_it_touches(store: Store) -> None:
    store.replace(base("base"))
    counts = store.replace(lora("lora"))

    [props] = [row[3] for row in store.read(EDGES).rows if row[0] == "ADAPTS"]

    assert props["touched"] == len(BASE)
    assert props["no_ops"] == 0
    assert counts.created_edges > 0


def test_relations_go_with_a_model_and_are_no_part_of_its_tables(store: Store) -> None:
    store.replace(net("a"))
    store.replace(net("b", 6))
    assert not {e.type for e in store.load("a").edges} & {r.type for r in schema.LINEAGE}

    store.forget("a")

    assert edges(store) == []


def test_all_relations_can_be_found_anew(store: Store) -> None:
    assert isinstance(store, CypherStore)
    for model in (net("a"), net("b", 6), base("c"), lora("d")):
        store.replace(model)
    wanted = store.read(EDGES).rows
    with store._engine.transaction() as tx:
        tx.run("MATCH (a)-[r]->(b:Model) DELETE r RETURN count(*) AS n")

    with store._engine.transaction() as tx:
        relate_all(tx)

    assert store.read(EDGES).rows == wanted


def test_an_adapter_of_convolutions_finds_its_base(store: Store) -> None:
    convolutions = {f"down.{i}.conv.weight": (320, 64, 3, 3) for i in range(3)}
    halves = {
        f"down.{i}.conv.{half}.weight": shape
        for i in range(3)
        for half, shape in (("lora_down", (4, 64, 3, 3)), ("lora_up", (320, 4, 1, 1)))
    }
    store.replace(tables(convolutions | {"out.weight": (3, 320)}, name="unet"))
    store.replace(tables(halves, name="style"))

    assert ("ADAPTS", "style", "unet") in edges(store)


def test_relations_an_earlier_program_found_are_found_anew(store: Store) -> None:
    assert isinstance(store, CypherStore)
    for model in (net("a"), net("b", 6), lora("c"), lora("d")):
        store.replace(model)
    wanted = store.read(EDGES).rows
    with store._engine.transaction() as tx:
        tx.run("MATCH (m:Model) WHERE m.role = 'adapter' SET m.shape_hash = 'x' RETURN count(*) AS n")
        tx.run("MATCH (:Model)-[r:SIMILAR_TO]->(:Model) SET r.score = 1.0083 RETURN count(*) AS n")
        tx.run("MATCH (m:Meta {uid: 'schema'}) SET m.version = 2 RETURN count(*) AS n")

    assert migrations.migrate(store._engine) == 2

    assert store.read(EDGES).rows == wanted
    assert store.read("MATCH (m:Model) WHERE m.role = 'adapter' RETURN m.shape_hash AS h").rows == ((None,), (None,))
