"""Queries that find nothing for a reason a store does not say: the cause and the right query are told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archkb.queries.output.answer import Answer
from archkb.queries.output.cut import INSIDE, LONGEST, cut
from archkb.queries.questions.catalog import open_catalog
from archkb.queries.questions.empty_results import Uids, found_nothing, one_level, uids_for_names, why_empty
from tests.queries.conftest import Archkb

MODELS = {name: Uids(f"uid-{name}", f"structure-{name}") for name in ("duo", "solo")}


def _values(prop: str) -> list[str]:
    return ["Linear", "RMSNorm"] if prop == "kind" else []


SAID = [
    ("MATCH (a:Attention {structure: 'duo'}) RETURN a.path AS p", "write structure: 'structure-duo'"),
    ('MATCH (a:Attention {structure:"duo"}) RETURN count(a) AS n', "write structure: 'structure-duo'"),
    ("MATCH (a:Attention) WHERE a.structure = 'duo' RETURN a.path AS p", "write structure: 'structure-duo'"),
    ("MATCH (a:Attention) WHERE a.structure IN ['duo'] RETURN a.path AS p", "write structure: 'structure-duo'"),
    ("MATCH (a:Attention {model: 'duo'}) RETURN a.path AS p", "(m:Model {name: 'duo'}) and {structure: m.structure}"),
    ("MATCH (a) WHERE a.model = 'duo' RETURN a.path AS p", "(m:Model {name: 'duo'}) and {structure: m.structure}"),
    ("MATCH (m:Model {uid: 'duo'}) RETURN m.role AS r", "write uid: 'uid-duo'"),
    ("MATCH (m:Model {name: 'duoo'}) RETURN m.uid AS u", "no model is named 'duoo'; did you mean 'duo'?"),
    ("MATCH (n:Module {kind: 'linear'}) RETURN n.path AS p", "nothing has kind 'linear'; did you mean 'Linear'?"),
    ("MATCH (m:Model)-[:CONTAINS]->(a:Attention) RETURN a.path AS p", "-[:CONTAINS*1..12]->"),
]
PLAIN = [
    "MATCH (a:Attention {structure: 'structure-duo'}) RETURN a.path AS p",
    "MATCH (m:Model {name: 'duo'}) MATCH (a:Attention {structure: m.structure}) RETURN a.path AS p",
    "MATCH (m:Model {name: 'duo'}) RETURN m.uid AS u",
    "MATCH (n:Module {name: 'attn2'}) RETURN n.path AS p",
    "MATCH (n:Module {kind: 'Linear'}) RETURN n.path AS p",
    "MATCH (m:Model {name: 'duo'})-[:CONTAINS*1..12]->(a:Attention) RETURN a.path AS p",
    "RETURN 'model: ' + 'duo' AS text // a.model = 'duo'",
]


@pytest.mark.parametrize(("query", "says"), SAID, ids=[q for q, _ in SAID])
def test_the_cause_and_the_right_query_are_told(query: str, says: str) -> None:
    assert says in "\n".join(why_empty(query, {}, MODELS, _values))


@pytest.mark.parametrize("query", [*PLAIN, *(q.cypher for q in open_catalog().all())])
def test_of_what_is_right_nothing_is_said(query: str) -> None:
    given = {"model": "duo", "text": "x", "top": 3}
    assert why_empty(query, given, MODELS, _values) == []
    assert one_level(query) == []


@pytest.mark.parametrize(
    "query",
    [
        "MATCH (m:Model)-[:HAS_TENSOR]->(t) RETURN t.key AS k",
        "MATCH (m:Model {name: 'duo'})-[r:HAS_TENSOR]->(t:Tensor) RETURN t.key AS k",
        "MATCH (m:Model {name: 'duo'}) MATCH (m)-[:HAS_TENSOR]->(t) RETURN t.key AS k",
        "MATCH (t:Tensor)<-[:HAS_TENSOR]-(m:Model) RETURN t.key AS k",
    ],
)
def test_a_models_own_tensors_are_the_loose_ones(query: str) -> None:
    assert "MATCH (t:Tensor {structure: m.structure})" in "\n".join(one_level(query))


def test_a_name_is_taken_as_a_uid_only_where_nothing_else_is_compared_with_it() -> None:
    given = {"model": "duo", "other": "duo", "name": "duo"}
    query = (
        "MATCH (a {structure: $model}) WHERE a.structure <> $other AND a.name = $other "
        "MATCH (m {name: $name}) RETURN 1 AS n"
    )
    params, notes = uids_for_names(query, given, MODELS)
    assert params == {"model": "structure-duo", "other": "duo", "name": "duo"}
    assert len(notes) == 1


def test_the_shown_query_of_a_question_runs_again_with_a_models_name(archkb: Archkb, small: Path) -> None:
    for question in ("stacks", "cross-attention", "shared-blocks", "model-summary", "streams"):
        asked = archkb("ask", question, "duo", "--json", "--show-cypher", store=small)
        again = archkb("cypher", asked.err, "-p", "model=duo", "--json", store=small)
        assert again.json == asked.json["rows"]


def test_hints_go_to_stderr_and_the_answer_stays(archkb: Archkb, small: Path) -> None:
    called = archkb("cypher", "MATCH (a:Attention {structure: 'duo'}) RETURN count(a) AS n", "--json", store=small)
    assert (called.code, called.json) == (0, [{"n": 0}])
    said = "write structure: 'structure-duo', or MATCH (m:Model {name: 'duo'}) and {structure: m.structure}"
    assert said in called.err
    called = archkb("cypher", "MATCH (a:Attention {model: 'duo'}) RETURN count(a) AS n", "--json", store=small)
    assert "MATCH (m:Model {name: NAME}) and {structure: m.structure}" in called.err
    right = "MATCH (a:Attention {structure: 'structure-duo'}) RETURN count(a) AS n"
    called = archkb("cypher", right, "--json", store=small)
    assert (called.json, called.err) == ([{"n": 24}], "")


@pytest.mark.parametrize(
    ("rows", "nothing"), [([], True), ([(0, None)], True), ([([],)], True), ([(1,)], False), ([(0,), (0,)], False)]
)
def test_nothing_found(rows: list[tuple[object, ...]], nothing: bool) -> None:
    assert found_nothing(rows) == nothing


def test_long_texts_are_cut_for_people_with_a_note() -> None:
    long = "x" * 5000
    answer = Answer("cypher", ("m", "text"), (({"metadata": long, "parts": [long], "n": 1}, long),))
    short = cut(answer)
    assert len(json.dumps(short.rows)) < LONGEST + 4 * INSIDE
    assert json.dumps(short.rows).count("(5,000 characters)") == 3
    assert any("--json has them whole" in note for note in short.notes)
    assert cut(Answer("cypher", ("n",), ((1,), ("short",)))).notes == ()


def test_a_models_node_fits_on_a_page(archkb: Archkb, small: Path) -> None:
    query = (
        "MATCH (m:Model {name: 'duo'}) MATCH (s:Structure {uid: m.structure}) "
        "RETURN m, s.sketch + s.sketch + s.sketch + s.sketch AS s"
    )
    called = archkb("cypher", query, store=small)
    assert "cut in the table" in called.err
    assert "cut" not in archkb("cypher", query, "--json", store=small).err
