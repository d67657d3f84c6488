"""A set of index tuples as disjoint products of index sets, few of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

Index = tuple[int, ...]
Product = tuple[tuple[int, ...], ...]


def to_products(indices: Iterable[Index]) -> list[Product]:
    """Split index tuples of one length into products of sorted index sets, each tuple in exactly one of them.

    A full product gives itself. Otherwise the axis is split off on which the set falls into the fewest kinds of
    rest, and each kind is split further; that is short, not always shortest, which is hard to find.

    >>> to_products([(0, 0), (0, 1), (1, 0), (1, 1), (2, 0)])
    [((0, 1), (0, 1)), ((2,), (0,))]
    """
    return sorted(_split(frozenset(indices)))


def _split(indices: frozenset[Index]) -> list[Product]:
    arity = len(next(iter(indices)))
    if arity == 0:
        return [()]
    if arity == 1:
        return [(tuple(sorted(index for (index,) in indices)),)]
    axis, rests = min(((a, _rests(indices, a)) for a in range(arity)), key=lambda found: (len(found[1]), found[0]))
    return [
        (*product[:axis], tuple(sorted(values)), *product[axis:])
        for below, values in rests.items()
        for product in _split(below)
    ]


def _rests(indices: frozenset[Index], axis: int) -> dict[frozenset[Index], list[int]]:
    """For each set of tuples that remain when `axis` is left out: the values of `axis` that have this very set."""
    by_value: dict[int, set[Index]] = defaultdict(set)
    for index in indices:
        by_value[index[axis]].add(index[:axis] + index[axis + 1 :])
    rests: dict[frozenset[Index], list[int]] = defaultdict(list)
    for value, below in by_value.items():
        rests[frozenset(below)].append(value)
    return rests
