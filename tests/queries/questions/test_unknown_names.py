"""Labels, types and properties that the schema does not have, and no false alarm for those it has."""

from __future__ import annotations

import pytest

from archkb.queries.questions.catalog import open_catalog
from archkb.queries.questions.unknown_names import unknown_names

ODD = [
    ("MATCH (a:atention) RETURN a", ["no node has the label atention; did you mean Attention?"]),
    ("MATCH (a:Zzz) RETURN a", ["no node has the label Zzz; `archkb schema` lists what there is"]),
    ("MATCH (a)-[:CONTAIN]->(b) RETURN b", ["no relationship has the type CONTAIN; did you mean CONTAINS?"]),
    ("MATCH (a:Attention) RETURN a.n_head", ["a has no property n_head; did you mean heads?"]),
    ("MATCH (a:Attention {attend: 'x'}) RETURN a", ["Attention has no property attend; did you mean attends?"]),
    ("MATCH ()-[r:ADAPTS]->() RETURN r.touch", ["r has no property touch; did you mean touched?"]),
]
PLAIN = [
    "MATCH (m:Module) RETURN m.heads, m.kind_detail, m.in_features",
    "MATCH (a:Attention|FeedForward) RETURN a.form, duration.between(date(), date())",
    "MATCH (a:Module&Linear) WHERE a.path =~ '.*' RETURN a.out_features",
    "UNWIND [{x: 1}] AS f RETURN f.x",
    "MATCH (n) WHERE n.anything = 1 RETURN n",
    "RETURN '(a:Nope)' AS text // (b:Nope)",
    "MATCH (a:Model)-[:SAME_AS|VERSION_OF*1..3]-(b:Model) RETURN b.name",
]


@pytest.mark.parametrize(("query", "says"), ODD, ids=[q for q, _ in ODD])
def test_what_the_schema_has_not(query: str, says: list[str]) -> None:
    assert unknown_names(query) == says


@pytest.mark.parametrize("query", [*PLAIN, *(q.cypher for q in open_catalog().all())])
def test_what_the_schema_has_is_not_warned_of(query: str) -> None:
    assert unknown_names(query) == []
