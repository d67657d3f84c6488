"""Names in a reader's query that the graph does not have. A store finds nothing for them, and does not say why.

Only what a pattern says plainly is looked at: labels and types behind a colon, keys of a node's braces, and properties
of variables a pattern binds. What is not understood is not warned of.

>>> unknown_names("MATCH (a:Atention {attend: 'cross'}) RETURN a.head")[0]
'no node has the label Atention; did you mean Attention?'
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from archkb.kb import schema
from archkb.kb.near_misses import nearest
from archkb.queries.questions.cypher_text import blank
from archkb.queries.questions.empty_results import no_model_property

_NODE = re.compile(r"\(\s*(?P<name>\w*)\s*(?P<labels>:[\s\w:|&!]+?)?\s*(?:\{(?P<keys>[^{}]*)\})?\s*\)")
_EDGE = re.compile(r"\[\s*(?P<name>\w*)\s*:(?P<types>[\s\w:|&!]+?)\s*(?:\*[\s\d.]*)?(?:\{(?P<keys>[^{}]*)\})?\s*\]")
_KEY = re.compile(r"(\w+)\s*:")
_WORD = re.compile(r"\w+")
_PROPERTY = re.compile(r"(?<![\w.])([A-Za-z_]\w*)\.([A-Za-z_]\w*)(?!\s*\(|\w)")
_LOGIC = frozenset(("OR", "AND", "XOR", "NOT"))
_TYPES = tuple(dict.fromkeys(r.type for r in schema.RELATIONS))
_LABELS = (*(lab.name for lab in (*schema.PRIMARY, *schema.ROLES)), "Meta")


def unknown_names(cypher: str) -> list[str]:
    """A sentence for each label, relationship type and property that the schema does not have, in order."""
    return list(dict.fromkeys(_unknown_names(blank(cypher))))


def _unknown_names(blanked: str) -> Iterator[str]:
    has: dict[str, set[str]] = {}
    unsure: set[str] = set()
    for node in _NODE.finditer(blanked):
        labels = _WORD.findall(node["labels"] or "")
        if _LOGIC.intersection(word.upper() for word in labels):
            continue  # a condition in brackets, not a node
        for label in labels:
            if label not in _LABELS:
                yield f"no node has the label {label}{_near(label, _LABELS)}"
        known = set().union(*(_of_label(label) for label in labels if label in _LABELS))
        if labels and known and all(label in _LABELS for label in labels):
            yield from (_no(k, labels, known) for k in _KEY.findall(node["keys"] or "") if k not in known)
            has.setdefault(node["name"], set()).update(known)
        elif labels:
            unsure.add(node["name"])
    for edge in _EDGE.finditer(blanked):
        types = _WORD.findall(edge["types"])
        for type_ in types:
            if type_ not in _TYPES:
                yield f"no relationship has the type {type_}{_near(type_, _TYPES)}"
        if all(type_ in _TYPES for type_ in types):
            known = {p.name for type_ in types for p in schema.relation_properties(type_)}
            has.setdefault(edge["name"], set()).update(known)
    for variable, prop in _PROPERTY.findall(blanked):
        if variable in has and variable not in unsure and prop not in has[variable]:
            yield _no(prop, [variable], has[variable])


def _of_label(label: str) -> set[str]:
    """Properties a node with that label may have: a Module may have those of any role."""
    if label == "Meta":
        return {"uid", "version"}
    roles = [r.name for r in schema.ROLES]
    if label in roles:
        return {p.name for p in schema.properties("Module", label)}
    properties = {p.name for p in schema.properties(label)}
    return properties.union(*(_of_label(role) for role in roles)) if label == "Module" else properties


def _no(prop: str, of: Iterable[str], known: Iterable[str]) -> str:
    if prop == "model":
        return no_model_property()
    if prop == "metadata":
        return "metadata are nodes: MATCH (m:Model)-[:STATES]->(d:Metadata) and d.key, d.value"
    if prop == "sketch":
        return "a sketch is the structure's: MATCH (s:Structure {uid: m.structure}) and s.sketch"
    return f"{' and '.join(of)} has no property {prop}{_near(prop, sorted(known))}"


def _near(name: str, names: Iterable[str]) -> str:
    found = nearest(name, names, 1)
    return f"; did you mean {found[0]}?" if found else "; `archkb schema` lists what there is"
