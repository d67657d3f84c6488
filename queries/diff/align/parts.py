"""The parts two trees are compared by. A part is a repeated block, whole or without the blocks inside it.

The trees are opened from the top: parts of equal content are matched as wholes, largest first; what has no equal
partner is opened into the blocks inside it and the rest. So a net whose blocks were regrouped under other containers
still falls into the same blocks.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from itertools import count
from math import prod

from queries.diff.align.runs import Orders, pair_up
from queries.diff.align.tree import Module, Node
from queries.diff.align.words import features, merged, stem


class Part:
    """Modules at and below `path`; `node` is set while all of them are below it (nothing was taken out)."""

    __slots__ = ("_content", "_read", "modules", "node", "numbers", "path", "size", "template")

    def __init__(self, path: tuple[str, ...], modules: list[Module], node: Node | None) -> None:
        self.path, self.modules, self.node = path, modules, node
        self.size = sum(m.size for m in modules)
        self.template = tuple("#" if p.isdigit() else stem(p) for p in path)
        self.numbers = tuple(_number(p) for p in path if p[-1:].isdigit())
        self._content: tuple[object, ...] | None = None
        self._read: dict[str, float] | None = None

    def __repr__(self) -> str:
        return f"Part({'.'.join(self.path)!r}, {len(self.modules)})"

    @property
    def content(self) -> tuple[object, ...]:
        """The multiset of forms, whatever their names and places."""
        if self._content is None:
            self._content = tuple(sorted(m.form for m in self.modules))
        return self._content

    @property
    def read(self) -> dict[str, float]:
        """What the names of the modules inside mean, summed."""
        if self._read is None:
            self._read = merged(features(m.path[len(self.path) :]) for m in self.modules)
        return self._read

    @property
    def place(self) -> int:
        """Where its first tensor stands in the file, where that is known."""
        return min((m.place for m in self.modules), default=0)

    @property
    def mass(self) -> tuple[int, int]:
        """Elements in matrices and in vectors: the same for a fused, split, turned or stacked spelling."""
        flat = sum(prod(s) for m in self.modules for s in m.shapes.values() if len(s) < 2)
        return self.size - flat, flat


def _number(component: str) -> int:
    return int(component[len(stem(component)) :])


def openable(part: Part) -> bool:
    """Whether there are blocks inside."""
    return part.node is not None and len(opened(part)) > 1


def opened(part: Part) -> list[Part]:
    """The blocks directly inside a part, and the rest of it."""
    if part.node is None:
        return [part]
    rest: list[Module] = []
    inner: list[Node] = []
    _collect(part.node, rest, inner)
    if not inner:
        return [Part(part.path, rest, None)]
    out = [Part(n.path, list(n.walk()), n) for n in map(_unwrapped, inner)]
    return [*out, Part(part.path, rest, None)] if rest else out


def _unwrapped(node: Node) -> Node:
    """The innermost numbered block that still holds everything."""
    inner = node
    while inner.module is None and len(inner.children) == 1:
        (inner,) = inner.children.values()
        if inner.unit:
            node = inner
    return node


def _collect(node: Node, rest: list[Module], inner: list[Node]) -> None:
    if node.module is not None:
        rest.append(node.module)
    for child in node.children.values():
        if child.unit:
            inner.append(child)
        else:
            _collect(child, rest, inner)


class _Queue:
    """Parts still without partner, largest first."""

    def __init__(self, parts: Iterable[Part]) -> None:
        self._order = count()
        self._heap = [(-p.size, next(self._order), p) for p in parts]
        heapq.heapify(self._heap)

    @property
    def top(self) -> int:
        return -self._heap[0][0] if self._heap else -1

    def pop(self, size: int) -> list[Part]:
        out = []
        while self._heap and -self._heap[0][0] == size:
            out.append(heapq.heappop(self._heap)[2])
        return out

    def push(self, parts: Iterable[Part]) -> None:
        for p in parts:
            heapq.heappush(self._heap, (-p.size, next(self._order), p))


def equal_parts(
    ours: Iterable[Part], theirs: Iterable[Part], orders: Orders
) -> tuple[list[tuple[Part, Part]], list[Part], list[Part]]:
    """Pairs of parts of equal content, and the opened parts that have none on either side."""
    left, right = _Queue(ours), _Queue(theirs)
    groups: list[tuple[list[Part], list[Part]]] = []
    spare: tuple[list[Part], list[Part]] = ([], [])
    while left.top >= 0 or right.top >= 0:
        size = max(left.top, right.top)
        matched, rest = _same_content(left.pop(size), right.pop(size))
        groups += matched
        for queue, parts, unmatched in zip((left, right), rest, spare, strict=True):
            for part in parts:
                if part.node is None:
                    unmatched.append(part)
                else:
                    queue.push(opened(part))
    pairs: list[tuple[Part, Part]] = []
    # single choices first: they teach in which order numbers run
    for some, others in sorted(groups, key=lambda g: len(g[0]) * len(g[1]) > 1):
        found = pair_up(some, others, orders)
        pairs += found
        used = {id(p) for pair in found for p in pair}
        spare[0].extend(p for p in some if id(p) not in used)
        spare[1].extend(p for p in others if id(p) not in used)
    return pairs, *spare


def _forms(part: Part) -> object:
    return part.content


def _elements(part: Part) -> object:
    return part.mass if len(part.modules) > 1 else id(part)


def _same_content(
    ours: list[Part], theirs: list[Part]
) -> tuple[list[tuple[list[Part], list[Part]]], tuple[list[Part], list[Part]]]:
    """Groups of one content on both sides (forms, or else elements), and what is left."""
    if not ours or not theirs:
        return [], (ours, theirs)
    groups: list[tuple[list[Part], list[Part]]] = []
    for key in (_forms, _elements):
        found: dict[object, tuple[list[Part], list[Part]]] = {}
        for side, parts in enumerate((ours, theirs)):
            for p in parts:
                found.setdefault(key(p), ([], []))[side].append(p)
        groups += [g for g in found.values() if g[0] and g[1]]
        ours = [p for g in found.values() if not g[1] for p in g[0]]
        theirs = [p for g in found.values() if not g[0] for p in g[1]]
    return groups, (ours, theirs)
