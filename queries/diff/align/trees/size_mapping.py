"""Sizes that changed together: 768 became 1024 wherever it stands, 3072 became 4096.

A model made wider keeps its tree while no matrix keeps a size. Which size became which is read off two trees laid side
by side: first by how many axes tensors have and by how large they are in units of the commonest size, then by what
that says of most tensors.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache
from math import exp, log

from archkb.queries.diff.align.model.shapes import bare
from archkb.queries.diff.align.model.weight_tree import Module, Shape

Fit = Callable[[Shape, Shape], float]

EXCHANGED = 0.95
"""What two tensors count that are one once sizes are exchanged."""
FARTHEST = 0.4
"""Most that sizes out of proportion take off."""
STRAY = 0.3
"""What two tensors of other sizes count that agree in one axis."""
OFTEN = 3
"""Least number of places of a size at which it became another one."""
MOSTLY = 0.5
"""Share of the places of a size that must have become the same one."""


def commonest(found: Iterable[Module]) -> int:
    """The commonest size of an axis."""
    sizes = Counter(d for m in found for s in m.shapes.values() for d in s if d > 1)
    return min(sizes, key=lambda d: (-sizes[d], d), default=1)


def proportion(unit: int, other: int) -> Fit:
    """How near two shapes are in units of two sizes; 0 where they have not as many axes."""

    @cache
    def fit(x: Shape, y: Shape) -> float:
        if x == y:
            return EXCHANGED
        x, y = bare(x), bare(y)
        if len(x) != len(y):
            return 0.0
        far = sum(min(abs(log(p * other / (q * unit))), abs(log(p / q))) for p, q in zip(x, y, strict=True) if p and q)
        return EXCHANGED - FARTHEST * (1 - exp(-far))

    return fit


def exchange(pairs: Iterable[tuple[Module, Module]]) -> Fit:
    """How well two shapes agree given which size became which in most of `pairs`."""
    votes: dict[int, Counter[int]] = {}
    for a, b in pairs:
        for role, shape in a.shapes.items():
            x, y = bare(shape), bare(b.shapes.get(role, ()))
            if len(x) == len(y):
                for p, q in zip(x, y, strict=True):
                    votes.setdefault(p, Counter())[q] += 1
    became = {p: min(seen, key=lambda q: (-seen[q], q)) for p, seen in votes.items()}
    became = {p: q for p, q in became.items() if votes[p][q] >= max(OFTEN, MOSTLY * votes[p].total())}

    @cache
    def fit(x: Shape, y: Shape) -> float:
        if x == y:
            return EXCHANGED if any(became.get(d, d) != d for d in x) else 1.0
        x, y = bare(x), bare(y)
        if len(x) != len(y):
            return 0.0
        if all(became.get(p) == q for p, q in zip(x, y, strict=True)):
            return EXCHANGED
        return STRAY if any(became.get(p) == q for p, q in zip(x, y, strict=True)) else 0.0

    return fit
