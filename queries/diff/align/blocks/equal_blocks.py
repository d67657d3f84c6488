"""The parts two trees are compared by. A part is a repeated block, whole or without the blocks inside it.

The trees are opened from the top: parts of equal content are matched as wholes, largest first; what has no equal
partner is opened into the blocks inside it and the rest. So a net whose blocks were regrouped under other containers
still falls into the same blocks.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from itertools import count

from archkb.queries.diff.align.blocks.block_runs import Orders, pair_up
from archkb.queries.diff.align.blocks.parts import Part, opened


class _Queue:
    """Parts still without partner, largest first."""

    def __init__(self, parts: Iterable[Part]) -> None:
        self._order = count()
        self._heap = [(-p.size, next(self._order), p) for p in parts]
        heapq.heapify(self._heap)

    @property
    def top(self) -> int:
        """Size of the largest; -1 where none is left."""
        return -self._heap[0][0] if self._heap else -1

    def pop(self, size: int) -> list[Part]:
        """All of a size, which must be the largest."""
        out = []
        while self._heap and -self._heap[0][0] == size:
            out.append(heapq.heappop(self._heap)[2])
        return out

    def push(self, parts: Iterable[Part]) -> None:
        """Parts of other sizes come in."""
        for part in parts:
            heapq.heappush(self._heap, (-part.size, next(self._order), part))


def equal_parts(
    sources: Iterable[Part], targets: Iterable[Part], orders: Orders
) -> tuple[list[tuple[Part, Part]], list[Part], list[Part]]:
    """Pairs of parts of equal content, and the opened parts that have none on either side."""
    left, right = _Queue(sources), _Queue(targets)
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
    for group, other_group in sorted(groups, key=lambda g: len(g[0]) * len(g[1]) > 1):
        chosen = pair_up(group, other_group, orders)
        pairs += chosen
        used = {id(p) for pair in chosen for p in pair}
        spare[0].extend(p for p in group if id(p) not in used)
        spare[1].extend(p for p in other_group if id(p) not in used)
    return pairs, *spare


def _same_content(
    sources: list[Part], targets: list[Part]
) -> tuple[list[tuple[list[Part], list[Part]]], tuple[list[Part], list[Part]]]:
    """Groups of one content on both sides (forms, or else parameters), and what is left."""
    if not sources or not targets:
        return [], (sources, targets)
    groups: list[tuple[list[Part], list[Part]]] = []
    for content in (_forms, _parameters):
        by_content: dict[object, tuple[list[Part], list[Part]]] = {}
        for side, parts in enumerate((sources, targets)):
            for part in parts:
                by_content.setdefault(content(part), ([], []))[side].append(part)
        groups += [g for g in by_content.values() if g[0] and g[1]]
        sources = [part for g in by_content.values() if not g[1] for part in g[0]]
        targets = [part for g in by_content.values() if not g[0] for part in g[1]]
    return groups, (sources, targets)


def _forms(part: Part) -> object:
    return part.content


def _parameters(part: Part) -> object:
    return part.parameter_counts if len(part.modules) > 1 else id(part)
