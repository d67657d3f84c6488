"""Two parts of nearly one unlabelled tree: the same containers, a few tensors gained, lost or resized.

The largest common tree is found from the leaves up (a tensor of equal shape counts 1, one that kept an axis less) and
read off from the root down. Numbered children go together in order, none crossing; others by the best assignment, in
which names, and at last the order of the files, only choose among what fits about equally well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archkb.queries.diff.align.model.optimal import best
from archkb.queries.diff.align.model.shapes import bare
from archkb.queries.diff.align.model.weight_tree import Module, Node, Shape
from archkb.queries.diff.align.model.words import likeness
from archkb.queries.diff.align.trees.isomorphism import Forms, lateness, read
from archkb.queries.diff.align.trees.size_mapping import Fit

RESIZED, TURNED = 0.5, 0.9
"""What a pair of tensors counts that kept one axis, or exchanged two."""
NAMES, PLACE = 0.3, 1e-3
"""Weight of names and of the same number beside tensors that agree."""
DEEPER = 0.1
"""What is taken off where one of two lies below an extra container."""
WIDEST = 160
"""Most children a node may have that are no numbered list; wider ones are not compared."""
LISTS = 40_000
"""Most cells of the comparison of two numbered lists."""
KINDS, NEAR = 2000, 4
"""Comparisons of unlike items of two lists from which on only items about equally far along are compared, and how
far those are apart at most or anyway."""


class Match:
    """Nodes compared by content. Equal trees are compared once."""

    def __init__(self, forms: Forms, fit: Fit | None = None) -> None:
        self._forms = forms
        self._fit = fit or kept
        self._known: dict[tuple[int, int], float] = {}

    def score(self, x: Node, y: Node) -> float:
        """Tensors of the largest common tree of two nodes that go together."""
        p, q = self._forms.of(x), self._forms.of(y)
        if p == q and self._fit is kept:
            return float(x.tensors)
        known = self._known.get((p, q))
        if known is None:
            known = own(x.module, y.module, self._fit)
            known += sum(self.score(i, j) for i, j, _ in self._children(x, y, names=False))
            known = self._known[p, q] = max(known, self._below(x, y))
        return known

    def _below(self, x: Node, y: Node) -> float:
        """The score of what two nodes are once containers that hold but one thing are taken off; 0 where none is."""
        i, j = unwrapped(x), unwrapped(y)
        if i is x and j is y:
            return 0.0
        return self.score(i, j) - DEEPER * (len(i.path) - len(x.path) != len(j.path) - len(y.path))

    def modules(self, a: Node, b: Node) -> Iterator[tuple[Module, Module, bool]]:
        """Modules that go together and agree in something, each with whether it was a free choice."""
        for x, y, free in self.nodes(a, b):
            if x.module is not None and y.module is not None and own(x.module, y.module, self._fit) > 0:
                yield x.module, y.module, free

    def nodes(self, a: Node, b: Node) -> Iterator[tuple[Node, Node, bool]]:
        """Nodes that go together, from the root down, each with whether it was a free choice among equal siblings."""
        stack = [(a, b, False)]
        while stack:
            x, y, free = stack.pop()
            if (below := self._below(x, y)) and below >= self.score(x, y):
                x, y = unwrapped(x), unwrapped(y)
            yield x, y, free
            stack.extend((i, j, free or tie) for i, j, tie in self._children(x, y, names=True))

    def _children(self, x: Node, y: Node, *, names: bool) -> list[tuple[Node, Node, bool]]:
        """Children that go together."""
        ours, theirs = ([c for c in n.children.values() if c.name.isdigit()] for n in (x, y))
        pairs = [(i, j, False) for i, j in self._in_order(ours, theirs)]
        ours, theirs = ([c for c in n.children.values() if not c.name.isdigit()] for n in (x, y))
        pairs += self._chosen(ours, theirs) if names else self._largest(ours, theirs)
        return pairs

    def _in_order(self, ours: list[Node], theirs: list[Node]) -> list[tuple[Node, Node]]:
        if [n.name for n in ours] == [n.name for n in theirs] and all(
            self.score(i, j) >= 0.5 * max(i.tensors, j.tensors) for i, j in zip(ours, theirs, strict=True)
        ):
            return list(zip(ours, theirs, strict=True))
        if not ours or not theirs or len(ours) * len(theirs) > LISTS:
            return []
        kinds = len({self._forms.of(i) for i in ours}) * len({self._forms.of(j) for j in theirs})
        longer = len(theirs) - len(ours)
        far = max(NEAR, KINDS // len(ours) // 2) if kinds > KINDS else len(ours) + len(theirs)
        first, last = min(0, longer) - far, max(0, longer) + far
        gain = [
            [first <= q - p <= last and self.score(i, j) + PLACE * (i.name == j.name) for q, j in enumerate(theirs)]
            for p, i in enumerate(ours)
        ]
        return [(ours[i], theirs[j]) for i, j in chain(gain)]

    def _largest(self, ours: list[Node], theirs: list[Node]) -> list[tuple[Node, Node, bool]]:
        """The assignment that keeps most tensors; equal trees first, where sizes are kept."""
        out = []
        there: dict[int, list[Node]] = {}
        for j in reversed(theirs):
            there.setdefault(self._forms.of(j), []).append(j)
        left = []
        for i in ours:
            same = there.get(self._forms.of(i)) if self._fit is kept else None
            if same:
                out.append((i, same.pop(), False))
            else:
                left.append(i)
        right = [j for some in there.values() for j in some]
        if left and right and max(len(left), len(right)) <= WIDEST:
            table = [[self.score(i, j) for j in right] for i in left]
            out += [
                (left[i], right[j], False)
                for i, j in best(len(left), len(right), lambda i, j: table[i][j])
                if table[i][j]
            ]
        return out

    def _chosen(self, ours: list[Node], theirs: list[Node]) -> list[tuple[Node, Node, bool]]:
        if not ours or not theirs or max(len(ours), len(theirs)) > WIDEST:
            return []
        fits = [[self.score(i, j) for j in theirs] for i in ours]
        said = [[read(n) for n in side] for side in (ours, theirs)]
        table = [
            [f and f + NAMES * likeness(p, q) for f, q in zip(row, said[1], strict=True)]
            for row, p in zip(fits, said[0], strict=True)
        ]
        out = []
        late = lateness(ours, theirs)
        for i, j in best(len(ours), len(theirs), lambda i, j: table[i][j] - late[i][j]):
            if table[i][j]:
                rivals = [*table[i][:j], *table[i][j + 1 :], *(table[k][j] for k in range(len(ours)) if k != i)]
                out.append((ours[i], theirs[j], max(rivals, default=0.0) >= table[i][j] - 1e-9))
        return out


def unwrapped(node: Node) -> Node:
    """The first node at or below that is more than a prefix."""
    while node.module is None and len(node.children) == 1:
        (node,) = node.children.values()
    return node


def own(x: Module | None, y: Module | None, fit: Fit) -> float:
    """Tensors of two modules that go together, role by role."""
    if x is None or y is None:
        return 0.0
    return sum(fit(shape, y.shapes[role]) for role, shape in x.shapes.items() if role in y.shapes)


def kept(x: Shape, y: Shape) -> float:
    """What a pair of tensors counts: 1 at equal shape, less where an axis changed."""
    if x == y:
        return 1.0
    x, y = bare(x), bare(y)
    if len(x) != len(y):
        return 0.0
    if x == y[::-1]:
        return TURNED
    return RESIZED if len(x) == 1 or any(p == q for p, q in zip(x, y, strict=True)) else 0.0


def chain(gain: Sequence[Sequence[float]], *, idle: bool = False) -> list[tuple[int, int]]:
    """Pairs (row, column), none crossing, with the largest sum of gains; the earliest where several are.

    `idle`: with pairs that gain nothing, where they cost none that do.
    """
    n, m = len(gain), len(gain[0]) if gain else 0
    rest = [[0.0] * (m + 1) for _ in range(n + 1)]
    for i in range(n - 1, -1, -1):
        row, below, here = gain[i], rest[i + 1], rest[i]
        for j in range(m - 1, -1, -1):
            here[j] = max(row[j] + below[j + 1], below[j], here[j + 1])
    out, i, j = [], 0, 0
    while i < n and j < m:
        if (idle or gain[i][j]) and rest[i][j] == gain[i][j] + rest[i + 1][j + 1]:
            out.append((i, j))
            i, j = i + 1, j + 1
        elif rest[i][j] == rest[i + 1][j]:
            i += 1
        else:
            j += 1
    return out
