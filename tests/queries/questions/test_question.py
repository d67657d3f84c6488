"""A question keeps its promises or does not load; the error names file, line and cure."""

from __future__ import annotations

import pytest

from archkb.kb.errors import QuestionError
from archkb.queries.output.answer import Column
from archkb.queries.questions.question import parse

FRONT = """/*---
id = "widest"
title = "Which linear layers are the widest?"
aliases = ["widest layers"]
identity = ["path"]
empty = "there is no linear layer"
count = "MATCH (m:Module {model: $model}) RETURN count(m) AS total"
[params.model]
type = "model"
doc = "The model."
[params.top]
type = "int"
default = 5
doc = "How many."
[columns]
path = "Path of the layer."
width = { doc = "Width it writes.", show = "count", unknown = true }
---*/
"""
BODY = """MATCH (m:Linear {model: $model})
RETURN m.path AS path, m.out_features AS width
ORDER BY width DESC, path
LIMIT $top
"""


def broken(text: str) -> str:
    with pytest.raises(QuestionError) as caught:
        parse(text, "widest.cypher")
    return str(caught.value)


def test_a_question_that_keeps_its_promises() -> None:
    question = parse(FRONT + BODY, "widest.cypher")
    assert question.id == "widest"
    assert question.cypher.startswith("MATCH")
    assert [(p.name, p.type, p.default, p.required) for p in question.params] == [
        ("model", "model", None, True),
        ("top", "int", 5, False),
    ]
    assert question.columns == (
        Column("path", "Path of the layer."),
        Column("width", "Width it writes.", "count", True),
    )
    assert question.needs_model == "model"
    assert question.aliases == ("widest layers",)


def test_there_must_be_front_matter() -> None:
    assert broken(BODY).startswith("widest.cypher:1: no front matter. Cure: ")


def test_a_toml_error_names_the_line_in_the_file() -> None:
    text = broken(FRONT.replace('title = "Which', "title = Which") + BODY)
    assert text.startswith("widest.cypher:3: front matter is not TOML")


@pytest.mark.parametrize("key", ["id", "title", "identity", "columns"])
def test_what_front_matter_must_have(key: str) -> None:
    lines = [line for line in FRONT.splitlines(keepends=True) if not line.startswith(f"{key} =")]
    text = "".join(lines) if key != "columns" else FRONT[: FRONT.index("[columns]")] + "---*/\n"
    assert f"front matter has no '{key}'" in broken(text + BODY)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('id = "widest"', 'id = "narrowest"', "not named after its id"),
        ('id = "widest"', 'id = "widest"\nidd = "x"', "unknown key 'idd'"),
        ('identity = ["path"]', 'identity = ["key"]', "identity 'key' is no column"),
        ('type = "int"', 'type = "integer"', "has type 'integer'"),
        ("default = 5", 'default = "5"', "the default of parameter 'top' is not int"),
        ("default = 5", "default = true", "the default of parameter 'top' is not int"),
        ('doc = "How many."', "", "parameter 'top' has no doc"),
        ('show = "count"', 'show = "colour"', "is shown as 'colour'"),
        ('path = "Path of the layer."', 'path = ""', "column 'path' has no doc"),
        ("count(m) AS total", "count(m) AS n", "does not return one column `total`"),
        ("count(m) AS total", "count(m) AS total LIMIT $many", "parameter 'many' is used but not declared"),
    ],
)
def test_front_matter_is_checked(old: str, new: str, says: str) -> None:
    assert old in FRONT
    assert says in broken(FRONT.replace(old, new) + BODY)


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("LIMIT $top", "", 1, "parameter 'top' is declared but not used"),
        ("LIMIT $top", "LIMIT $top SKIP $some", 1, "parameter 'some' is used but not declared"),
        ("ORDER BY width DESC, path\n", "", 20, "ORDER BY is not total: it leaves out ['path']"),
        ("DESC, path", "DESC", 20, "ORDER BY is not total"),
        ("AS path, m.out_features AS width", "AS path", 20, "returns ['path'], promises ['path', 'width']"),
        ("m.path AS path, m.out_features AS width", "m.out_features AS width, m.path AS path", 20, "returns"),
        ("m.out_features AS width", "m AS width", 20, "column 'width' is a whole node"),
        ("RETURN m.path AS path, m.out_features AS width", "RETURN *", 20, "column order of RETURN * differs"),
        ("RETURN", "WITH", 19, "no RETURN"),
        ("\nRETURN", " RETURN m.path AS path, 1 AS width UNION MATCH (m:Norm)\nRETURN", 20, "UNION"),
    ],
)
def test_the_query_is_checked_against_its_promises(old: str, new: str, line: int, says: str) -> None:
    text = broken(FRONT + BODY.replace(old, new, 1))
    assert text.startswith(f"widest.cypher:{line}: "), text
    assert says in text
    assert "Cure: " in text


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("MATCH (m)-[:CONTAINS*]->(x:Module)", "no upper bound"),
        ("MATCH (m)-[r:CONTAINS|NEXT*2..]->(x:Module)", "no upper bound"),
        ("MATCH (m)-[*]->(x)", "no upper bound"),
        ("MATCH (m) ((a)-[:CONTAINS]->(b))+ (x:Module)", "without an upper bound"),
        ("WITH m, labels(m)[0] AS l", "order of labels"),
        ("LOAD CSV FROM 'x' AS l", "reaches outside"),
        ("LET x = 1", "LET is not understood"),
        ("NEXT", "NEXT is not understood"),
        ("MATCH (x:$('Module'))", "dynamic labels"),
        ("CALL db.labels() YIELD label", "procedures differ"),
        ("CREATE (x:Model)", "this writes"),
        ("SET m.name = 'x'", "this writes"),
        ("DETACH DELETE m", "this writes"),
        ("MERGE (x:Model {uid: 'x'})", "this writes"),
        ("REMOVE m.name", "this writes"),
        ("USING INDEX m:Module(path)", "index hints"),
        ("WITH m, elementId(m) AS e", "internal ids"),
        ("WITH m WHERE id(m) > 3", "internal ids"),
    ],
)
def test_what_both_stores_do_not_share_is_refused(line: str, says: str) -> None:
    text = broken(FRONT + BODY.replace("\nRETURN", f"\n{line}\nRETURN", 1))
    assert text.startswith("widest.cypher:20: "), text
    assert says in text


@pytest.mark.parametrize(
    "line",
    [
        "WHERE m.name = 'CREATE (x) SET y // $nothing'",
        "// MERGE (x) and labels(m)[0] and $nothing",
        "/* DELETE m */",
        "MATCH (m)-[:NEXT*1..4]->(x:Module)",
        "MATCH (m)-[:FEEDS|NEXT]->(x:Module)",
        "MATCH (m)-[:CONTAINS*3]->(x:Module)",
        "MATCH (m)-[:CONTAINS*..3]->(x:Module)",
        "WITH m, [n IN [1, 2] | n * 2] AS doubled",
        "WITH m, m.set AS set",
        "CALL { WITH m MATCH (x:Module) RETURN count(x) AS n ORDER BY n LIMIT 1 }",
        "CALL (m) { MATCH (x:Module) RETURN x.path AS p UNION MATCH (x:Norm) RETURN x.path AS p }",
    ],
)
def test_what_only_looks_forbidden_is_not(line: str) -> None:
    assert parse(FRONT + BODY.replace("\nRETURN", f"\n{line}\nRETURN", 1), "widest.cypher").id == "widest"


def test_a_question_across_models_needs_none() -> None:
    front = FRONT.replace('[params.model]\ntype = "model"\ndoc = "The model."\n', "").replace(" {model: $model}", "")
    assert parse(front + BODY.replace(" {model: $model}", ""), "widest.cypher").needs_model is None
