"""What is wrong with a query, in words that are the same whatever engine found it, and the cure."""

from __future__ import annotations

import re

from archkb.kb.errors import StoreError

_WHERE = "the query"
_SCHEMA = "`archkb schema` shows labels, relationships and properties"
_CAUSE = re.compile(r"\s*\(caused by (?:[\w.$]+: )?(?P<cause>.*)\)$", re.DOTALL)
_SYNTAX = re.compile(r"^Syntax error at line (?P<line>\d+):(?P<column>\d+) - (?P<what>.*)$", re.DOTALL)
_PLACE = re.compile(r"\s*\(line (?P<line>\d+), column (?P<column>\d+) \(offset: \d+\)\)")
_MISSING = re.compile(r"^Expected parameter\(s\):\s*(?P<names>.*?)\.?$")
_CLASSED = re.compile(r"^(?P<name>[A-Z][a-z]+[A-Z]\w+)(?:: | - )(?P<what>.*)$", re.DOTALL)
_CURES = {
    "Unknown function": "use a function of openCypher, such as count, collect, size, split, coalesce",
    "not defined": "bind the variable in a MATCH, UNWIND or WITH before it is used",
    "egative": "give SKIP and LIMIT a number from 0 up",
}


def fault(text: str, before: int = 0) -> StoreError | None:
    """The error for an engine's message about a query; None where the message is about something else.

    `before`: characters the engine was sent in front of the query.

    >>> str(fault("Syntax error at line 1:9 - no viable alternative at input '(a RETURN' (caused by x.Y: null)"))
    "the query: line 1, column 10: no viable alternative at input '(a RETURN'. Cure: check brackets and words there."
    """
    cause = _CAUSE.search(text)
    bare = _CAUSE.sub("", text).strip()
    syntax = _SYNTAX.match(bare)
    if syntax:
        at = f"line {syntax['line']}, column {int(syntax['column']) + 1}: {syntax['what']}"
        return StoreError(at, where=_WHERE, cure="check brackets and words there")
    missing = _MISSING.match(bare)
    if missing:
        return missing_parameters(missing["names"].replace(" ", "").split(","))
    classed = _CLASSED.match(bare)
    if classed:
        return StoreError(classed["what"], where=_WHERE, cure=_cure(classed["what"]))
    if bare.startswith("Error executing Cypher query"):
        why = cause["cause"] if cause and cause["cause"] != "null" else "the engine does not say why"
        return value_fault(f"cannot be run: {why}")
    place = _PLACE.search(bare)
    if place:
        column = int(place["column"]) - (before if place["line"] == "1" else 0)
        what = f"line {place['line']}, column {column}: {_PLACE.sub('', bare)}"
        return StoreError(what, where=_WHERE, cure=_cure(bare))
    return None


def value_fault(text: str) -> StoreError:
    """The error for a query that is well formed and cannot be run with the values it meets."""
    return StoreError(text, where=_WHERE, cure="check its values and parameters")


def no_memory() -> StoreError:
    """The error for a query that outgrew the memory it may have."""
    return StoreError(
        "it needs more memory than a query may have",
        where=_WHERE,
        cure="build no long lists or texts: return rows, count instead of collect, and give LIMIT",
    )


def disk_full(uri: str) -> StoreError:
    """The error for a disk without room for what is written."""
    return StoreError(
        "the disk is full",
        where=uri,
        cure="free space on the store's disk and run it again; what was whole before is whole, the rest is undone",
    )


def _cure(text: str) -> str:
    return next((cure for said, cure in _CURES.items() if said in text), f"correct it; {_SCHEMA}")


def missing_parameters(names: list[str]) -> StoreError:
    """The error for parameters that a query uses and nobody gave."""
    shown = ", ".join(f"${name}" for name in names)
    given = " ".join(f"-p {name}=VALUE" for name in names)
    verb = "has" if len(names) == 1 else "have"
    return StoreError(f"{shown} {verb} no value", where=_WHERE, cure=f"add {given}")
