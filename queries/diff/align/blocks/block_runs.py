"""Which of several parts is which: by runs of one path template, then by their numbers.

Numbers may run backwards (a decoder counted from its output). :class:`Orders` learns that from parts whose partner
was beyond doubt.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from archkb.queries.diff.align.model.optimal import best
from archkb.queries.diff.align.model.words import features, likeness, stem

if TYPE_CHECKING:
    from archkb.queries.diff.align.blocks.parts import Part


Template = tuple[str, ...]


WRITTEN = 1e-6
"""What each place two runs are apart in the order of their files takes off."""


class Orders:
    """Pairs of numbers seen at one place of two path templates, and what they say of the order there."""

    def __init__(self) -> None:
        self._seen: dict[tuple[Template, Template], list[tuple[int, int]]] = {}
        self._paths: dict[tuple[Template, Template], int] = {}

    def learn(self, a: Part, b: Part) -> None:
        """Note that `a` became `b`."""
        for x, m in _numbered(a.path):
            for y, n in _numbered(b.path):
                self._seen.setdefault((x, y), []).append((m, n))
        for i in range(1, len(a.template) + 1):
            for j in range(1, len(b.template) + 1):
                key = (a.template[:i], b.template[:j])
                self._paths[key] = self._paths.get(key, 0) + 1

    def backwards(self, a: Template, b: Template) -> bool:
        """Whether larger numbers there went with smaller ones."""
        pairs = sorted(set(self._seen.get((a, b), ())))
        votes = sum((y2 > y1) - (y2 < y1) for (x1, y1), (x2, y2) in pairwise(pairs) if x2 > x1)
        return votes < 0

    def met(self, a: Template, b: Template) -> float:
        """Share of the two paths' common ancestors that were seen to go together, in [0, 1]."""
        known = sum((a[:i], b[:j]) in self._paths for i in range(1, len(a) + 1) for j in range(1, len(b) + 1))
        return known / max(1, len(a) * len(b))


def _numbered(path: Sequence[str]) -> list[tuple[Template, int]]:
    out = []
    for i, p in enumerate(path):
        if p[-1:].isdigit():
            template = tuple("#" if q.isdigit() else stem(q) for q in path[: i + 1])
            out.append((template, int(p[len(stem(p)) :])))
    return out


def pair_up(ours: Sequence[Part], theirs: Sequence[Part], orders: Orders) -> list[tuple[Part, Part]]:
    """Pair parts of equal content, as many as the smaller side has."""
    left, right = list(ours), list(theirs)
    out: list[tuple[Part, Part]] = []
    while left and right:
        if len(left) == len(right) == 1:
            found = [(left[0], right[0])]
        else:
            found = _round(left, right, orders)
        for a, b in found:
            orders.learn(a, b)
        out += found
        used = {id(p) for pair in found for p in pair}
        left = [p for p in left if id(p) not in used]
        right = [p for p in right if id(p) not in used]
    return out


def runs(parts: Sequence[Part]) -> dict[Template, list[Part]]:
    """Parts by path template."""
    out: dict[Template, list[Part]] = {}
    for p in parts:
        out.setdefault(p.template, []).append(p)
    return out


def _round(left: list[Part], right: list[Part], orders: Orders) -> list[tuple[Part, Part]]:
    ours, theirs = list(runs(left).items()), list(runs(right).items())

    def score(i: int, j: int) -> float:
        (x, some), (y, others) = ours[i], theirs[j]
        names = likeness(features(x), features(y))
        inside = likeness(some[0].read, others[0].read)
        late = WRITTEN * (first.index(i) - second.index(j)) ** 2
        return names + 0.5 * inside + 0.4 * (len(some) == len(others)) + 0.8 * orders.met(x, y) - late

    first, second = (sorted(range(len(r)), key=lambda i: r[i][1][0].place) for r in (ours, theirs))
    out: list[tuple[Part, Part]] = []
    for i, j in best(len(ours), len(theirs), score):
        out += in_order(ours[i][1], theirs[j][1], orders)
    return out


def in_order(ours: list[Part], theirs: list[Part], orders: Orders) -> list[tuple[Part, Part]]:
    """Two runs of equal parts by their numbers; the same numbers where one side's are among the other's."""
    x, y = ours[0].path, theirs[0].path
    if len(ours) != len(theirs):
        small, large = {p.numbers for p in ours}, {p.numbers: p for p in theirs}
        if len(ours) < len(theirs) and small <= large.keys():
            return [(p, large[p.numbers]) for p in ours]
        back = {p.numbers: p for p in ours}
        if len(theirs) < len(ours) and {p.numbers for p in theirs} <= back.keys():
            return [(back[p.numbers], p) for p in theirs]
    flips = _flips(x, y, orders)
    left = sorted(ours, key=lambda p: p.numbers)
    right = sorted(theirs, key=lambda p: tuple(-n if flip else n for n, flip in zip(p.numbers, flips, strict=True)))
    return list(zip(left, right, strict=False))


def _flips(x: Sequence[str], y: Sequence[str], orders: Orders) -> list[bool]:
    """For each number of `y`, whether it runs against the number of `x` at the same place counted from the left."""
    ours, theirs = _numbered(x), _numbered(y)
    return [k < len(ours) and orders.backwards(ours[k][0], theirs[k][0]) for k in range(len(theirs))]
