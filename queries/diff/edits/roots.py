"""Tensors only one of two models has, by the shallowest part of theirs that the other model has nothing of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kb.paths import above
from queries.diff.align import Alignment


@dataclass(frozen=True, slots=True)
class Roots:
    """`how` is removed or added. `tensors`: root -> its keys. `known`: paths that have something matched below.

    `twin`: key of a matched tensor -> a key it has in the other model.
    """

    how: str
    tensors: Mapping[str, tuple[str, ...]]
    known: frozenset[str]
    twin: Mapping[str, str]

    @classmethod
    def of(cls, how: str, keys: Iterable[str], found: Alignment) -> Roots:
        """Those of `keys`, which the alignment left over on the side `how` says."""
        second = how == "added"
        twin = {k: (p.a if second else p.b)[0] for p in found.pairs for k in (p.b if second else p.a)}
        known = frozenset(path for key in twin for path in (key, *above(key)))
        tensors: dict[str, list[str]] = {}
        for key in keys:
            tensors.setdefault(next((path for path in above(key) if path not in known), key), []).append(key)
        return cls(how, {root: tuple(some) for root, some in tensors.items()}, known, twin)

    def blocks(self) -> dict[str, list[str]]:
        """Whole blocks among the roots, by the path of their stack; only stacks of which others blocks are matched."""
        out: dict[str, list[str]] = {}
        for root in self.tensors:
            stack, _, name = root.rpartition(".")
            if name.isdigit() and stack in self.known:
                out.setdefault(stack, []).append(root)
        return out
