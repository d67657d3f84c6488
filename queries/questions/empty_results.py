"""What a reader's query finds nothing for although nothing in it is misspelt, and the query that was meant.

A store is silent about it: `structure` and `uid` hold uids and not a model's name, some relationships lead one level
down only, models share what is inferred, values have one spelling. What is not understood is not warned of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from archkb.kb import schema
from archkb.kb.near_misses import nearest
from archkb.queries.questions.cypher_text import blank

Values = Callable[[str], Sequence[str]]
"""The values a property of modules or tensors has in the store."""

_COMPARED = re.compile(r"(?<![\w$])(?:(\w+)\s*\.\s*)?(\w+)\s*(?::|=|<>|\bIN\b)", re.IGNORECASE)
_VALUE = re.compile(r"\s*\[?\s*(?:'((?:\\.|[^'\\])*)'|\"((?:\\.|[^\"\\])*)\"|\$(\w+))")
_MODEL = re.compile(r"\(\s*(\w*)\s*:\s*Model\b")
_HOP = re.compile(
    r"\(\s*(\w*)\s*(:\s*Model\b)?[^()]*\)\s*-\s*\[\s*\w*\s*:\s*(HAS_TENSOR|CONTAINS)\s*\]\s*->\s*\(([^()]*)\)"
)
_BACK = re.compile(r"\(([^()]*)\)\s*<-\s*\[\s*\w*\s*:\s*(HAS_TENSOR|CONTAINS)\s*\]\s*-\s*\(\s*(\w*)\s*(:\s*Model\b)?")
_ANY_HOP = re.compile(r"\(\s*(\w*)\s*(:\s*Model\b)?[^()]*\)\s*-\s*(?:\[\s*\w*\s*\]\s*)?-\s*>\s*\(\s*\w*\s*:\s*Tensor\b")
_WALK = re.compile(r"\(\s*(\w*)\s*:\s*Model\s*\)\s*-\s*\[\s*\w*\s*:\s*CONTAINS\s*\*")
_UIDS = ("structure", "uid")
_COUNTS = re.compile(r"\b(?:count|sum|avg|collect)\s*\(|\bCOUNT\s*\{", re.IGNORECASE)
_RELATED = re.compile(rf"\b(?:{'|'.join(r.type for r in schema.LINEAGE)})\b")
_INFERRED = re.compile(rf":\s*({'|'.join((*schema.INFERRED, *(r.name for r in schema.ROLES)))})\b")
_ENUMERATED = frozenset(
    p.name
    for role in (None, *(r.name for r in schema.ROLES))
    for p in schema.properties("Module", role)
    if p.type == "string" and p.name in ("kind", "attends", "form", "qk_norm")
) | {"dtype"}
"""Properties of modules and tensors that have few values."""


class Uids(NamedTuple):
    """A model's own uid, and that of its structure."""

    model: str
    structure: str

    def of(self, prop: str) -> str:
        """What a property of that name is compared with."""
        return self.model if prop == "uid" else self.structure


Models = Mapping[str, Uids]
"""Uids by the models' names."""


@dataclass(frozen=True, slots=True)
class _Comparison:
    """A property compared with a text (or with a parameter of that name), and where the text stands."""

    prop: str
    text: str
    parameter: bool
    start: int
    end: int


def _comparisons(cypher: str) -> Iterator[_Comparison]:
    bare = blank(cypher)
    for found in _COMPARED.finditer(bare):
        value = _VALUE.match(cypher, found.end())
        if value is not None:
            single, double, parameter = value.groups()
            text = next(v for v in (single, double, parameter) if v is not None)
            yield _Comparison(found[2], text, parameter is not None, value.start(), value.end())


def uids_for_names(cypher: str, params: Mapping[str, Any], models: Models) -> tuple[dict[str, Any], list[str]]:
    """The parameters with a uid in place of a model's name where only uids are compared with it; what was done."""
    compared: dict[str, set[str]] = {}
    for c in _comparisons(cypher):
        if c.parameter:
            compared.setdefault(c.text, set()).add(c.prop)
    out, notes = dict(params), []
    for name, value in params.items():
        props = compared.get(name, {""})
        if isinstance(value, str) and value in models and len(props) == 1 and props <= set(_UIDS):
            (prop,) = props
            out[name] = models[value].of(prop)
            whose = value if prop == "uid" else f"the structure of {value}"
            notes.append(f"${name} is compared with uids: taken as {out[name]!r}, the uid of {whose}")
    return out, notes


def wants_uids(cypher: str) -> frozenset[str]:
    """Names of the parameters that are compared with uids."""
    return frozenset(c.text for c in _comparisons(cypher) if c.parameter and c.prop in _UIDS)


def one_level(cypher: str) -> list[str]:
    """What leads less far than it seems: a model's own tensors are the loose ones alone."""
    bare = blank(cypher)
    hops = sum(kind == "HAS_TENSOR" for kind, _ in _hops_of_models(cypher))
    untyped = any(label or name in _models_of(bare) for name, label in _ANY_HOP.findall(bare))
    if untyped or (hops and hops == bare.count("HAS_TENSOR")):  # a query that asks modules for theirs knows of both
        return [
            "HAS_TENSOR leads from a model to its loose tensors, those of no module, alone; all of them are "
            "MATCH (t:Tensor {structure: m.structure})"
        ]
    return []


def _hops_of_models(cypher: str) -> list[tuple[str, str]]:
    """Single steps that start at a model: the type of the relationship, and what the query says of its end."""
    bare = blank(cypher)
    models = _models_of(bare)
    hops = [(f[1], f[2], f[3], f[4]) for f in _HOP.finditer(bare)]
    hops += [(f[3], f[4], f[2], f[1]) for f in _BACK.finditer(bare)]
    return [(kind, end) for name, label, kind, end in hops if label or name in models]


def _models_of(bare: str) -> set[str]:
    """The variables that a query binds to models."""
    return {name for name in _MODEL.findall(bare) if name}


def why_empty(cypher: str, params: Mapping[str, Any], models: Models, values: Values) -> list[str]:
    """Sentences on why a query that found nothing may have found nothing, each with what to write instead."""
    return list(dict.fromkeys(_why_empty(cypher, params, models, values)))


def _why_empty(cypher: str, params: Mapping[str, Any], models: Models, values: Values) -> Iterator[str]:
    about_models = bool(_MODEL.search(blank(cypher)))
    for c in _comparisons(cypher):
        text = params.get(c.text) if c.parameter else c.text
        if not isinstance(text, str):
            continue
        # a name where a uid stands
        if c.prop in _UIDS and text in models:
            uid = models[text].of(c.prop)
            right = f"-p {c.text}={uid}" if c.parameter else f"{c.prop}: {uid!r}"
            yield (
                f"{c.prop!r} holds a uid, and {text!r} is a model's name: write {right}, "
                f"or MATCH (m:Model {{name: {text!r}}}) and {{{c.prop}: m.{c.prop}}}"
            )
        # a property that nothing has
        elif c.prop == "model":
            yield no_model_property(text if text in models else None)
        # a misspelt model
        elif c.prop == "name" and about_models and text not in models:
            near = nearest(text, models, 1)
            if near:
                yield f"no model is named {text!r}; did you mean {near[0]!r}?"
        # a misspelt value
        elif c.prop in _ENUMERATED:
            known = values(c.prop)
            near = nearest(text, known, 1)
            if text not in known and near:
                yield f"nothing has {c.prop} {text!r}; did you mean {near[0]!r}?"
    if any(kind == "CONTAINS" and ":" in end for kind, end in _hops_of_models(cypher)):
        yield "CONTAINS leads one level down; what is anywhere below is -[:CONTAINS*1..12]->"


def no_model_property(name: str | None = None) -> str:
    """Why nothing is found by a property `model`, and what is found.

    >>> no_model_property("duo").partition("; ")[2]
    "MATCH (m:Model {name: 'duo'}) and {structure: m.structure}"
    """
    named = repr(name) if name is not None else "NAME"
    return (
        f"nothing has the property model: models share their structure; MATCH (m:Model {{name: {named}}}) "
        "and {structure: m.structure}"
    )


def counts_structures(cypher: str) -> str | None:
    """The label of what a query counts that models share, where it asks no model for it."""
    bare = blank(cypher)
    label = _INFERRED.search(bare)
    counting = _COUNTS.search(bare) and not re.search(r":\s*Model\b|\bstructure\b", bare)
    return label[1] if label and counting else None


def counted_by_model(label: str) -> str:
    """The query that counts what a structure has once for each of its models.

    >>> counted_by_model("Attention").partition(" MATCH (m")[0]
    'MATCH (n:Attention) WITH n.structure AS structure, count(n) AS n'
    """
    return (
        f"MATCH (n:{label}) WITH n.structure AS structure, count(n) AS n MATCH (m:Model {{structure: structure}}) "
        "RETURN sum(n) AS n, count(m) AS models"
    )


def walks_each_model(cypher: str) -> bool:
    """Whether a query goes down from every model, and so through what models share once for each of them."""
    bare = blank(cypher)
    return any(
        not re.search(rf"\b{name}\s*\.\s*(?:name|uid|structure)\s*(?:=|IN\b|STARTS\b)", bare, re.IGNORECASE)
        for name in _WALK.findall(bare)
    )


def asks_relations(cypher: str) -> bool:
    """Whether a query follows relationships between models by itself."""
    return bool(_RELATED.search(blank(cypher))) and "SPEAKER" not in cypher


def found_nothing(rows: Sequence[Sequence[Any]]) -> bool:
    """Whether there is no row, or one that counts nothing."""
    return not rows or (len(rows) == 1 and all(value in (0, None, "") or value == [] for value in rows[0]))
