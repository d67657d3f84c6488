"""Parts that are alike without being equal: blocks that gained, lost or widened something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from archkb.queries.diff.align.blocks.block_runs import Orders, Template, by_template
from archkb.queries.diff.align.blocks.parts import Part
from archkb.queries.diff.align.model.optimal_pairs import optimal_pairs, weighted_lcs
from archkb.queries.diff.align.model.shapes import squeezed
from archkb.queries.diff.align.model.words import features, word_similarity


class SimilarityWeights:
    """What makes two runs of blocks alike: contents and words of a block, each in [0, 1], then these.

    Set by hand on the shared pairs of docs/accuracy.md.
    """

    SCALED = 0.8
    """Of contents that are the same in units of the widths only."""
    PATHS = 0.6
    """Of likeness of the paths' words."""
    ANCESTORS = 0.3
    """Of ancestors that went together."""
    LENGTHS = 0.1
    """Of how near the runs are in length."""
    SAME_NUMBERS = 0.2
    """Of two blocks of one number, where runs are laid side by side."""


FLOOR = 0.9
"""Least score of two runs: contents, words and paths add up to at most 3."""
CONTENT = 0.45
"""Least share of two parts' forms (as they are, or in units of their widths) that must be the same."""
SMALL = 2
"""Parts of at most this many modules are left to the comparison of single modules."""


def dice(source: Counter[object], target: Counter[object]) -> float:
    """Shared share of two multisets (twice the common part over the sum)."""
    total = source.total() + target.total()
    return 2 * (source & target).total() / total if total else 0.0


def contents(part: Part) -> tuple[Counter[object], Counter[object]]:
    """Forms as they are, and forms in units of the part's commonest width."""
    exact: Counter[object] = Counter(module.form for module in part.modules)
    width = Counter(d for m in part.modules for shape in m.shapes.values() for d in shape if d > 4).most_common(1)
    unit = width[0][0] if width else 1
    scaled: Counter[object] = Counter(
        tuple(sorted((role, tuple(_scaled(d, unit) for d in squeezed(s))) for role, s in module.shapes.items()))
        for module in part.modules
    )
    return exact, scaled


def _scaled(d: int, unit: int) -> object:
    return f"{d // unit}w" if d % unit == 0 else f"w/{unit // d}" if unit % d == 0 and d > 4 else "?"


def part_similarity(source: Part, target: Part) -> float:
    """Likeness of two parts' contents and words, in [0, 2]; 0 where the contents have too little in common."""
    (source_forms, source_scaled), (target_forms, target_scaled) = contents(source), contents(target)
    same_forms, same_scaled = dice(source_forms, target_forms), dice(source_scaled, target_scaled)
    if max(same_forms, same_scaled) < CONTENT:
        return 0.0
    return max(same_forms, SimilarityWeights.SCALED * same_scaled) + word_similarity(source.words, target.words)


def similar_parts(
    sources: Sequence[Part], targets: Sequence[Part], orders: Orders
) -> tuple[list[tuple[Part, Part]], list[Part], list[Part]]:
    """Pairs of parts that are alike, run by run, and what is left."""
    left = [p for p in sources if len(p.modules) > SMALL]
    right = [p for p in targets if len(p.modules) > SMALL]
    pairs: list[tuple[Part, Part]] = []
    while left and right:
        source_runs, target_runs = list(by_template(left).items()), list(by_template(right).items())
        run_pairs = _similar_runs(source_runs, target_runs, orders)
        if not run_pairs:
            break
        step = [pair for i, j in run_pairs for pair in _pairs_in_step(source_runs[i][1], target_runs[j][1], orders)]
        if not step:
            break
        # what was paired teaches the order of the next round
        for source, target in step:
            orders.learn(source, target)
        pairs += step
        used = {id(p) for pair in step for p in pair}
        left = [p for p in left if id(p) not in used]
        right = [p for p in right if id(p) not in used]
    used = {id(p) for pair in pairs for p in pair}
    return pairs, [p for p in sources if id(p) not in used], [p for p in targets if id(p) not in used]


def _similar_runs(
    source_runs: list[tuple[Template, list[Part]]], target_runs: list[tuple[Template, list[Part]]], orders: Orders
) -> list[tuple[int, int]]:
    table = [
        [
            (content := _run_similarity(sources, targets))
            and content
            + SimilarityWeights.PATHS * word_similarity(features(source_template), features(target_template))
            + SimilarityWeights.ANCESTORS * orders.seen_together(source_template, target_template)
            + SimilarityWeights.LENGTHS * min(len(sources), len(targets)) / max(len(sources), len(targets))
            for target_template, targets in target_runs
        ]
        for source_template, sources in source_runs
    ]
    return [
        (i, j)
        for i, j in optimal_pairs(len(source_runs), len(target_runs), lambda i, j: table[i][j])
        if table[i][j] >= FLOOR
    ]


def _run_similarity(sources: list[Part], targets: list[Part]) -> float:
    source_samples = {id(p): p for p in (sources[0], sources[len(sources) // 2], sources[-1])}.values()
    target_samples = {id(p): p for p in (targets[0], targets[len(targets) // 2], targets[-1])}.values()
    return max(part_similarity(p, q) for p in source_samples for q in target_samples)


def _pairs_in_step(sources: list[Part], targets: list[Part], orders: Orders) -> list[tuple[Part, Part]]:
    """Two runs side by side in the order of their numbers, none crossing, as much alike as possible.

    Parts with nothing in common are no pair, whatever their numbers.
    """
    left, right = (sorted(side, key=lambda p: p.numbers) for side in (sources, targets))
    known: dict[tuple[object, object], float] = {}

    def gain(i: int, j: int) -> float:
        content_pair = (left[i].content, right[j].content)
        if content_pair not in known:
            known[content_pair] = part_similarity(left[i], right[j])
        similarity = known[content_pair]
        return similarity and similarity + (
            SimilarityWeights.SAME_NUMBERS if left[i].numbers == right[j].numbers else 0.0
        )

    if len(left) == len(right) and all(p.numbers == q.numbers for p, q in zip(left, right, strict=True)):
        return list(zip(left, right, strict=True))
    table = [[gain(i, j) for j in range(len(right))] for i in range(len(left))]
    return [(left[i], right[j]) for i, j in weighted_lcs(table)]
