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

from archkb.queries.diff.align.model.shapes import squeezed
from archkb.queries.diff.align.model.weight_tree import Module, Shape

ShapeScore = Callable[[Shape, Shape], float]

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


def commonest(modules: Iterable[Module]) -> int:
    """The commonest size of an axis."""
    sizes = Counter(d for m in modules for s in m.shapes.values() for d in s if d > 1)
    return min(sizes, key=lambda d: (-sizes[d], d), default=1)


def proportion(unit: int, other: int) -> ShapeScore:
    """How near two shapes are in units of two sizes; 0 where they have not as many axes."""

    @cache
    def score(source: Shape, target: Shape) -> float:
        if source == target:
            return EXCHANGED
        source, target = squeezed(source), squeezed(target)
        if len(source) != len(target):
            return 0.0
        sizes = ((p, q) for p, q in zip(source, target, strict=True) if p and q)
        far = sum(min(abs(log(p * other / (q * unit))), abs(log(p / q))) for p, q in sizes)
        return EXCHANGED - FARTHEST * (1 - exp(-far))

    return score


def exchange(pairs: Iterable[tuple[Module, Module]]) -> ShapeScore:
    """How well two shapes agree given which size became which in most of `pairs`."""
    votes: dict[int, Counter[int]] = {}
    for source, target in pairs:
        for role, shape in source.shapes.items():
            source_shape, target_shape = squeezed(shape), squeezed(target.shapes.get(role, ()))
            if len(source_shape) == len(target_shape):
                for size, other_size in zip(source_shape, target_shape, strict=True):
                    votes.setdefault(size, Counter())[other_size] += 1
    # the commonest vote of a size, if it has most of them
    became = {p: min(seen, key=lambda q: (-seen[q], q)) for p, seen in votes.items()}
    became = {p: q for p, q in became.items() if votes[p][q] >= max(OFTEN, MOSTLY * votes[p].total())}

    @cache
    def score(source_shape: Shape, target_shape: Shape) -> float:
        if source_shape == target_shape:
            return EXCHANGED if any(became.get(d, d) != d for d in source_shape) else 1.0
        source_shape, target_shape = squeezed(source_shape), squeezed(target_shape)
        if len(source_shape) != len(target_shape):
            return 0.0
        exchanged = [became.get(p) == q for p, q in zip(source_shape, target_shape, strict=True)]
        if all(exchanged):
            return EXCHANGED
        return STRAY if any(exchanged) else 0.0

    return score
