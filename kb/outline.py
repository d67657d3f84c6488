"""A model's module tree as boxes for a reader: equal siblings once, with how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from archkb.kb.tables import GraphTables
from archkb.kb.wording import human, ranges


@dataclass(frozen=True, slots=True)
class Box:
    """One line of the outline. The equal siblings at `paths` share it; `facts` are its few telling numbers.

    `path` is the first of them, and the children are the first one's.
    """

    name: str
    paths: tuple[str, ...]
    kind: str
    n_params: int
    facts: str
    children: tuple[Box, ...]

    @property
    def path(self) -> str:
        """Path of the first sibling."""
        return self.paths[0]

    @property
    def count(self) -> int:
        """How many equal siblings there are."""
        return len(self.paths)

    @property
    def title(self) -> str:
        """Name, multiplicity, kind and facts in up to two lines."""
        head = f"{self.name} ×{self.count}" if self.count > 1 else self.name
        return f"{head}\n{self.kind}{', ' if self.facts else ''}{self.facts}"


def outline(tables: GraphTables, path: str = "") -> Box:
    """The tree of boxes below `path`; the root box is the model itself. KeyError where there is no such path."""
    modules = {cells["uid"]: cells for cells in tables.records("Module")}
    below: dict[str, list[tuple[int, str]]] = {}
    for edge in tables.related("CONTAINS"):
        below.setdefault(edge["source"], []).append((edge["ord"], edge["target"]))
    start = f"{tables.structure}/{path}" if path else tables.uid
    if path and start not in modules:
        raise KeyError(path)
    return _box(start, modules, below, tables)


def _box(
    uid: str, modules: dict[str, dict[str, Any]], below: dict[str, list[tuple[int, str]]], tables: GraphTables
) -> Box:
    children = [target for _, target in sorted(below.get(uid, ()))]
    groups: dict[Any, list[str]] = {}
    for child in children:
        cells = modules[child]
        key = cells["template"] if cells["ordinal"] is not None else child
        groups.setdefault(key, []).append(child)
    boxes = []
    for members in groups.values():
        first = _box(members[0], modules, below, tables)
        if len(members) > 1:
            name = f"{{{ranges(modules[m]['ordinal'] for m in members)}}}"
            total = sum(modules[m]["n_params"] for m in members)
            paths = tuple(modules[m]["path"] for m in members)
            first = Box(name, paths, first.kind, total, first.facts, first.children)
        boxes.append(first)
    if uid not in modules:
        m = tables.model
        return Box(
            tables.name,
            ("",),
            str(m["role"] or "Model"),
            int(m["n_params"]),
            f"{human(int(m['n_params']))} parameters",
            tuple(boxes),
        )
    c = modules[uid]
    return Box(c["name"], (c["path"],), c["kind"], c["n_params"], _facts(c), tuple(boxes))


def _facts(c: dict[str, Any]) -> str:
    label = c["label"]
    if label == "Attention":
        heads = f", {c['heads']} heads" if c["heads"] else ""
        return f"{c['attends'] or 'unknown'}, {c['q_dim']} ← {c['kv_dim']}{heads}"
    if label == "FeedForward":
        return f"{c['form']}, {c['width']} → {c['hidden']}"
    if label == "Linear":
        return f"{c['in_features']} → {c['out_features']}"
    if label == "Conv":
        return f"{c['in_channels']} → {c['out_channels']}, {_by(c['kernel'])}"
    if label == "Norm":
        return str(c["features"])
    if label == "Embedding":
        return f"{c['rows']} × {c['width']}"
    if label == "Stack":
        return f"depth {c['stack_depth']}, {human(c['n_params'])}"
    if label == "Component":
        return f"{c['role'] or 'role unknown'}, {human(c['n_params'])}"
    return human(c["n_params"]) if c["n_params"] else ""


def _by(kernel: Sequence[int] | None) -> str:
    return "×".join(map(str, kernel)) if kernel else "kernel unknown"
