"""What belongs to one module stays together: a bias goes where its weight went, or nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from archkb.queries.diff.align.alignment import Pair
from archkb.queries.diff.align.model.weight_tree import module_of

_NAMED = ("name", "prefix")
"""Rules by which names alone vouch for a pair."""


def together(pairs: Sequence[Pair], ours: Iterable[str], theirs: Iterable[str]) -> list[Pair]:
    """The pairs without those that tear a module apart: both have a weight, and the one did not become the other.

    >>> keys = ["a.weight", "a.bias"], ["x.weight", "y.weight", "y.bias"]
    >>> weight = Pair(("a.weight",), ("x.weight",), "rename", "prefix", "", 1.0)
    >>> bias = Pair(("a.bias",), ("y.bias",), "rename", "tree", "", 0.8)
    >>> [p.b for p in together([weight, bias], *keys)]
    [('x.weight',)]
    """
    weighty = tuple({path for path, role in map(module_of, keys) if role == "weight"} for keys in (ours, theirs))
    placed = [(p, module_of(p.a[0]), module_of(p.b[0])) for p in pairs if len(p.a) == len(p.b) == 1]
    went = {(here, there) for _, (here, role), (there, _) in placed if role == "weight"}
    torn = {
        p
        for p, (here, role), (there, other) in placed
        if p.rule not in _NAMED
        and "weight" not in (role, other)
        and here in weighty[0]
        and there in weighty[1]
        and (here, there) not in went
    }
    return [p for p in pairs if p not in torn]
