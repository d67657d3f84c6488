"""Two outlines merged into one tree of pairs: boxes that hold each other's tensors stand in one row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from archkb.kb.outline import Box
from archkb.kb.paths import within
from archkb.queries.diff.align.alignment import Alignment

Side = Literal["a", "b"]
Keys = list[tuple[str, str]]
WHOLE = 0.98
"""Share of the tensors with partners that makes a part the place where two models meet."""


@dataclass(frozen=True, slots=True)
class Row:
    """A box of the first model, of the second, or two that belong together, with the rows below."""

    a: Box | None
    b: Box | None
    children: tuple[Row, ...]


def merge(source: Box, target: Box, alignment: Alignment) -> Row:
    """One tree of two outlines. Boxes go together by the tensors they share, each with at most one other.

    Where one model lies as a whole inside a part of the other (a transformer alone, and the same in a pipeline), the
    two meet at that part.
    """
    return _meet(source, target, [(key, pair.b[0]) for pair in alignment.pairs for key in pair.a])


def _meet(source: Box, target: Box, keys: Keys) -> Row:
    """Two boxes that belong together, each behind the boxes of its own that wrap it."""
    source_way = _way_to_core(source, [key for key, _ in keys])
    target_way = _way_to_core(target, [key for _, key in keys])
    both = min(len(source_way), len(target_way)) - 1  # as deep as the other lies too, the two meet before
    source_way, target_way = source_way[: len(source_way) - both], target_way[: len(target_way) - both]
    row = _row(source_way[-1], target_way[-1], keys)
    for wrapper, inner in zip(reversed(source_way[:-1]), reversed(source_way[1:]), strict=True):
        row = Row(wrapper, None, (row, *(alone(c, "a") for c in wrapper.children if c is not inner)))
    for wrapper, inner in zip(reversed(target_way[:-1]), reversed(target_way[1:]), strict=True):
        row = Row(None, wrapper, (row, *(alone(c, "b") for c in wrapper.children if c is not inner)))
    return row


def _way_to_core(box: Box, keys: Sequence[str]) -> list[Box]:
    """The way down from a box to the one below which nearly all of these keys first go apart."""
    way = [box]
    while keys:
        children = way[-1].children
        firsts = {path: i for i, child in enumerate(children) for path in child.paths[:1]}
        held = Counter(_home(key, firsts) for key in keys)
        best = max(range(len(children)), key=lambda i: held[i], default=None)
        if best is None or children[best].count > 1 or held[best] < WHOLE * len(keys):
            break
        way.append(children[best])
    return way


def alone(box: Box, side: Side) -> Row:
    """An outline that has no partner: `side` alone has it."""
    below = tuple(alone(child, side) for child in box.children)
    return Row(box, None, below) if side == "a" else Row(None, box, below)


def _row(source: Box, target: Box, keys: Keys) -> Row:
    """Children in the order of the first model; what only the second has stands before its next partner."""
    joined, inside = _joined(source, target, keys)
    taken = set(joined.values())
    rows: list[Row] = []
    shown = 0
    for i, child in enumerate(source.children):
        partner = joined.get(i)
        if partner is None:
            rows.append(alone(child, "a"))
            continue
        rows += [alone(target.children[k], "b") for k in range(shown, partner) if k not in taken]
        shown = max(shown, partner)
        other, below = target.children[partner], _below(child, target.children[partner], inside[i])
        rows.append((_meet if child.children and other.children else _row)(child, other, below))
    rows += [alone(target.children[k], "b") for k in range(shown, len(target.children)) if k not in taken]
    return Row(source, target, tuple(rows))


def _joined(source: Box, target: Box, keys: Keys) -> tuple[dict[int, int], dict[int, list[tuple[str, str]]]]:
    """Child of `source` -> child of `target` that has most of its tensors, the surest first; and the pairs in each."""
    source_children, target_children = (
        {path: i for i, child in enumerate(box.children) for path in child.paths} for box in (source, target)
    )
    votes: Counter[tuple[int, int]] = Counter()
    inside: dict[int, list[tuple[str, str]]] = {}
    for key, other_key in keys:
        i, j = _home(key, source_children), _home(other_key, target_children)
        if i is not None:
            inside.setdefault(i, []).append((key, other_key))
            if j is not None:
                votes[i, j] += 1
    out: dict[int, int] = {}
    taken: set[int] = set()
    for (i, j), _ in sorted(votes.items(), key=lambda v: (-v[1], v[0])):
        if i not in out and j not in taken:
            out[i] = j
            taken.add(j)
    return out, inside


def _below(source: Box, target: Box, keys: Keys) -> Keys:
    """Pairs of the first of equal siblings, as if its partner were the first of its own."""
    homes = {path: i for i, path in enumerate(target.paths)}
    out = []
    for key, other_key in keys:
        home = _home(other_key, homes) if within(key, source.path) else None
        if home is not None:
            out.append((key, target.path + other_key[len(target.paths[home]) :]))
    return out


def _home(key: str, homes: Mapping[str, int]) -> int | None:
    path = key
    while path:
        if path in homes:
            return homes[path]
        path = path.rpartition(".")[0]
    return None
