"""What was asked as one Cypher text for both stores, with its parameters.

Like modules are one row (paths with numbers as {i}). `holds` of a row is true, or null where something inferred that a
filter needs is unknown: comparisons with null are null in Cypher, so that what is unknown is neither kept nor left out
unsaid.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from archkb.queries.output.answer import Column
from archkb.queries.questions.grammar.asked import Asked, Filter
from archkb.queries.questions.grammar.scope import MINE, OF_MODEL
from archkb.queries.questions.grammar.words import Kind, words

TOP = 5
"""Rows of a question for the largest or smallest."""

_INDEX = (
    "reduce(s = '', n IN [p IN split(m.path, '.') WHERE p =~ '[0-9]+'] | CASE WHEN s = '' THEN n ELSE s + '.' + n END)"
)
_LAYERS = "(m:Linear OR m:Conv OR m:Norm OR m:Embedding OR m:Recurrent)"
_WEIGHT = "EXISTS { MATCH (m)-[:HAS_TENSOR]->(w:Tensor) WHERE w.role = 'weight' AND w.dtype STARTS WITH $%s }"
_STREAMS = frozenset(("reads", "queries"))
_INFERRED = frozenset((*_STREAMS, "attends", "qk_norm", "moe"))
_SUMMED = (
    "RETURN coalesce(m.component, '(root)') AS path, t.dtype AS dtype,",
    "       count(*) AS count, sum(t.n_params) AS parameters",
    "ORDER BY path, dtype, parameters",
)
_SUMMED_COLUMNS = (
    Column("path", "Component, (root) for what is in none.", heading="component"),
    Column("dtype", "dtype as the format spells it."),
    Column("count", "Tensors in the row.", show="count", heading="tensors"),
    Column("parameters", "Parameters of all of them.", show="count"),
)
"""Parameters are added up by component and dtype: each tensor is counted once."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """The query with its parameters, the model's left out, and its columns."""

    cypher: str
    params: Mapping[str, Any]
    columns: tuple[Column, ...]


def compile_cypher(asked: Asked) -> Compiled:
    """The query of a question; the parameter `model` is the name of the model asked about."""
    kind = words().kinds[asked.kind]
    params: dict[str, Any] = {}
    conditions = [_condition(f, asked.kind, params) for f in asked.filters]
    if asked.of and (asked.most or words().properties[asked.of].only):
        conditions.append(f"{_expression(asked.of, asked.kind)} IS NOT NULL")
    if asked.sums:
        lines = [*_match(asked.kind, kind.label), *_kept(asked, conditions), *_SUMMED]
        return Compiled("\n".join(lines), params, _SUMMED_COLUMNS)
    shown = _shown(asked, kind)
    lines = [*_match(asked.kind, kind.label), *_kept(asked, conditions), *_returned(asked, shown)]
    return Compiled("\n".join(lines), params, _columns(asked, kind, shown))


def may_be_unknown(asked: Asked) -> bool:
    """Whether a filter needs something inferred, which may be unknown of a module."""
    return any(f.by in _INFERRED or (f.by in words().properties and f.op != "starts") for f in asked.filters)


def _shown(asked: Asked, kind: Kind) -> tuple[str, ...]:
    """Names of the properties a row shows: those of the kind, and those the question speaks of."""
    table = words().properties
    more = (name for name in (asked.of, *(f.by for f in asked.filters)) if name in table)
    return tuple(dict.fromkeys((*kind.columns, *(name for name in more if table[name].expression(asked.kind)))))


def _match(kind: str, label: str) -> list[str]:
    if kind == "tensor":
        return [f"{MINE} MATCH (t:Tensor {OF_MODEL})", "OPTIONAL MATCH (m:Module)-[:HAS_TENSOR]->(t)"]
    if kind == "attention":
        return [
            f"{MINE} MATCH (m:Attention {OF_MODEL})",
            "OPTIONAL MATCH (m)-[:QUERIES]->(q:Stream)",
            "WITH m, q ORDER BY q.name",
            "WITH m, collect(DISTINCT q.name) AS queries",
            "OPTIONAL MATCH (m)-[:ATTENDS_TO]->(r:Stream)",
            "WITH m, queries, r ORDER BY r.name",
            "WITH m, queries, collect(DISTINCT r.name) AS reads",
        ]
    return (
        [f"{MINE} MATCH (m:{label} {OF_MODEL})"] if label else [f"{MINE} MATCH (m:Module {OF_MODEL}) WHERE {_LAYERS}"]
    )


def _kept(asked: Asked, conditions: list[str]) -> list[str]:
    """Lines that leave what fits, in the order of the indices on its path."""
    carried = {"tensor": "t, m", "attention": "m, queries, reads"}.get(asked.kind, "m")
    fits = "\n     AND ".join(conditions)
    lines: list[str] = []
    if may_be_unknown(asked) and not asked.sums:
        lines = [f"WITH {carried}, {fits} AS holds", "WHERE holds OR holds IS NULL"]
        carried = f"{carried}, holds"
    elif conditions:
        lines = [f"WITH {carried}", f"WHERE {fits}"]
    if asked.sums:
        return lines
    return [*lines, f"WITH {carried}, coalesce({_INDEX}, '') AS index", "ORDER BY size(index), index"]


def _returned(asked: Asked, shown: tuple[str, ...]) -> list[str]:
    """The rows, in an order that their columns settle."""
    path = "CASE WHEN m IS NULL THEN t.key ELSE m.pattern + '.' + t.name END" if asked.kind == "tensor" else "m.pattern"
    known = ("holds",) if may_be_unknown(asked) else ()
    items = [
        f"{path} AS path",
        "collect(index) AS blocks",
        "count(*) AS count",
        *(f"{_expression(name, asked.kind)} AS {name}" for name in shown),
        *known,
    ]
    first = () if not asked.most else (f"{asked.of}{' DESC' if asked.most == 'largest' else ''}",)
    rest = (name for name in ("path", *shown, *known) if not asked.most or name != asked.of)
    lines = [f"RETURN {', '.join(items)}", f"ORDER BY {', '.join((*first, *rest))}"]
    return [*lines, f"LIMIT {TOP}"] if asked.most else lines


def _expression(name: str, kind: str) -> str:
    if name in _STREAMS:
        joined = f"reduce(s = '', x IN {name} | CASE WHEN s = '' THEN x ELSE s + ' + ' + x END)"
        return f"CASE WHEN size({name}) = 0 THEN null ELSE {joined} END"
    found = words().properties[name].expression(kind)
    assert found is not None, f"{kind} has no {name}"
    return found


def _condition(f: Filter, kind: str, params: dict[str, Any]) -> str:
    name = f"p{len(params) + 1}"
    params[name] = list(f.value) if isinstance(f.value, tuple) else f.value
    text = _plain(f, kind, name)
    if isinstance(params.get(name), bool):
        del params[name]
    return f"({text})" if f.holds else f"NOT ({text})"


def _plain(f: Filter, kind: str, name: str) -> str:
    """The condition of a filter, its value being the parameter of that name."""
    path = "t.key" if kind == "tensor" else "m.path"
    if f.by == "under":
        return f"any(p IN ${name} WHERE p = '' OR {path} = p OR {path} STARTS WITH p + '.')"
    if f.by == "within":
        return f"('.' + {path} + '.') CONTAINS ('.' + ${name} + '.')"
    if f.by == "named":
        return f"toLower({path if kind == 'tensor' else 'm.name'}) CONTAINS toLower(${name})"
    if f.by in _STREAMS:
        return f"CASE WHEN size({f.by}) = 0 THEN null ELSE any(x IN {f.by} WHERE x IN ${name}) END"
    return _of_property(f, kind, name)


def _of_property(f: Filter, kind: str, name: str) -> str:
    if f.by == "dtype":
        return f"t.dtype STARTS WITH ${name}" if kind == "tensor" else _WEIGHT % name
    if f.by == "qk_norm":
        return "m.qk_norm <> 'none'"
    if f.by == "moe":
        return "m.form = 'moe'"
    if f.by == "depthwise":
        return "coalesce(m.depthwise, false)"
    expression = words().properties[f.by].expression(kind)
    if f.by == "kernel":
        return f"all(k IN m.kernel WHERE k = ${name})"
    if f.op == "starts":
        return f"coalesce({expression}, '') STARTS WITH ${name}"
    if isinstance(f.value, bool):
        return f"coalesce({expression}, false)"
    return f"{expression} {f.op} ${name}"


def _columns(asked: Asked, kind: Kind, shown: tuple[str, ...]) -> tuple[Column, ...]:
    table = words()
    columns = [
        Column("path", "Path, numbers as {i}.", heading=kind.one),
        Column("blocks", "Index of each in its numbered containers, dotted where nested.", show="ranges"),
        Column("count", "How many there are in the row.", show="count"),
    ]
    for name in shown:
        prop = table.properties.get(name)
        title, show = (prop.title, prop.show) if prop else (name, "plain")
        columns.append(Column(name, title, show, unknown=True, heading=title))
    if may_be_unknown(asked):
        columns.append(Column("holds", "Whether it is as asked; unknown where nothing proves it.", unknown=True))
    return tuple(columns)
