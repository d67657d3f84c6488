"""Two parts with one unlabelled tree: the same shapes at the same places, the same numbers, other words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from archkb.queries.diff.align.model.optimal import assigned
from archkb.queries.diff.align.model.weight_tree import Module, Node
from archkb.queries.diff.align.model.words import features, likenesses, merged

_NUMBER = re.compile(r"\d+")


class Forms:
    """Interned numbers for unlabelled trees: equal numbers, equal trees (numbers are labels, words are not)."""

    def __init__(self) -> None:
        self._interned: dict[object, int] = {}
        self._known: dict[int, int] = {}

    def of(self, node: Node) -> int:
        """The number of a node's tree."""
        known = self._known.get(id(node))
        if known is None:
            below = sorted((c.name if c.name.isdigit() else "", self.of(c)) for c in node.children.values())
            form = (node.module.form if node.module else None, tuple(below))
            known = self._known[id(node)] = self._interned.setdefault(form, len(self._interned))
        return known


def same_tree(a: Node, b: Node, forms: Forms) -> Iterator[tuple[Module, Module, bool]]:
    """Pairs of modules of two equal trees, each with whether it was a free choice among equal siblings."""
    stack = [(a, b, False)]
    while stack:
        x, y, free = stack.pop()
        if x.module is not None and y.module is not None:
            yield x.module, y.module, free
        groups: dict[tuple[str, int], tuple[list[Node], list[Node]]] = {}
        for side, node in enumerate((x, y)):
            for child in node.children.values():
                label = (child.name if child.name.isdigit() else "", forms.of(child))
                groups.setdefault(label, ([], []))[side].append(child)
        for ours, theirs in groups.values():
            stack.extend((p, q, free or tie) for p, q, tie in _choose(ours, theirs))


CROWD = 400
"""Equal siblings above which those of equal numbers are brought together first."""


def _choose(ours: list[Node], theirs: list[Node]) -> list[tuple[Node, Node, bool]]:
    """Which of some equal siblings is which of the others, and whether that was a free choice."""
    if len(ours) == 1:
        return [(ours[0], theirs[0], False)]
    if len(ours) <= CROWD:
        return _by_names(ours, theirs)
    out: list[tuple[Node, Node, bool]] = []
    rest: tuple[list[Node], list[Node]] = ([], [])
    here, there = _by_numbers(ours), _by_numbers(theirs)
    for numbers in (*here, *(n for n in there if n not in here)):
        left, right = here.get(numbers, []), there.get(numbers, [])
        if len(left) == len(right) <= CROWD:
            out += _by_names(left, right)
        else:
            rest[0].extend(left)
            rest[1].extend(right)
    late = (sorted(side, key=lambda n: n.place) for side in rest)
    return out + [(x, y, True) for x, y in zip(*late, strict=True)]


def _by_numbers(side: Sequence[Node]) -> dict[tuple[str, ...], list[Node]]:
    found: dict[tuple[str, ...], list[Node]] = {}
    for node in side:
        found.setdefault(tuple(_NUMBER.findall(node.name)), []).append(node)
    return found


def _by_names(ours: list[Node], theirs: list[Node]) -> list[tuple[Node, Node, bool]]:
    import numpy as np

    table = likenesses(*([read(n) for n in side] for side in (ours, theirs)))
    out = []
    for i, j in assigned(table - np.array(lateness(ours, theirs))):
        row, column = np.delete(table[i], j), np.delete(table[:, j], i)
        rival = max(row.max(initial=-1.0), column.max(initial=-1.0))
        out.append((ours[i], theirs[j], bool(rival >= table[i, j] - 1e-9)))
    return out


WRITTEN = 1e-4
"""What places in the two files that differ wholly take off: less than anything else says."""


def lateness(ours: Sequence[Node] | Sequence[Module], theirs: Sequence[Node] | Sequence[Module]) -> list[list[float]]:
    """For each of some siblings and each of others, how far their ranks in the order of the two files are apart."""
    first, second = _ranks(ours), _ranks(theirs)
    far = max(len(ours), len(theirs)) ** 2
    return [[WRITTEN * (p - q) ** 2 / far for q in second] for p in first]


def _ranks(side: Sequence[Node] | Sequence[Module]) -> list[int]:
    """Rank of each by its place; equal places, equal ranks."""
    rank = {place: i for i, place in enumerate(sorted({x.place for x in side}))}
    return [rank[x.place] for x in side]


def read(node: Node) -> dict[str, float]:
    """What a node's own name and, more quietly, the names below it mean."""
    cut = len(node.path) - 1
    found = list(node.walk())
    own = features(node.path[cut:])
    inside = merged(features(m.path[cut:]) for m in found[:40])
    return {**{k: v / max(1, min(40, len(found))) for k, v in inside.items()}, **{f"^{k}": v for k, v in own.items()}}
