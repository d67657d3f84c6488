"""One part of a model where a whole model may stand: `ltx-2.3:vae`, by the role or the path of a component."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import reduce
from typing import TYPE_CHECKING, Any

from archkb.kb.errors import ArchkbError, NotFoundError
from archkb.kb.near_misses import nearest
from archkb.kb.paths import within

if TYPE_CHECKING:
    from archkb.kb.tables import GraphTables


def part_of(tables: GraphTables, part: str) -> GraphTables:
    """The part of a model as a model of its own, inferred anew from its tensors; paths are relative to it.

    NotFoundError, with what there is, for a part the model has not.
    """
    from archkb.ingest.graph.rows import to_tables
    from archkb.ingest.pipeline import analyse
    from archkb.kb.values import Header, TensorSpec

    path = path_of(tables, part)
    cut = len(path) + 1
    records = [t for t in tables.records("Tensor") if str(t["key"]).startswith(f"{path}.")]
    specs = tuple(TensorSpec(t["key"][cut:], t["dtype"], tuple(t["shape"]), "") for t in records)
    if not specs:
        raise ArchkbError(f"{path} of {tables.name} holds no tensor", cure="name the module around it")
    m = tables.model
    declared = {name: m[name] for name in ("family", "version", "licence", "attribution") if m[name]}
    header = Header(specs, _metadata(tables, path), m["source"] or "", m["format"] or "", None, declared)
    return to_tables(analyse(header), name=f"{tables.name}:{part}")


def _metadata(tables: GraphTables, path: str) -> dict[str, str]:
    """The metadata, of a configuration only what speaks of the part."""
    plain = {key: text for key, text in tables.metadata.items() if not text.lstrip().startswith("{")}
    stated = {
        str(s["stated_at"]).rpartition(".")[2]: _value(s)
        for s in tables.records("Setting")
        if s["stated_at"] and within(str(s["path"]), path)
    }
    return {**plain, "config": json.dumps(stated)} if stated else plain


def _value(setting: Mapping[str, Any]) -> Any:
    """A setting's value as a configuration states it."""
    if setting["number"] is not None:
        return int(setting["number"]) if float(setting["number"]).is_integer() else setting["number"]
    text = str(setting["value"])
    if text.startswith("["):
        return json.loads(text) if text.endswith("]") else text
    return {"true": True, "false": False}.get(text, text)


def path_of(tables: GraphTables, part: str) -> str:
    """Path of a part: a module of that path, else what encloses the components whose role or name is the word."""
    modules = {str(m["path"]) for m in tables.records("Module")}
    if part in modules:
        return part
    components = list(tables.records("Module", "Component"))
    for fits in (_named, _like):
        found = [str(c["path"]) for c in components if fits(str(c["path"]), str(c["role"] or ""), part.lower())]
        path = reduce(_around, found) if found else ""
        if path:
            return path
    last = sorted(path for path in modules if path.rpartition(".")[2] == part)
    if len(last) == 1:
        return last[0]
    names = [word for c in components for word in (str(c["path"]), str(c["role"] or "")) if word]
    what = f"{tables.name} has {'several modules' if last else 'no part'} {part!r}"
    raise NotFoundError(
        what, near=last[:6] or nearest(part, names) or names[:6], cure="`archkb ask components` lists them"
    )


def _named(path: str, role: str, word: str) -> bool:
    return word in (role, path.lower(), path.rpartition(".")[2].lower(), path.partition(".")[0].lower())


def _like(path: str, role: str, word: str) -> bool:
    return word in role.split("_") or word in path.lower().split(".")


def _around(a: str, b: str) -> str:
    """The innermost module around two paths, one of which may be it."""
    while a and not within(b, a):
        a = a.rpartition(".")[0]
    return a
