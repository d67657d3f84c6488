"""One structure for all models of a header, on both stores: written once, answered for each, freed with the last."""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import replace as changed

import pytest

from archkb.kb.errors import MissingStructureError
from archkb.kb.store import Store, open_store
from archkb.kb.store.read_back import canonical
from archkb.kb.tables import GraphTables
from archkb.queries.questions.ask_store import ask, bind
from archkb.queries.questions.catalog import find_question
from tests.queries.graphs import adapter, duo
from tests.tables import model_tables


def count(store: Store, pattern: str) -> int:
    return int(store.read(f"MATCH {pattern} RETURN count(*) AS n").rows[0][0])


def named(tables: GraphTables, name: str, **own: object) -> GraphTables:
    """A model of the same structure under another name; `own`: properties of its node."""
    uid = f"uid-{name}"
    model = {**tables.model, "uid": uid, "name": name, **own}
    nodes = tuple(changed(t, rows=(tuple(model.values()),)) if t.primary == "Model" else t for t in tables.nodes)
    edges = tuple(
        changed(t, rows=tuple((uid, *row[1:]) for row in t.rows)) if t.source == "Model" else t for t in tables.edges
    )
    return GraphTables(model, nodes, edges)


def rows(store: Store, question: str, **given: str) -> list[dict[str, object]]:
    asked = find_question(question)
    return ask(store, asked, bind(asked, given)).records()


def relations(store: Store, model: str) -> set[tuple[object, object, object]]:
    return {(r["relation"], r["from"], r["to"]) for r in rows(store, "kin", model=model)}


def test_a_second_model_of_a_header_adds_its_own_part_alone(store: Store) -> None:
    store.replace(model_tables("a", blocks=4))
    nodes, tensors = count(store, "(n)"), count(store, "(t:Tensor)")

    counts = store.replace(model_tables("b", blocks=4))

    assert counts.created_nodes == 2, "its node, and metadata that are there already"
    assert (count(store, "(n)"), count(store, "(t:Tensor)")) == (nodes + 1, tensors)
    for name in ("a", "b"):
        assert canonical(store.load(name)) == canonical(model_tables(name, blocks=4))


def test_the_own_part_is_enough_where_the_structure_is_there(store: Store) -> None:
    whole = model_tables("b")
    with pytest.raises(MissingStructureError):
        store.replace(whole.own_part())
    assert count(store, "(n) WHERE NOT n:Meta") == 0
    assert store.structure(whole.structure) is None

    store.replace(model_tables("a"))
    store.replace(whole.own_part())

    known = store.structure(whole.structure)
    assert known
    assert known.row["n_tensors"] == 6
    assert known.top["CONTAINS"] == ((f"{whole.structure}/blocks", 0),)
    assert canonical(store.load("b")) == canonical(whole)
    assert canonical(store.load_own("b")) == canonical(whole.own_part())


def test_forget_frees_a_structure_with_its_last_model_only(store: Store) -> None:
    for name in ("a", "b", "c"):
        store.replace(model_tables(name))

    assert store.forget("a").removed_nodes == 1
    assert store.forget("c").removed_nodes == 1
    assert canonical(store.load("b")) == canonical(model_tables("b"))
    assert store.health().faults == ()

    store.forget("b")
    assert count(store, "(n) WHERE NOT n:Meta") == 0
    assert store.health().faults == ()


def test_replace_leaves_a_structure_to_the_others_and_takes_it_from_the_last(store: Store) -> None:
    store.replace(model_tables("a"))
    store.replace(model_tables("b"))

    store.replace(model_tables("a", blocks=3, version="b"))
    assert count(store, "(s:Structure)") == 2
    assert canonical(store.load("b")) == canonical(model_tables("b"))

    store.replace(model_tables("b", blocks=3, version="b"))
    assert count(store, "(s:Structure)") == 1
    assert canonical(store.load("b")) == canonical(model_tables("b", blocks=3, version="b"))
    assert store.health().faults == ()


def test_the_way_down_from_each_model_is_the_whole_structure(store: Store) -> None:
    for i in range(5):
        store.replace(named(duo(), f"duo-{i}"))

    query = "MATCH (m:Model {name: $n})-[:CONTAINS*1..12]->(a:Attention {attends: 'cross'}) RETURN count(a) AS n"
    assert {store.read(query, {"n": f"duo-{i}"}).rows for i in range(5)} == {((12,),)}
    assert count(store, "(a:Attention {attends: 'cross'})") == 12, "counted once, however many models"


def test_every_question_answers_for_a_sharing_model_as_for_one_alone(store: Store) -> None:
    from archkb.queries.questions.catalog import open_catalog

    about_one = [q for q in open_catalog(None).all() if q.needs_model and q.topic != "several models"]
    given = {"text": "ATTN", "top": "7"}

    def answers(model: str) -> dict[str, list[dict[str, object]]]:
        asked = {
            q.id: {**{p.name: given[p.name] for p in q.params if p.name in given}, "model": model} for q in about_one
        }
        return {id_: rows(store, id_, **values) for id_, values in asked.items()}

    store.replace(named(duo(), "first"))
    alone = answers("first")
    store.replace(named(duo(), "second"))

    for name in ("first", "second"):
        told = answers(name)
        for named_ in ("model-summary", "size", "licence", "provenance", "file-layout"):
            told[named_] = [{**row, "model": "first"} for row in told[named_]]  # type: ignore[attr-defined]
        told["blocks"] = [{**row, "models": 1} for row in told["blocks"]]  # type: ignore[attr-defined]
        assert told == alone
    assert {row["models"] for row in rows(store, "blocks", model="first")} == {2}


def test_questions_over_models_count_each_model(store: Store) -> None:
    for name in ("a", "b", "c"):
        store.replace(named(duo(), name))

    attends = rows(store, "attention-across-models")
    assert [(r["model"], r["count"]) for r in attends if r["attends"] == "cross"] == [(n, 12) for n in "abc"]
    [template] = rows(store, "shared-templates")
    assert (template["models"], template["names"], template["blocks"]) == (3, ["a", "b", "c"], 36)
    assert {r["model"] for r in rows(store, "shared-blocks", model="b")} == {"a", "c"}
    pairs = [(r["model"], r["other"], r["equal"]) for r in rows(store, "same-architecture")]
    assert pairs == [("a", "b", "header"), ("a", "c", "header")]
    assert relations(store, "b") == {("SAME_AS", "a", "b"), ("SAME_AS", "b", "c")}


def test_questions_that_count_say_models_and_structures(store: Store) -> None:
    for name in ("a", "b", "c"):
        store.replace(named(duo(), name))
    store.replace(named(adapter(), "lora"))

    told = [(r["first"], r["models"]) for r in rows(store, "shared-structures")]
    assert told == [("a", 3), ("lora", 1)]
    kept = {(r["mostly"], tuple(r["dtypes"])): r for r in rows(store, "dtypes-across-models")}  # type: ignore[arg-type]
    assert {key: (r["models"], r["structures"]) for key, r in kept.items()} == {
        ("BF16", ("BF16", "F8_E4M3")): (3, 1),
        ("BF16", ("BF16",)): (1, 1),
    }
    assert kept["BF16", ("BF16", "F8_E4M3")]["examples"] == ["a", "b", "c"]
    roles = {r["role"]: r for r in rows(store, "features-by-role")}
    assert (roles["adapter"]["models"], roles["adapter"]["attending"]) == (1, 0)
    video = next(r for role, r in roles.items() if role != "adapter")
    assert (video["models"], video["structures"], video["crossing"]) == (3, 1, 3)


def test_relations_are_those_of_each_model_and_outlive_the_one_that_has_them(store: Store) -> None:
    for name in ("base-a", "base-b", "base-c"):
        store.replace(named(duo(), name))
    for name in ("lora-a", "lora-b"):
        store.replace(named(adapter(), name))
    kept = count(store, "(:Model)-[r:ADAPTS]->(:Model)")
    bases = {"base-a", "base-b", "base-c"}
    assert kept == 1, "once for all of two structures"
    for lora in ("lora-a", "lora-b"):
        assert {to for what, start, to in relations(store, lora) if (what, start) == ("ADAPTS", lora)} == bases
    told = ("adapter", "alike", "base", "bases_alike")
    assert {tuple(r[c] for c in told) for r in rows(store, "adapters")} == {("lora-a", 1, "base-a", 2)}
    for lora, base in ((None, "base-b"), ("lora-b", None)):
        asked = {tuple(r[c] for c in told) for r in rows(store, "adapters", model=lora or base)}
        assert asked == {(lora or "lora-a", 1, base or "base-a", 2)}, "of several the one that is asked about"

    [(speaker,)] = store.read("MATCH (:Structure)-[:SPEAKER]->(m:Model {role: 'adapter'}) RETURN m.name AS n").rows
    store.forget(speaker)
    store.forget("base-a")
    store.forget("base-b")

    [(lora,)] = store.read("MATCH (m:Model {role: 'adapter'}) RETURN m.name AS n").rows
    assert relations(store, "base-c") == {("ADAPTS", lora, "base-c")}
    [row] = rows(store, "kin", model="base-c")
    assert "found in base-c with" in str(row["evidence"])


def test_models_of_one_structure_and_two_versions_speak_for_themselves(store: Store) -> None:
    old, new = (named(duo(), f"v{n}", family="f", version=str(n)) for n in (1, 2))
    more = named(duo(), "v2-copy", family="f", version="2")
    for model in (old, new, more):
        store.replace(model)
    assert count(store, "(:Structure)-[:SPEAKER]->(:Model)") == 2

    store.forget("v2")

    speakers = store.read("MATCH (:Structure)-[:SPEAKER]->(m:Model) RETURN m.name AS n ORDER BY n").rows
    assert speakers == (("v1",), ("v2-copy",))


def test_free_removes_what_no_model_uses_and_says_what(store: Store) -> None:
    store.replace(model_tables("kept"))
    store.replace(model_tables("gone", blocks=3, version="b", shapes="other"))
    assert store.free().nodes == {}
    with store._engine.transaction() as tx:  # type: ignore[attr-defined]
        tx.run("MATCH (m:Model {name: 'gone'}) DETACH DELETE m RETURN count(*) AS n")

    freed = store.free()

    assert freed.structures == ("3-b-n-other",)
    assert freed.nodes == {"Module": 13, "Stream": 1, "Structure": 1, "Template": 1, "Tensor": 9}
    assert canonical(store.load("kept")) == canonical(model_tables("kept"))
    assert store.health().faults == ()
    assert store.free().nodes == {}


def test_two_writers_of_one_structure_write_it_once(neo4j_empty: str) -> None:
    """A server lets both begin; the second sees the structure the first wrote."""
    with closing(open_store(neo4j_empty)):
        pass
    errors: list[Exception] = []

    def write(start: int) -> None:
        try:
            with closing(open_store(neo4j_empty)) as store:
                for i in range(start, start + 6):
                    store.replace(model_tables(f"m{i}", blocks=6))
        except Exception as error:  # noqa: BLE001
            errors.append(error)

    writers = [threading.Thread(target=write, args=(start,)) for start in (0, 6, 12)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert errors == []
    with closing(open_store(neo4j_empty)) as store:
        assert len(store.models()) == 18
        assert count(store, "(s:Structure)") == 1
        assert count(store, "(:Structure)-[:SPEAKER]->(:Model)") == 1
        assert store.health().faults == ()
