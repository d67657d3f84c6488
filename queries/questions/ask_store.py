"""Ask a store a question: bind its parameters, run its one Cypher text, and say what an empty answer means."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from archkb.kb.errors import ArchkbError, NotFoundError
from archkb.queries.output.answer import Answer
from archkb.queries.questions.cypher_text import limits
from archkb.queries.questions.question import Param, Question

if TYPE_CHECKING:
    from archkb.kb.store.port import Store


_SUCH: Mapping[str, str] = {"int": "5", "float": "0.5", "bool": "yes", "model": "NAME", "string": "TEXT"}
_TAKES: Mapping[str, str] = {"int": "a whole number", "float": "a number", "bool": "yes or no"}
_LEAST, _MOST = 1, 2**31 - 1
"""What a number of rows may be."""


def pairs(given: Iterable[str]) -> dict[str, str]:
    """NAME=VALUE texts as a mapping. ArchkbError for one without '='.

    >>> pairs(["top=5", "text=a=b"])
    {'top': '5', 'text': 'a=b'}
    """
    out = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise ArchkbError(f"parameter {text!r} is not NAME=VALUE", cure="write for instance --param top=5")
        out[name.lstrip("$")] = value
    return out


def guess(text: str) -> Any:
    """A typed-in value as JSON where it is a number, true, false, null or a list; else the text itself.

    >>> guess("5"), guess("[1, 2]"), guess("ltx")
    (5, [1, 2], 'ltx')
    """
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return text if isinstance(value, dict) else value


def bind(question: Question, given: Mapping[str, str]) -> dict[str, Any]:
    """The question's parameters with typed values, defaults filled in. ArchkbError names the parameter and the cure."""
    known = {p.name: p for p in question.params}
    for name in given:
        if name not in known:
            takes = ", ".join(known) or "none"
            raise NotFoundError(f"{question.id!r} has no parameter {name!r}", cure=f"it takes {takes}")
    out = {}
    for p in question.params:
        if p.name in given:
            out[p.name] = _value(question, p, given[p.name])
        elif p.required:
            what = f"{question.id!r} needs the parameter {p.name!r}: {p.doc}"
            raise ArchkbError(what, cure=f"add --param {p.name}={_SUCH.get(p.type, 'TEXT')}")
        else:
            out[p.name] = p.default
    return out


def _value(question: Question, p: Param, text: str) -> Any:
    if p.type in ("model", "string"):
        return text
    if p.type == "bool" and text.lower() in ("true", "yes", "1", "false", "no", "0"):
        return text.lower() in ("true", "yes", "1")
    such = f"{p.name}={_SUCH[p.type] if p.default is None else p.default}"
    try:
        value = int(text) if p.type == "int" else float(text) if p.type == "float" else None
    except ValueError:
        value = None
    if value is None:
        what = f"parameter {p.name!r} of {question.id!r} takes {_TAKES[p.type]}, not {text!r}"
        raise ArchkbError(what, cure=f"write for instance --param {such}")
    least = _LEAST if p.name in limits(question.cypher) else None
    if least is not None and not least <= value <= _MOST:
        what = f"parameter {p.name!r} of {question.id!r} is a number of rows, and {text} is none"
        raise ArchkbError(what, cure=f"give {least} or more, for instance --param {such}")
    return value


def ask(
    store: Store, question: Question, params: Mapping[str, Any], *, counted: bool = True, named: bool = False
) -> Answer:
    """Run the question. `counted` asks for its denominator too, where it has one; `named` for names of templates."""
    read = store.read(question.cypher, params)
    notes: list[str] = []
    if not read.rows and "model" in params:
        store.check(params["model"])  # an empty answer of a damaged store is no answer
    if counted and question.count and (read.rows or not question.empty):
        notes.append(_of_how_many(store, question, params, read.rows))
    total = question.total.line(read.columns, read.rows) if question.total else ""
    return Answer(
        question.id,
        read.columns,
        read.rows,
        question.cypher,
        dict(params),
        read.truncated,
        tuple(notes),
        {c.name: c for c in question.columns},
        question.says.line(question.columns, read.rows, total),
        _names(store, question, read.rows) if named else {},
    )


def _names(store: Store, question: Question, rows: Iterable[tuple[Any, ...]]) -> dict[str, str]:
    """Names of the templates in the rows, by hash."""
    columns = [i for i, c in enumerate(question.columns) if c.show == "template"]
    if not columns:
        return {}
    from archkb.queries.template_name import names

    cells = [row[i] for row in rows for i in columns]
    return names(store, [uid for cell in cells for uid in (cell if isinstance(cell, (list, tuple)) else (cell,))])


def _of_how_many(store: Store, question: Question, params: Mapping[str, Any], rows: tuple[tuple[Any, ...], ...]) -> str:
    names = [c.name for c in question.columns]
    found = sum(row[names.index("count")] for row in rows) if "count" in names else len(rows)
    used = {p: params[p] for p in params if f"${p}" in question.count}
    total = store.read(question.count, used).rows[0][0]
    counts = question.counts.removesuffix("s") if total == 1 else question.counts
    return f"{found} of {total} {counts}".rstrip()


def signature(p: Param) -> str:
    """A parameter as one word: name:type, with its default."""
    if p.required:
        return f"{p.name}:{p.type}"
    return f"{p.name}:{p.type}={'none' if p.default is None else p.default}"


def page(question: Question) -> str:
    """A question as a page for a terminal."""
    lines = [question.id, question.title, ""]
    if question.about:
        lines += [question.about, ""]
    if question.params:
        lines += ["takes", *(f"  {signature(p):22} {p.doc}" for p in question.params), ""]
    lines += ["returns", *(f"  {c.name:22} {c.doc}" for c in question.columns), ""]
    if question.empty:
        lines += [f"no row means: {question.empty}", ""]
    return "\n".join([*lines, question.cypher, ""])
