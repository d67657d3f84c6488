"""Two parts with one unlabelled tree: the same shapes at the same places, the same numbers, other words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from queries.diff.align.runs import best
from queries.diff.align.tree import Module, Node
from queries.diff.align.words import features, likeness, merged


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


def _choose(ours: list[Node], theirs: list[Node]) -> list[tuple[Node, Node, bool]]:
    if len(ours) == 1:
        return [(ours[0], theirs[0], False)]
    said = [[read(n) for n in side] for side in (ours, theirs)]
    table = [[likeness(p, q) for q in said[1]] for p in said[0]]
    out = []
    late = lateness(ours, theirs)
    for i, j in best(len(ours), len(theirs), lambda i, j: table[i][j] - late[i][j]):
        others = [table[i][k] for k in range(len(theirs)) if k != j] + [table[k][j] for k in range(len(ours)) if k != i]
        out.append((ours[i], theirs[j], max(others) >= table[i][j] - 1e-9))
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
