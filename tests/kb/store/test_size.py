"""A query that no planner should be given is refused before it gets to one, and planning ends when the query has to."""

from __future__ import annotations

import time

import pytest

from archkb.kb.errors import StoreError
from archkb.kb.store import Store, guard, query_limits
from archkb.kb.store.engine import Params, Plan

HUGE = {
    "parentheses": "RETURN " + "(" * 3000 + "1" + ")" * 3000 + " AS x",
    "NOTs": "RETURN " + "NOT " * 20_000 + "true AS x",
    "a few NOTs": "RETURN " + "NOT " * 400 + "true AS x",
    "NOTs in parentheses": "RETURN " + "NOT (" * 400 + "true" + ")" * 400 + " AS x",
    "lists": "RETURN " + "[" * 1500 + "]" * 1500 + " AS x",
    "maps": "RETURN " + "{a: " * 1500 + "1" + "}" * 1500 + " AS x",
    "ANDs": "RETURN " + "true AND " * 9000 + "true AS x",
    "ORs": "MATCH (n) WHERE " + " OR ".join(f"n.uid = '{i}'" for i in range(2000)) + " RETURN n.uid AS uid",
    "CASEs": "RETURN " + "CASE WHEN true THEN " * 400 + "1" + " END" * 400 + " AS x",
    "subqueries": "MATCH (n) WHERE " + "EXISTS { MATCH (n) WHERE " * 300 + "true" + " }" * 300 + " RETURN 1 AS x",
    "characters": "RETURN '" + "a" * 200_000 + "' AS x",
    "words": "RETURN [" + "1, " * 20_000 + "1] AS x",
}


@pytest.mark.parametrize("query", HUGE.values(), ids=HUGE.keys())
def test_a_query_too_large_to_plan_is_refused_at_once(store: Store, query: str) -> None:
    start = time.monotonic()

    with pytest.raises(StoreError, match=r"the most are|nested more than") as caught:
        store.ask(query, timeout=3)

    assert time.monotonic() - start < 2
    assert caught.value.cure


NORMAL = {
    "nested": "RETURN " + "(" * 40 + "1" + ")" * 40 + " AS x",
    "brackets side by side": "RETURN " + " + ".join(["(1)"] * 200) + " AS x",
    "conditions": "RETURN " + " AND ".join(["true"] * 200) + " AS x",
    "IS NOT NULL": "RETURN " + " AND ".join(["1 IS NOT NULL"] * 100) + " AS x",
    "CASE": "RETURN " + "CASE WHEN true THEN " * 20 + "1" + " END" * 20 + " AS x",
    "a long list": "RETURN 1 IN [" + ", ".join(map(str, range(3000))) + "] AS x",
    "names": "WITH {case: 1, end: 2} AS m RETURN m.case AS x",
}


@pytest.mark.parametrize("query", NORMAL.values(), ids=NORMAL.keys())
def test_what_a_program_may_write_is_planned(store: Store, query: str) -> None:
    assert len(store.ask(query, timeout=30).rows) == 1


def test_planning_ends_at_the_deadline(store: Store) -> None:
    engine = store._engine  # type: ignore[attr-defined]
    slow = "RETURN " + "CASE WHEN true THEN " * 64 + "1" + " END" * 64 + " AS x"
    if store.uri.startswith("bolt"):
        slow = "MATCH (a)" + "-->()" * 60 + " RETURN count(*) AS x"
    start = time.monotonic()

    with pytest.raises(StoreError, match=r"longer than 0\.2 s"):
        engine.plan(slow, {}, 0.2)

    assert time.monotonic() - start < 3


def test_planning_and_running_share_one_deadline(embedded_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = embedded_store._engine  # type: ignore[attr-defined]
    given: list[float | None] = []
    plan, query = engine.plan, engine.query

    def slow_plan(cypher: str, params: Params, timeout: float | None) -> Plan:
        given.append(timeout)
        time.sleep(0.4)
        return plan(cypher, params, timeout)

    def watched(cypher: str, params: Params, limit: int | None, timeout: float | None) -> object:
        given.append(timeout)
        return query(cypher, params, limit, timeout)

    monkeypatch.setattr(engine, "plan", slow_plan)
    monkeypatch.setattr(engine, "query", watched)
    embedded_store.ask("RETURN 1 AS x", timeout=5)

    assert given[0] == 5
    assert given[1] is not None
    assert given[1] < 4.7


PATTERNS = ["(a+)+", "(a*)*b", r"(\\d+){10,}", "(?:x|y+)+", "((ab)*c)*", "(.*a){12}", r"(?<n>\\w+\\s?)*", "[x](a+?)++"]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_that_repeats_a_repeat_is_refused(store: Store, pattern: str) -> None:
    queries = {
        f"MATCH (n) WHERE n.name =~ '{pattern}' RETURN n.uid AS uid": {},
        f"WITH '{pattern}' AS p MATCH (n) WHERE n.name =~ p RETURN n.uid AS uid": {},
        "MATCH (n) WHERE n.name =~ $p RETURN n.uid AS uid": {"p": pattern.replace("\\\\", "\\")},
        "MATCH (n) WHERE any(p IN $ps WHERE n.name =~ p) RETURN n.uid AS uid": {"ps": ["a", pattern]},
    }
    for query, params in queries.items():
        with pytest.raises(StoreError, match="repeats itself"):
            store.ask(query, params)


@pytest.mark.parametrize(
    "pattern",
    ["a+", "(a|b)+", r"blocks\.\d+\.(attn|ff)", r"\Q(a+)+\E", r"\(a+\)+", "[(a+)+]", "[a[b(c+)]]+", "(a{1})+", "("],
)
def test_other_patterns_pass(pattern: str) -> None:
    query_limits.check_patterns([pattern])


def test_texts_of_a_query_without_a_pattern_are_left_alone() -> None:
    guard.check_patterns("RETURN '(a+)+' AS x", {"p": "(a+)+"})


def test_a_pattern_hidden_by_an_escape_is_refused() -> None:
    with pytest.raises(StoreError, match="repeats itself"):
        guard.check_patterns(r"RETURN 'a' =~ '(a\u002b)\u002b' AS x", {})


def test_a_pattern_the_engine_gives_up_is_called_that(embedded_store: Store) -> None:
    query = "RETURN $text =~ ('(' + '.*a){12}c') AS x"

    with pytest.raises(StoreError, match=r"pattern '\(\.\*a\)\{12\}c' takes more than a second") as caught:
        embedded_store.ask(query, {"text": "a" * 60 + "b"}, timeout=20)

    assert caught.value.where == "the query"
