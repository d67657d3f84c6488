"""How large and how nested a stranger's query may be, and which regular expressions it may hold.

Planning is not bounded by an engine's own timeout. Measured on Neo4j 5.26: 400 nested parentheses or NOTs overflow the
planner's stack and the connection waits for two minutes; 1,600 ANDs take 5 s. On the embedded store 100 nested CASEs
take 2 s and 400 take 106 s. What no person writes is refused before it reaches a planner.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from archkb.kb.errors import StoreError

MOST_CHARACTERS, MOST_TOKENS = 100_000, 20_000
MOST_NESTED = 64
"""Brackets, CASEs and runs of NOT within one another. Both planners manage 100 in under 3 s."""
MOST_JOINED = 500
"""ANDs, ORs and XORs in all: Neo4j plans 500 in 2 s."""

_OPENS = {")": "(", "]": "[", "}": "{", "END": "CASE"}
_JOINS = ("AND", "OR", "XOR")
_NAMED = (".", ":", "$", "|", "&")
"""What stands before a name that is no word of Cypher, whatever its letters."""
_REPEAT = re.compile(r"(?:[*+]|\{\d+,\d*\}|\{(?:[2-9]|\d\d+)\})[+?]?")
_QUOTED = re.compile(r"\\Q.*?(?:\\E|$)|\\.", re.DOTALL)
_GROUP = re.compile(r"\((?:\?(?:<\w+>|<?[=!]|[\w-]*:|>))?")
_WHERE = "the query"


def check_size(text: str, tokens: Sequence[str]) -> None:
    """StoreError for a query larger or more nested than any planner should be given. `tokens` as of the guard."""
    if len(text) > MOST_CHARACTERS or len(tokens) > MOST_TOKENS:
        raise StoreError(
            f"it has {len(text):,} characters and {len(tokens):,} words; the most are {MOST_CHARACTERS:,} and "
            f"{MOST_TOKENS:,}",
            where=_WHERE,
            cure='pass long lists as parameters: -p names=\'["a", "b"]\' and $names',
        )
    if _depth(tokens) > MOST_NESTED:
        raise StoreError(
            f"brackets, CASE or NOT are nested more than {MOST_NESTED} deep",
            where=_WHERE,
            cure="name the parts with WITH ... AS",
        )
    joined = sum(token in _JOINS for token in tokens)
    if joined > MOST_JOINED:
        raise StoreError(
            f"{joined:,} conditions are joined with AND, OR or XOR; the most are {MOST_JOINED}",
            where=_WHERE,
            cure="write `x IN $values` in place of many ORs, and pass the values with -p",
        )


def check_patterns(patterns: Sequence[str]) -> None:
    """StoreError for a regular expression that repeats what repeats itself, such as `(a+)+`.

    On a text that almost matches, it takes time exponential in the length of the text, and a Neo4j server goes on with
    it long after the timeout (measured: 499 s). Patterns that overlap in other ways, `(a|aa)+`, are not seen.
    """
    for pattern in patterns:
        part = _nested(pattern)
        if part:
            raise StoreError(
                f"the pattern {pattern!r} repeats {part!r}, which repeats itself",
                where=_WHERE,
                cure="write it without a repeat inside a repeat: `a+` for `(a+)+`; or use CONTAINS, STARTS WITH",
            )


def _depth(tokens: Sequence[str]) -> int:
    """The deepest nesting of brackets, CASE ... END and operands of NOT."""
    deepest = depth = base = 0
    outer: list[tuple[str, int]] = []
    for i, token in enumerate(tokens):
        named = (i > 0 and tokens[i - 1] in _NAMED) or tokens[i + 1 : i + 2] == [":"]
        if token == "NOT":
            depth += 1
        elif token in ("(", "[", "{") or (token == "CASE" and not named):
            outer.append((token, base))
            base = depth = depth + 1
        elif token in _OPENS and not named and any(opened == _OPENS[token] for opened, _ in outer):
            while outer[-1][0] != _OPENS[token]:
                outer.pop()
            base = depth = outer.pop()[1]
        else:
            depth = base
        deepest = max(deepest, depth)
    return deepest


def _nested(pattern: str) -> str:
    """The first group that is repeated and has a repeat in it, empty where there is none.

    >>> _nested(r"a(b|c+)*"), _nested(r"a+(?:bc)*[(x+)+]*"), _nested(r"((?:ab)+c){2,}")
    ('(b|c+)', '', '((?:ab)+c)')
    """
    groups: list[tuple[int, bool]] = []
    repeats, at = False, 0
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            quoted = _QUOTED.match(pattern, at)
            at = quoted.end() if quoted else len(pattern)
        elif char == "[":
            at = _class_end(pattern, at)
        elif char == "(":
            group = _GROUP.match(pattern, at)
            groups.append((at, repeats))
            repeats, at = False, group.end() if group else at + 1
        elif char == ")" and groups:
            start, before = groups.pop()
            repeat = _REPEAT.match(pattern, at + 1)
            if repeat and repeats:
                return pattern[start : at + 1]
            repeats, at = repeats or before or bool(repeat), repeat.end() if repeat else at + 1
        else:
            repeat = _REPEAT.match(pattern, at)
            repeats, at = repeats or bool(repeat), repeat.end() if repeat else at + 1
    return ""


def _class_end(pattern: str, at: int) -> int:
    """Where the class of characters that begins at `at` ends; classes may hold classes."""
    depth = 0
    while at < len(pattern):
        if pattern[at] == "\\":
            at += 1
        depth += (pattern[at : at + 1] == "[") - (pattern[at : at + 1] == "]")
        at += 1
        if depth == 0:
            break
    return at
