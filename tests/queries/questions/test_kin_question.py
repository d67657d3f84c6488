"""The question which models belong to a given one."""

from __future__ import annotations

from archkb.kb.store import Store
from archkb.kb.store.cypher_store import CypherStore
from archkb.queries.questions.catalog import find_question
from tests.kb.relations.test_fingerprint import tables
from tests.queries.diff.diff_nets import transformer


def test_a_descent_an_earlier_program_suspected_is_kept_but_not_told(store: Store) -> None:
    """Its evidence was an architecture in common; such a store is not written anew for it."""
    assert isinstance(store, CypherStore)
    for name, depth in (("a", 4), ("b", 6)):
        store.replace(tables(transformer(depth), name=name))
    old = {"ordered": False, "confidence": 0.93, "detail": "likeness 0.97 (form 1.00)"}
    with store._engine.transaction() as tx:
        tx.run(
            "MATCH (a:Model {name: 'a'}), (b:Model {name: 'b'}) CREATE (a)-[r:DERIVES_FROM]->(b) "
            "SET r.ordered = $ordered, r.confidence = $confidence, r.detail = $detail RETURN count(*) AS n",
            old,
        )
    assert {row[0] for row in store.read(find_question("kin").cypher, {"model": "a"}).rows} == {"SIMILAR_TO"}
    kept = store.read("MATCH (:Model)-[r:DERIVES_FROM]->(:Model) RETURN count(r) AS n").rows
    assert kept == ((1,),)
