"""Which of several parts is which: by runs of one path template, then by their numbers.

Numbers may run backwards (a decoder counted from its output). :class:`Orders` learns that from parts whose partner
was beyond doubt.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from archkb.queries.diff.align.blocks.parts import Part
from archkb.queries.diff.align.model.optimal_pairs import optimal_pairs
from archkb.queries.diff.align.model.words import features, stem, word_similarity

Template = tuple[str, ...]


class RunWeights:
    """What brings two runs of equal blocks together, beside likeness of their paths' words, which counts 1.

    Set by hand on the shared pairs of docs/accuracy.md. Contents are equal already: the order of the files decides
    last.
    """

    INSIDE = 0.5
    """Of likeness of the words inside a block."""
    SAME_LENGTH = 0.4
    ANCESTORS = 0.8
    """Of ancestors that went together."""
    FILE_ORDER = 1e-6
    """Taken off for the square of how far the two are apart in the order of their files."""


class Orders:
    """Pairs of numbers seen at one place of two path templates, and what they say of the order there."""

    def __init__(self) -> None:
        self._seen: dict[tuple[Template, Template], list[tuple[int, int]]] = {}
        self._paths: dict[tuple[Template, Template], int] = {}

    def learn(self, source: Part, target: Part) -> None:
        """Note that `source` became `target`."""
        for source_template, source_number in _numbered(source.path):
            for target_template, target_number in _numbered(target.path):
                self._seen.setdefault((source_template, target_template), []).append((source_number, target_number))
        for i in range(1, len(source.template) + 1):
            for j in range(1, len(target.template) + 1):
                key = (source.template[:i], target.template[:j])
                self._paths[key] = self._paths.get(key, 0) + 1

    def runs_backwards(self, source: Template, target: Template) -> bool:
        """Whether larger numbers there went with smaller ones."""
        pairs = sorted(set(self._seen.get((source, target), ())))
        votes = sum((y2 > y1) - (y2 < y1) for (x1, y1), (x2, y2) in pairwise(pairs) if x2 > x1)
        return votes < 0

    def seen_together(self, source: Template, target: Template) -> float:
        """Share of the two paths' common ancestors that were seen to go together, in [0, 1]."""
        known = sum(
            (source[:i], target[:j]) in self._paths
            for i in range(1, len(source) + 1)
            for j in range(1, len(target) + 1)
        )
        return known / max(1, len(source) * len(target))


def _numbered(path: Sequence[str]) -> list[tuple[Template, int]]:
    out = []
    for i, component in enumerate(path):
        if component[-1:].isdigit():
            template = tuple("#" if above.isdigit() else stem(above) for above in path[: i + 1])
            out.append((template, int(component[len(stem(component)) :])))
    return out


def pair_up(sources: Sequence[Part], targets: Sequence[Part], orders: Orders) -> list[tuple[Part, Part]]:
    """Pair parts of equal content, as many as the smaller side has."""
    left, right = list(sources), list(targets)
    out: list[tuple[Part, Part]] = []
    while left and right:
        if len(left) == len(right) == 1:
            chosen = [(left[0], right[0])]
        else:
            chosen = _round(left, right, orders)
        for source, target in chosen:
            orders.learn(source, target)
        out += chosen
        used = {id(p) for pair in chosen for p in pair}
        left = [p for p in left if id(p) not in used]
        right = [p for p in right if id(p) not in used]
    return out


def by_template(parts: Sequence[Part]) -> dict[Template, list[Part]]:
    """Parts by path template."""
    out: dict[Template, list[Part]] = {}
    for part in parts:
        out.setdefault(part.template, []).append(part)
    return out


def _round(left: list[Part], right: list[Part], orders: Orders) -> list[tuple[Part, Part]]:
    source_runs, target_runs = list(by_template(left).items()), list(by_template(right).items())

    def score(i: int, j: int) -> float:
        (source_template, run), (target_template, other_run) = source_runs[i], target_runs[j]
        names = word_similarity(features(source_template), features(target_template))
        inside = word_similarity(run[0].words, other_run[0].words)
        gap = RunWeights.FILE_ORDER * (source_order.index(i) - target_order.index(j)) ** 2
        return (
            names
            + RunWeights.INSIDE * inside
            + RunWeights.SAME_LENGTH * (len(run) == len(other_run))
            + RunWeights.ANCESTORS * orders.seen_together(source_template, target_template)
            - gap
        )

    source_order, target_order = (
        sorted(range(len(r)), key=lambda i: r[i][1][0].file_position) for r in (source_runs, target_runs)
    )
    out: list[tuple[Part, Part]] = []
    for i, j in optimal_pairs(len(source_runs), len(target_runs), score):
        out += pair_by_number(source_runs[i][1], target_runs[j][1], orders)
    return out


def pair_by_number(sources: list[Part], targets: list[Part], orders: Orders) -> list[tuple[Part, Part]]:
    """Two runs of equal parts by their numbers; the same numbers where one side's are among the other's."""
    source_path, target_path = sources[0].path, targets[0].path
    if len(sources) != len(targets):
        source_numbers, by_numbers = {p.numbers for p in sources}, {p.numbers: p for p in targets}
        if len(sources) < len(targets) and source_numbers <= by_numbers.keys():
            return [(p, by_numbers[p.numbers]) for p in sources]
        by_numbers = {p.numbers: p for p in sources}
        if len(targets) < len(sources) and {p.numbers for p in targets} <= by_numbers.keys():
            return [(by_numbers[p.numbers], p) for p in targets]
    flips = _flips(source_path, target_path, orders)
    left = sorted(sources, key=lambda p: p.numbers)
    right = sorted(targets, key=lambda p: tuple(-n if flip else n for n, flip in zip(p.numbers, flips, strict=True)))
    return list(zip(left, right, strict=False))


def _flips(source_path: Sequence[str], target_path: Sequence[str], orders: Orders) -> list[bool]:
    """For each number of the target's path, whether it runs against the source's at the same place from the left."""
    source_numbers, target_numbers = _numbered(source_path), _numbered(target_path)
    return [
        k < len(source_numbers) and orders.runs_backwards(source_numbers[k][0], target_numbers[k][0])
        for k in range(len(target_numbers))
    ]
