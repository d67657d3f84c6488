"""Two outlines merged into one tree of pairs: boxes that hold each other's tensors stand in one row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archkb.kb.outline import Box
from archkb.kb.paths import within
from archkb.queries.diff.align import Alignment

Keys = list[tuple[str, str]]
WHOLE = 0.98
"""Share of the tensors with partners that makes a part the place where two models meet."""


@dataclass(frozen=True, slots=True)
class Row:
    """A box of the first model, of the second, or two that belong together, with the rows below."""

    a: Box | None
    b: Box | None
    children: tuple[Row, ...]


def merge(a: Box, b: Box, found: Alignment) -> Row:
    """One tree of two outlines. Boxes go together by the tensors they share, each with at most one other.

    Where one model lies as a whole inside a part of the other (a transformer alone, and the same in a pipeline), the
    two meet at that part.
    """
    return _met(a, b, [(x, p.b[0]) for p in found.pairs for x in p.a])


def _met(a: Box, b: Box, keys: Keys) -> Row:
    """Two boxes that belong together, each behind the boxes of its own that wrap it."""
    left, right = _core(a, [x for x, _ in keys]), _core(b, [y for _, y in keys])
    both = min(len(left), len(right)) - 1  # as deep as the other lies too, the two meet before
    left, right = left[: len(left) - both], right[: len(right) - both]
    row = _row(left[-1], right[-1], keys)
    for wrapper, inner in zip(reversed(left[:-1]), reversed(left[1:]), strict=True):
        row = Row(wrapper, None, (row, *(alone(c, "a") for c in wrapper.children if c is not inner)))
    for wrapper, inner in zip(reversed(right[:-1]), reversed(right[1:]), strict=True):
        row = Row(None, wrapper, (row, *(alone(c, "b") for c in wrapper.children if c is not inner)))
    return row


def _core(box: Box, keys: Sequence[str]) -> list[Box]:
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


def alone(box: Box, side: str) -> Row:
    """An outline that has no partner. `side`: 'a' or 'b'."""
    below = tuple(alone(child, side) for child in box.children)
    return Row(box, None, below) if side == "a" else Row(None, box, below)


def _row(a: Box, b: Box, keys: Keys) -> Row:
    """Children in the order of the first model; what only the second has stands before its next partner."""
    joined, inside = _joined(a, b, keys)
    taken = set(joined.values())
    rows: list[Row] = []
    shown = 0
    for i, child in enumerate(a.children):
        j = joined.get(i)
        if j is None:
            rows.append(alone(child, "a"))
            continue
        rows += [alone(b.children[k], "b") for k in range(shown, j) if k not in taken]
        shown = max(shown, j)
        other, below = b.children[j], _below(child, b.children[j], inside[i])
        rows.append((_met if child.children and other.children else _row)(child, other, below))
    rows += [alone(b.children[k], "b") for k in range(shown, len(b.children)) if k not in taken]
    return Row(a, b, tuple(rows))


def _joined(a: Box, b: Box, keys: Keys) -> tuple[dict[int, int], dict[int, list[tuple[str, str]]]]:
    """Child of `a` -> child of `b` that has most of its tensors, the surest first; and the pairs inside each of `a`."""
    mine, theirs = ({path: i for i, child in enumerate(box.children) for path in child.paths} for box in (a, b))
    votes: Counter[tuple[int, int]] = Counter()
    inside: dict[int, list[tuple[str, str]]] = {}
    for x, y in keys:
        i, j = _home(x, mine), _home(y, theirs)
        if i is not None:
            inside.setdefault(i, []).append((x, y))
            if j is not None:
                votes[i, j] += 1
    out: dict[int, int] = {}
    taken: set[int] = set()
    for (i, j), _ in sorted(votes.items(), key=lambda v: (-v[1], v[0])):
        if i not in out and j not in taken:
            out[i] = j
            taken.add(j)
    return out, inside


def _below(a: Box, b: Box, keys: Keys) -> Keys:
    """Pairs of the first of equal siblings, as if its partner were the first of its own."""
    homes = {path: i for i, path in enumerate(b.paths)}
    out = []
    for x, y in keys:
        home = _home(y, homes) if within(x, a.path) else None
        if home is not None:
            out.append((x, b.path + y[len(b.paths[home]) :]))
    return out


def _home(key: str, homes: Mapping[str, int]) -> int | None:
    path = key
    while path:
        if path in homes:
            return homes[path]
        path = path.rpartition(".")[0]
    return None
