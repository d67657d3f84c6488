"""Which tensors a comparison tells of: all of both models, or a test fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from archkb.kb.paths import above, pattern
from archkb.queries.block_index import block_indices, split
from archkb.queries.diff.changes import changes
from archkb.queries.diff.comparison import Diff
from archkb.queries.model_inventory import SHOWN
from archkb.queries.model_items import Item
from archkb.queries.model_view import ITSELF, ModelView

ALL_TOLD = {"attention": "attentions per place", "feed-forward": "feed-forwards per place"}
IN_BACKBONE = {
    "modulation": "modulation per place",
    "layer": "other layers per place",
    "parameter": "loose parameters per place",
}


def unaccounted(diff: Diff, left: ModelView, right: ModelView) -> list[str]:
    """Keys of either model of which no line, row or count of the comparison tells."""
    if diff.relation == "adapter":
        return list(_of_adapter(diff, left, right))
    out = [] if diff.apart else [*_of_edits(diff, left, right)]
    for side, p in enumerate((left, right)):
        out += [k for item in p.items if not _told(diff, p, item, side) for k in item.keys]
        listed = Counter(k for item in p.items for k in item.keys)
        out += [k for k in p.tensors if listed[k] != 1]
    return out


def _of_edits(diff: Diff, left: ModelView, right: ModelView) -> Iterator[str]:
    """Tensors that are in no edit and did not stay as they were."""
    ours = {k for e in diff.edits for k in (*e.removed, *(x for x, _ in e.changed))}
    theirs = {k for e in diff.edits for k in (*e.added, *(y for _, y in e.changed))}
    for pair in diff.alignment.pairs:
        if not changes(pair, diff.alignment):
            ours.update(pair.a)
            theirs.update(pair.b)
    yield from left.tensors.keys() - ours
    yield from right.tensors.keys() - theirs


def _told(diff: Diff, p: ModelView, item: Item, side: int) -> bool:
    """Whether a value of the comparison by function names what the tensors belong to, or counts it."""
    values = {
        x.aspect: ((x.a, x.b)[side] or "").split("; ")
        for x in diff.aspects
        if x.topic in ("model", "backbone", "norms")
    }
    if item.kind == "norm":
        kind = str(p.modules[item.path]["kind"])
        return any(v.endswith(f" × {kind}") for v in values["with parameters"])
    spine = p.backbone["path"] if p.backbone is not None else None
    if item.stack and item.stack != spine:
        return _in(values["other stacks"], item.stack)
    if item.stack:
        _, below = split(item.path[len(item.stack) + 1 :], block_indices(p, item.stack))
        place = pattern(below) or ITSELF
        if item.kind in ALL_TOLD:
            return any(_head(v.partition(" × ")[2]) == place for v in values[ALL_TOLD[item.kind]])
        return _in(values[IN_BACKBONE[item.kind]], place)
    if item.kind == "modulation":
        return _in(values["modulation outside the stacks"], pattern(item.path))
    if item.kind == "parameter":
        return _in(values["loose parameters outside the stacks"], pattern(item.path))
    return any(_in(values["layers outside the stacks"], pattern(root)) for root in (*above(item.path), item.path))


def _in(parts: list[str], path: str) -> bool:
    """Whether one of the parts of a value names a path, maybe from another module on, or the value is cut short."""
    named = [part.partition(" × ")[2] or part for part in parts]
    heads = {_head(name) for name in named}
    ends = {path, *(path[i + 1 :] for i, c in enumerate(path) if c == ".")}
    return bool(heads & ends) or len(parts) > SHOWN


def _head(part: str) -> str:
    """The path a part of a value begins with, without the blocks it is in."""
    return part.partition(":")[0].partition(" (")[0].partition(" in ")[0]


def _of_adapter(diff: Diff, left: ModelView, right: ModelView) -> Iterator[str]:
    """Tensors of the adapter that neither a target nor a row of their own counts; of the base those not counted."""
    laid = diff.adaptation
    assert laid is not None
    adapter, base = (left, right) if laid.adapter == left.name else (right, left)
    wanted = adapter.targets
    free = [k for k in adapter.tensors if not any(k.startswith((f"{t}.", f"{t}_")) for t in wanted)]
    if sum(n for _, n in laid.beside) != len(free) or laid.touched + sum(n.count for n in laid.no_ops) != laid.targets:
        yield from free
    if laid.touched and laid.untouched >= len(base.tensors):
        yield from base.tensors
