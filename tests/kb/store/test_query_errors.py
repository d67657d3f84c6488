"""What is wrong with a query, whichever engine says it, with a cure and without an exception's name."""

from __future__ import annotations

import pytest

from archkb.kb.store.arcade_fault import translated
from archkb.kb.store.query_errors import fault

SAID = [
    (
        "Invalid input 'RETURN': expected ')' (line 1, column 18 (offset: 17))",
        "the query: line 1, column 10: Invalid input 'RETURN': expected ')'. Cure: correct it; `archkb schema`",
    ),
    ("Variable `x` not defined (line 2, column 8 (offset: 31))", "the query: line 2, column 8: Variable `x`"),
    ("Variable `x` not defined (line 2, column 8 (offset: 31))", "Cure: bind the variable"),
    ("Expected parameter(s): a, b.", "the query: $a, $b have no value. Cure: add -p a=VALUE -p b=VALUE."),
    ("UnknownFunction: Unknown function 'foo'", "Cure: use a function of openCypher"),
    ("NegativeIntegerArgument: SKIP/LIMIT value must not be negative, got: -1", "Cure: give SKIP and LIMIT"),
    (
        'Error executing Cypher query: X (caused by java.lang.NumberFormatException: For input string: "a")',
        'the query: cannot be run: For input string: "a". Cure: check its values and parameters.',
    ),
]


@pytest.mark.parametrize(("said", "told"), SAID)
def test_messages_of_the_engines(said: str, told: str) -> None:
    assert told in str(fault(said, len("EXPLAIN ")))


def test_what_is_not_about_the_query_is_left_to_the_store() -> None:
    assert fault("the disk is full") is None


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Reading the result set failed: java.lang.OutOfMemoryError: Overflow: String length out of range", "memory"),
        ("Reading the result set failed: java.lang.OutOfMemoryError: Array allocation too large.", "memory"),
        (
            "x: com.arcadedb.exception.TimeoutException: Regular expression operation aborted "
            "(arcadedb.command.regexTimeout): pattern '(.*a){12}c' against input of length 61",
            "the pattern '(.*a){12}c'",
        ),
        ("x: com.arcadedb.exception.TimeoutException: Timeout on executing command", "longer than 30 s"),
    ],
)
def test_what_ended_a_query_of_the_embedded_store(said: str, told: str) -> None:
    error = translated("the/store", RuntimeError(said), query=True)

    assert told in error.what
    assert "the/store" not in str(error)
    assert "log" not in error.cure
