"""What belongs to one module stays together: a bias goes where its weight went, or nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from archkb.queries.diff.align.alignment import Pair
from archkb.queries.diff.align.model.weight_tree import module_of

_NAMED = ("name", "prefix")
"""Rules by which names alone vouch for a pair."""


def keep_modules_whole(pairs: Sequence[Pair], source_keys: Iterable[str], target_keys: Iterable[str]) -> list[Pair]:
    """The pairs without those that tear a module apart: both have a weight, and the one did not become the other.

    >>> keys = ["a.weight", "a.bias"], ["x.weight", "y.weight", "y.bias"]
    >>> weight = Pair(("a.weight",), ("x.weight",), "rename", "prefix", "", 1.0)
    >>> bias = Pair(("a.bias",), ("y.bias",), "rename", "tree", "", 0.8)
    >>> [p.b for p in keep_modules_whole([weight, bias], *keys)]
    [('x.weight',)]
    """
    weighty = tuple(
        {path for path, source_role in map(module_of, keys) if source_role == "weight"}
        for keys in (source_keys, target_keys)
    )
    located = [(pair, module_of(pair.a[0]), module_of(pair.b[0])) for pair in pairs if len(pair.a) == len(pair.b) == 1]
    went = {
        (source_path, target_path)
        for _, (source_path, source_role), (target_path, _) in located
        if source_role == "weight"
    }
    torn = {
        pair
        for pair, (source_path, source_role), (target_path, target_role) in located
        if pair.rule not in _NAMED
        and "weight" not in (source_role, target_role)
        and source_path in weighty[0]
        and target_path in weighty[1]
        and (source_path, target_path) not in went
    }
    return [pair for pair in pairs if pair not in torn]
