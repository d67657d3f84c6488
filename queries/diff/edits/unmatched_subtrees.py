"""Tensors only one of two models has, by the shallowest part of theirs that the other model has nothing of.

A container outside of blocks that has one path in both models is no such part, even where nothing in it was matched.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from archkb.kb.paths import above
from archkb.queries.diff.align import Alignment


@dataclass(frozen=True, slots=True)
class UnmatchedSubtrees:
    """`how` is removed or added. `tensors`: root -> its keys. `known`: paths that have something matched below, or that
    both models have.

    `twin`: key of a matched tensor -> a key it has in the other model.
    """

    how: str
    tensors: Mapping[str, tuple[str, ...]]
    known: frozenset[str]
    twin: Mapping[str, str]

    @classmethod
    def of(cls, how: str, keys: Iterable[str], alignment: Alignment) -> UnmatchedSubtrees:
        """Those of `keys`, which the alignment left over on the side `how` says."""
        second = how == "added"
        twin = {k: (p.a if second else p.b)[0] for p in alignment.pairs for k in (p.b if second else p.a)}
        own_keys, other_keys = (alignment.b, alignment.a) if second else (alignment.a, alignment.b)
        both = {path for key in other_keys for path in above(key)}
        both &= {path for key in own_keys for path in above(key)}
        both = {path for path in both if not any(name.isdigit() for name in path.split("."))}
        known = frozenset(path for key in twin for path in (key, *above(key))) | both
        tensors: dict[str, list[str]] = {}
        for key in keys:
            tensors.setdefault(next((path for path in above(key) if path not in known), key), []).append(key)
        return cls(how, {root: tuple(some) for root, some in tensors.items()}, known, twin)

    def without(self, reported: Collection[str]) -> UnmatchedSubtrees:
        """The same but for roots whose tensors were reported."""
        return replace(self, tensors={root: keys for root, keys in self.tensors.items() if keys[0] not in reported})

    def whole_layers(self) -> UnmatchedSubtrees:
        """The same, but a weight and a bias that are both roots are the layer they are of, where it has no other."""
        owners: dict[str, list[str]] = {}
        for root in self.tensors:
            parent, _, name = root.rpartition(".")
            if parent and self.tensors[root] == (root,):
                owners.setdefault(parent, []).append(name)
        both = {parent for parent, names in owners.items() if sorted(names) == ["bias", "weight"]}
        tensors: dict[str, tuple[str, ...]] = {}
        for root, keys in self.tensors.items():
            parent = root.rpartition(".")[0]
            owner = parent if parent in both and keys == (root,) else root
            tensors[owner] = tensors.get(owner, ()) + keys
        return replace(self, tensors=tensors)

    def blocks(self) -> dict[str, list[str]]:
        """Whole blocks among the roots, by the path of their stack; only stacks of which others blocks are matched."""
        out: dict[str, list[str]] = {}
        for root in self.tensors:
            stack, _, name = root.rpartition(".")
            if name.isdigit() and stack in self.known:
                out.setdefault(stack, []).append(root)
        return out
