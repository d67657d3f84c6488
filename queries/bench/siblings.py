"""Which keys of a header are equal siblings: the same place in the key tree once every name is forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archkb.queries.bench.pairs import Tensors

_Tree = dict[str, Any]


def sibling_classes(tensors: Tensors) -> dict[str, int]:
    """Key -> class. Two keys share a class where numbers, dtypes and shapes of the tree do not tell them apart.

    >>> from archkb.queries.diff.align import Spec
    >>> q, k, o = (Spec("F32", s) for s in ((4, 4), (4, 4), (8, 4)))
    >>> found = sibling_classes({"l.q": q, "l.k": k, "l.o": o})
    >>> found["l.q"] == found["l.k"] != found["l.o"]
    True
    """
    signs = _Signs()
    out: dict[str, int] = {}

    def walk(tree: _Tree, above: int) -> None:
        for name, below in tree.items():
            here = signs.number((above, signs.of(below, name)))
            if isinstance(below, dict):
                walk(below, here)
            else:
                out[below] = here

    walk(_tree(tensors, signs), 0)
    return out


class _Signs:
    """Numbers for structures: equal structures have equal numbers."""

    def __init__(self) -> None:
        self._seen: dict[Any, int] = {}
        self._trees: dict[int, int] = {}
        self.leaves: dict[str, tuple[str, tuple[int, ...]]] = {}

    def number(self, what: Any) -> int:
        return self._seen.setdefault(what, len(self._seen) + 1)

    def of(self, below: _Tree | str, name: str) -> int:
        """The number of a child: its structure, and its name if that is a number."""
        label = name if name.isdigit() else ""
        if isinstance(below, str):
            return self.number((label, self.leaves[below]))
        if id(below) not in self._trees:
            self._trees[id(below)] = self.number(tuple(sorted(self.of(c, n) for n, c in below.items())))
        return self.number((label, "tree", self._trees[id(below)]))


def _tree(tensors: Tensors, signs: _Signs) -> _Tree:
    """The key tree with whole keys as leaves. A key that is also a prefix of others becomes their nameless sibling."""
    root: _Tree = {}
    for key, spec in tensors.items():
        signs.leaves[key] = (spec.dtype, spec.shape)
        module = root
        *above, last = key.split(".")
        for name in above:
            below = module.setdefault(name, {})
            if isinstance(below, str):
                below = module[name] = {"": below}
            module = below
        if isinstance(module.get(last), dict):
            module[last][""] = key
        else:
            module[last] = key
    return root


def merged_classes(tensors: Tensors, given: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    """Classes of more than one key: equal siblings, joined where `given` has keys of several in one class."""
    class_of = sibling_classes(tensors)
    root: dict[int, int] = {c: c for c in class_of.values()}
    for group in given:
        known = {_top(root, class_of[k]) for k in group if k in class_of}
        for c in known:
            root[c] = min(known)
    out: dict[int, list[str]] = {}
    for key, c in class_of.items():
        out.setdefault(_top(root, c), []).append(key)
    return tuple(tuple(keys) for keys in out.values() if len(keys) > 1)


def _top(root: Mapping[int, int], class_number: int) -> int:
    while root[class_number] != class_number:
        class_number = root[class_number]
    return class_number
