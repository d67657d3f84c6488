"""What a stranger's query may not do, beyond what the engines themselves refuse.

Writing is refused by the engines: ArcadeDB's `query()`, Neo4j's READ access and the query type of its EXPLAIN. Neither
keeps a reader from files, URLs and server settings, so three more nets hang here, each enough for what it covers:
the store's settings (LOAD CSV off), the plan (:func:`check_plan`), and the words of the query (:func:`check_text`),
because ArcadeDB's EXPLAIN does not look into subqueries.

The words are read by a lexer, so strings, comments and quoted names cannot hide or fake any. Where Neo4j would decode
`\\uXXXX` before it reads, both spellings have to pass.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from archkb.kb.errors import ReadOnlyError
from archkb.kb.store import query_limits
from archkb.kb.store.engine import Plan

PROCEDURES = frozenset({"db.labels", "db.propertykeys", "db.relationshiptypes", "db.schema.visualization"})
"""Procedures a query may call: they tell what is in the graph, and nothing else."""

STARTS = frozenset({"MATCH", "OPTIONAL", "UNWIND", "WITH", "RETURN", "CALL"})
"""Words a reading query may begin with. SHOW, USE, EXPLAIN, CYPHER, administration and all writing begin otherwise."""

NAMESPACES = frozenset({"date", "datetime", "duration", "localdatetime", "localtime", "point", "time", "vector"})
"""First parts of dotted functions that are Cypher's own, as in `duration.between()`."""

FORBIDDEN_OPERATORS = ("LoadCSV", "LOAD CSV", "ProcedureCall", "Show", "Terminate", "Command", "CALL IN TRANSACTIONS")
_ALLOWED_CALL = re.compile(
    r"^ProcedureCall .*?(" + "|".join(map(re.escape, sorted(PROCEDURES))) + r")\b", re.IGNORECASE
)

_GOES_ON = frozenset({"ELSE", "WHEN", "END", "AND", "OR", "XOR", "IN", "IS", "STARTS", "ENDS", "CONTAINS"})
"""Words that follow a value of CASE, where a clause would go on with a database's name."""

_TOKEN = re.compile(
    r"""(?P<skip>\s+|//[^\n\r]*|/\*.*?\*/)
      | (?P<string>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")
      | (?P<quoted>`(?:``|[^`])*`)
      | (?P<word>[^\W\d]\w*)
      | (?P<number>\d[\w]*(?:\.\d\w*)?)
      | (?P<sign>\.\.|.)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\u+([0-9a-fA-F]{4})")


def check_text(cypher: str) -> str:
    """The query without a closing semicolon; ReadOnlyError where its words reach outside the graph.

    >>> check_text("MATCH (n) RETURN 'LOAD CSV' AS text;")
    "MATCH (n) RETURN 'LOAD CSV' AS text"
    """
    text = cypher.strip()
    tokens = _tokens(text)
    query_limits.check_size(text, tokens)
    while tokens and tokens[-1] == ";":
        text = text[: text.rindex(";")].rstrip()
        tokens.pop()
    _check_tokens(tokens)
    decoded = _ESCAPE.sub(lambda m: chr(int(m[1], 16)), text)
    if decoded != text:
        _check_tokens(_tokens(decoded))
    return text


def check_patterns(cypher: str, params: Mapping[str, Any]) -> None:
    """StoreError where a text that the query may match with `=~` can take a time without end: a literal of the query or
    a text among its parameters. What the query puts together itself is not seen."""
    decoded = _ESCAPE.sub(lambda m: chr(int(m[1], 16)), cypher)
    if "=~" not in "".join(_tokens(decoded)):
        return
    literals = (m.group()[1:-1] for m in _TOKEN.finditer(decoded) if m.lastgroup == "string")
    values = (v for value in params.values() for v in (value if isinstance(value, list | tuple) else (value,)))
    query_limits.check_patterns([re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL) for text in literals])
    query_limits.check_patterns([value for value in values if isinstance(value, str)])


def check_plan(plan: Plan) -> None:
    """ReadOnlyError for a plan that writes, or that has an operator which leaves the graph."""
    for operator in plan.operators:
        if any(operator.startswith(word) for word in FORBIDDEN_OPERATORS) and not _ALLOWED_CALL.match(operator):
            raise _refused(f"the plan has the operator {operator.split('(')[0].strip()[:80]}")
    if plan.writes:
        shown = next((op.split()[0] for op in plan.operators if _writes(op)), "")
        raise ReadOnlyError(
            f"the query would write{f' (operator {shown})' if shown else ''}",
            cure="queries may only read; archkb ingest and archkb forget write",
        )


def _writes(operator: str) -> bool:
    return operator.startswith(
        ("Create", "Merge", "Delete", "Detach", "Set", "Remove", "Foreach", "TransactionForeach")
    )


def _tokens(text: str) -> list[str]:
    """Words in capitals, quoted names as a backtick and the name, strings as a quotation mark, signs as they are."""
    out: list[str] = []
    for match in _TOKEN.finditer(text):
        kind, token = match.lastgroup, match.group()
        if kind == "word":
            out.append(token.upper())
        elif kind == "quoted":
            out.append("`" + token[1:-1].replace("``", "`"))
        elif kind == "string":
            out.append('"')
        elif kind in ("number", "sign"):
            out.append(token)
    return out


def _check_tokens(tokens: Sequence[str]) -> None:
    if not tokens:
        raise _refused("the query is empty", cure="write one, such as `MATCH (m:Model) RETURN m.name`")
    if tokens[0] not in STARTS:
        raise _refused(f"a query may not begin with {tokens[0]}", cure=f"begin with one of {', '.join(sorted(STARTS))}")
    for i, token in enumerate(tokens):
        before = tokens[i - 1] if i else ""
        after = tokens[i + 1] if i + 1 < len(tokens) else ""
        if token == ";":
            raise _refused("there is more than one statement", cure="send them one by one")
        if token in ("'", '"') and before == "\\":
            raise _refused("a quotation mark follows a backslash outside a string")
        if _is_name(token) and after == "." and before != ".":
            _check_function(tokens, i)
        if before in (".", ":", "$", "|", "&") or after == ":":
            continue  # a property, label, type, parameter or key of that name
        if token == "LOAD" and after == "CSV":
            raise _refused("LOAD CSV reads files and URLs")
        if token == "CALL":
            _check_call(tokens, i + 1)
        if token == "USE" and _is_name(after) and _begins_clause(tokens, i):
            raise _refused("USE goes to another database")
        if token == "TRANSACTIONS" and "CALL" in tokens[:i]:
            raise _refused("CALL ... IN TRANSACTIONS commits")


def _begins_clause(tokens: Sequence[str], at: int) -> bool:
    """Whether a clause may begin here: USE is a variable's name elsewhere, as in `RETURN use AS x`."""
    before, two_before = tokens[at - 1] if at else "", tokens[at - 2] if at > 1 else ""
    if before in ("ALL", "DISTINCT"):
        return two_before == "UNION"
    if before in ("THEN", "ELSE"):
        return tokens[at + 1] not in _GOES_ON
    return before in ("", "{", ")", "UNION", "NEXT")


def _check_call(tokens: Sequence[str], start: int) -> None:
    """A subquery is the engine's to judge, and so is a variable called call; a procedure has to be on the list."""
    if start >= len(tokens) or not _is_name(tokens[start]):
        return
    name = _dotted(tokens, start)[0]
    if name.lower() not in PROCEDURES:
        raise _refused(
            f"the procedure {name.lower()} is not allowed", cure=f"allowed are {', '.join(sorted(PROCEDURES))}"
        )


def _check_function(tokens: Sequence[str], start: int) -> None:
    """A dotted name before a parenthesis is a function of a library: those of Cypher itself only."""
    name, end = _dotted(tokens, start)
    called = end < len(tokens) and tokens[end] == "("
    if called and (start == 0 or tokens[start - 1] != "CALL"):
        if name.partition(".")[0].lower() in NAMESPACES or name.lower() in PROCEDURES:
            return
        raise _refused(f"the function {name.lower()}() is not Cypher's own")


def _dotted(tokens: Sequence[str], start: int) -> tuple[str, int]:
    """The dotted name that starts at `start`, and where it ends."""
    name, i = tokens[start].lstrip("`"), start + 1
    while i + 1 < len(tokens) and tokens[i] == "." and _is_name(tokens[i + 1]):
        name += "." + tokens[i + 1].lstrip("`")
        i += 2
    return name, i


def _is_name(token: str) -> bool:
    return token[:1] == "`" or token[:1].isalpha() or token[:1] == "_"


def _refused(
    what: str, cure: str = "queries see the graph only: no files, URLs, settings or other databases"
) -> ReadOnlyError:
    return ReadOnlyError(what, cure=cure)
