"""Parts that are alike without being equal: blocks that gained, lost or widened something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from archkb.queries.diff.align.blocks.block_runs import Orders, Template, runs
from archkb.queries.diff.align.blocks.parts import Part
from archkb.queries.diff.align.model.optimal import best
from archkb.queries.diff.align.model.shapes import bare
from archkb.queries.diff.align.model.words import features, likeness
from archkb.queries.diff.align.trees.common_subtree import chain

FLOOR = 0.9
"""Least score of two runs: contents, words and paths add up to at most 3."""
CONTENT = 0.45
"""Least share of two parts' forms (as they are, or in units of their widths) that must be the same."""
SMALL = 2
"""Parts of at most this many modules are left to the comparison of single modules."""


def overlap(a: Counter[object], b: Counter[object]) -> float:
    """Shared share of two multisets (twice the common part over the sum)."""
    total = a.total() + b.total()
    return 2 * (a & b).total() / total if total else 0.0


def contents(part: Part) -> tuple[Counter[object], Counter[object]]:
    """Forms as they are, and forms in units of the part's commonest width."""
    exact: Counter[object] = Counter(m.form for m in part.modules)
    width = Counter(d for m in part.modules for s in m.shapes.values() for d in s if d > 4).most_common(1)
    unit = width[0][0] if width else 1
    scaled: Counter[object] = Counter(
        tuple(sorted((role, tuple(_scaled(d, unit) for d in bare(s))) for role, s in m.shapes.items()))
        for m in part.modules
    )
    return exact, scaled


def _scaled(d: int, unit: int) -> object:
    return f"{d // unit}w" if d % unit == 0 else f"w/{unit // d}" if unit % d == 0 and d > 4 else "?"


def alike(a: Part, b: Part) -> float:
    """Likeness of two parts' contents and words, in [0, 2]; 0 where the contents have too little in common."""
    (x, xs), (y, ys) = contents(a), contents(b)
    exact, units = overlap(x, y), overlap(xs, ys)
    if max(exact, units) < CONTENT:
        return 0.0
    return max(exact, 0.8 * units) + likeness(a.read, b.read)


def similar_parts(
    ours: Sequence[Part], theirs: Sequence[Part], orders: Orders
) -> tuple[list[tuple[Part, Part]], list[Part], list[Part]]:
    """Pairs of parts that are alike, run by run, and what is left."""
    left = [p for p in ours if len(p.modules) > SMALL]
    right = [p for p in theirs if len(p.modules) > SMALL]
    pairs: list[tuple[Part, Part]] = []
    while left and right:
        x, y = list(runs(left).items()), list(runs(right).items())
        found = _runs(x, y, orders)
        if not found:
            break
        new = [pair for i, j in found for pair in _in_step(x[i][1], y[j][1], orders)]
        if not new:
            break
        for a, b in new:
            orders.learn(a, b)
        pairs += new
        used = {id(p) for pair in new for p in pair}
        left = [p for p in left if id(p) not in used]
        right = [p for p in right if id(p) not in used]
    used = {id(p) for pair in pairs for p in pair}
    return pairs, [p for p in ours if id(p) not in used], [p for p in theirs if id(p) not in used]


def _runs(
    x: list[tuple[Template, list[Part]]], y: list[tuple[Template, list[Part]]], orders: Orders
) -> list[tuple[int, int]]:
    table = [
        [
            (content := _content(some, others))
            and content
            + 0.6 * likeness(features(p), features(q))
            + 0.3 * orders.met(p, q)
            + 0.1 * min(len(some), len(others)) / max(len(some), len(others))
            for q, others in y
        ]
        for p, some in x
    ]
    return [(i, j) for i, j in best(len(x), len(y), lambda i, j: table[i][j]) if table[i][j] >= FLOOR]


def _content(some: list[Part], others: list[Part]) -> float:
    picks = {id(p): p for p in (some[0], some[len(some) // 2], some[-1])}.values()
    rivals = {id(p): p for p in (others[0], others[len(others) // 2], others[-1])}.values()
    return max(alike(p, q) for p in picks for q in rivals)


def _in_step(ours: list[Part], theirs: list[Part], orders: Orders) -> list[tuple[Part, Part]]:
    """Two runs side by side in the order of their numbers, none crossing, as much alike as possible."""
    left, right = (sorted(side, key=lambda p: p.numbers) for side in (ours, theirs))
    kinds: dict[tuple[object, object], float] = {}

    def gain(i: int, j: int) -> float:
        key = (left[i].content, right[j].content)
        if key not in kinds:
            kinds[key] = alike(left[i], right[j])
        return kinds[key] + (0.2 if left[i].numbers == right[j].numbers else 0.0)

    if len(left) == len(right) and all(p.numbers == q.numbers for p, q in zip(left, right, strict=True)):
        return list(zip(left, right, strict=True))
    table = [[gain(i, j) for j in range(len(right))] for i in range(len(left))]
    return [(left[i], right[j]) for i, j in chain(table, idle=True)]
