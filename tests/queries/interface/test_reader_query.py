"""A reader's own query where models share structures: it works, or a note names the cause and the query that works."""

from __future__ import annotations

import re
from typing import Any

import pytest

from archkb.kb.schema_page import IDIOMS
from archkb.kb.store import Store
from archkb.queries.interface.reader_query import reader_query
from archkb.queries.output.answer import Answer
from archkb.queries.questions.ask_store import ask, bind
from archkb.queries.questions.catalog import open_catalog
from tests.kb.store.test_shared_structure import named
from tests.queries.graphs import duo, solo


@pytest.fixture
def shared(store: Store) -> Store:
    """Two models of one structure and one of another."""
    for tables in (named(duo(), "duo"), named(duo(), "tuned"), solo()):
        store.replace(tables)
    return store


def run(store: Store, query: str, **params: Any) -> Answer:
    return reader_query(store, query, params, limit=1000, timeout=60.0)


@pytest.mark.parametrize(
    ("query", "params", "says"),
    [
        ("MATCH (a:Attention {model: 'tuned'}) RETURN a.path AS p", {}, "and {structure: m.structure}"),
        ("MATCH (a:Attention {model: $model}) RETURN a.path AS p", {"model": "tuned"}, "and {structure: m.structure}"),
        ("MATCH (a:Attention {structure: 'tuned'}) RETURN count(a) AS n", {}, "'structure' holds a uid"),
        ("MATCH (m:Model {name: 'tuned'})-[:HAS_TENSOR]->(t) RETURN count(t) AS n", {}, "loose tensors"),
        ("MATCH (m:Model {name: 'tuned'})-->(t:Tensor) RETURN count(t) AS n", {}, "loose tensors"),
        ("MATCH (m:Model {name: 'tuned'}) MATCH (m)-[r]->(t:Tensor) RETURN count(t) AS n", {}, "loose tensors"),
        ("MATCH (m:Model {name: 'tuned'})-[:CONTAINS]->(a:Attention) RETURN count(a) AS n", {}, "CONTAINS*1..12"),
        ("MATCH (m:Model {name: 'tunde'}) RETURN m.uid AS u", {}, "did you mean 'tuned'"),
    ],
)
def test_what_finds_nothing_names_the_cause(shared: Store, query: str, params: dict[str, str], says: str) -> None:
    assert says in "\n".join(run(shared, query, **params).notes)


@pytest.mark.parametrize(
    "query",
    [
        "MATCH (a:Attention {structure: $model}) RETURN count(a) AS n",
        "MATCH (m:Model {uid: $model}) WITH m MATCH (a:Attention {structure: m.structure}) RETURN count(a) AS n",
        "MATCH (m:Model {name: $model}) WITH m MATCH (a:Attention {structure: m.structure}) RETURN count(a) AS n",
        "MATCH (m:Model {name: $model})-[:CONTAINS*1..12]->(a:Attention) RETURN count(DISTINCT a) AS n",
    ],
)
def test_a_parameter_that_holds_a_name_finds_the_models_part(shared: Store, query: str) -> None:
    assert {run(shared, query, model=name).rows for name in ("duo", "tuned")} == {((24,),)}


def test_a_model_is_returned_whole(shared: Store) -> None:
    [(model,)] = run(shared, "MATCH (m:Model {name: 'tuned'}) RETURN m").rows
    assert (model["name"], model["structure"]) == ("tuned", named(duo(), "tuned").structure)


def test_every_shown_query_runs_again_with_a_models_name(shared: Store) -> None:
    for question in open_catalog().all():
        if question.needs_model:
            given = {p.name: {"text": "attn", "top": "3"}[p.name] for p in question.params if p.name in ("text", "top")}
            params = bind(question, {**given, "model": "tuned"})
            again = run(shared, question.cypher, **params)
            assert again.rows == ask(shared, question, params, counted=False).rows, question.id


def test_a_count_over_structures_is_told_and_the_query_it_names_multiplies(shared: Store) -> None:
    once = run(shared, "MATCH (a:Attention) RETURN count(a) AS n")
    [note] = [n for n in once.notes if "counted once" in n]
    assert note.startswith("2 models share 1 structure")
    [(by_model, models)] = run(shared, re.sub(".*?: (?=MATCH)", "", note)).rows
    [(alone,)] = run(shared, "MATCH (a:Attention {structure: $s}) RETURN count(a) AS n", s="solo").rows
    assert once.rows[0][0] == 24 + alone
    assert (by_model, models) == (2 * 24 + alone, 3 if alone else 2)


def test_going_down_from_every_model_is_told_what_is_faster(shared: Store) -> None:
    every = "MATCH (m:Model)-[:CONTAINS*1..12]->(a:Attention) RETURN m.name AS name, count(a) AS n ORDER BY name"
    assert any("once for each of its models" in note for note in run(shared, every).notes)
    one = "MATCH (m:Model)-[:CONTAINS*1..12]->(a:Attention) WHERE m.name = 'duo' RETURN count(a) AS n"
    assert run(shared, one).notes == ()


def test_the_idioms_of_the_schema_page_count_as_it_says(shared: Store) -> None:
    of_one, once, multiplied = (query for _, query in IDIOMS)
    [(alone,)] = run(shared, of_one, name="solo").rows
    assert run(shared, of_one, name="tuned").rows == ((24,),)
    assert run(shared, once).rows == ((24 + alone,),)
    assert run(shared, multiplied).rows == ((48 + alone, 3 if alone else 2),)
