"""Two parts of nearly one unlabelled tree: the same containers, a few tensors gained, lost or resized.

The largest common tree is found from the leaves up (a tensor of equal shape counts 1, one that kept an axis less) and
read off from the root down. Numbered children go together in order, none crossing; others by the best assignment, in
which names, and at last the order of the files, only choose among what fits about equally well.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from archkb.queries.diff.align.model.key_order import position_gaps
from archkb.queries.diff.align.model.optimal_pairs import TIE, optimal_pairs, weighted_lcs
from archkb.queries.diff.align.model.shapes import squeezed
from archkb.queries.diff.align.model.weight_tree import Module, Node, Shape
from archkb.queries.diff.align.model.words import word_similarity
from archkb.queries.diff.align.trees.isomorphism import SubtreeHashes, node_words
from archkb.queries.diff.align.trees.size_mapping import ShapeScore

RESIZED, TURNED = 0.5, 0.9
"""What a pair of tensors counts that kept one axis, or exchanged two."""
NAMES, PLACE = 0.3, 1e-3
"""Weight of names and of the same number beside tensors that agree."""
DEEPER = 0.1
"""What is taken off where one of two lies below an extra container."""
UNMOVED = 0.5
"""Share of the tensors of every two of a list's items that must go together by their numbers, for these to decide."""
WIDEST = 160
"""Most children a node may have that are no numbered list; wider ones are not compared."""
LISTS = 40_000
"""Most cells of the comparison of two numbered lists."""
KINDS, NEAR = 2000, 4
"""Comparisons of unlike items of two lists from which on only items about equally far along are compared, and how
far those are apart at most or anyway."""


class CommonSubtree:
    """Nodes compared by content. Equal trees are compared once."""

    def __init__(self, hashes: SubtreeHashes, shape_score: ShapeScore | None = None) -> None:
        self._hashes = hashes
        self._shape_score = shape_score or tensor_score
        self._known: dict[tuple[int, int], float] = {}

    def score(self, source: Node, target: Node) -> float:
        """Tensors of the largest common tree of two nodes that go together."""
        source_hash, target_hash = self._hashes.id_of(source), self._hashes.id_of(target)
        if source_hash == target_hash and self._shape_score is tensor_score:
            return float(source.tensors)
        known = self._known.get((source_hash, target_hash))
        if known is None:
            known = module_score(source.module, target.module, self._shape_score)
            known += sum(self.score(child, other) for child, other, _ in self._child_pairs(source, target, names=False))
            known = self._known[source_hash, target_hash] = max(known, self._unwrapped_score(source, target))
        return known

    def _unwrapped_score(self, source: Node, target: Node) -> float:
        """The score of what two nodes are once containers that hold but one thing are taken off; 0 where none is."""
        source_inner, target_inner = unwrapped(source), unwrapped(target)
        if source_inner is source and target_inner is target:
            return 0.0
        return self.score(source_inner, target_inner) - DEEPER * (
            len(source_inner.path) - len(source.path) != len(target_inner.path) - len(target.path)
        )

    def modules(self, source: Node, target: Node) -> Iterator[tuple[Module, Module, bool]]:
        """Modules that go together and agree in something, each with whether it was a free choice."""
        for node, other, ambiguous in self.nodes(source, target):
            if (
                node.module is not None
                and other.module is not None
                and module_score(node.module, other.module, self._shape_score) > 0
            ):
                yield node.module, other.module, ambiguous

    def nodes(self, source: Node, target: Node) -> Iterator[tuple[Node, Node, bool]]:
        """Nodes that go together, from the root down, each with whether it was a free choice among equal siblings."""
        stack = [(source, target, False)]
        while stack:
            node, other, ambiguous = stack.pop()
            if (below := self._unwrapped_score(node, other)) and below >= self.score(node, other):
                node, other = unwrapped(node), unwrapped(other)
            yield node, other, ambiguous
            stack.extend(
                (child, other_child, ambiguous or child_ambiguous)
                for child, other_child, child_ambiguous in self._child_pairs(node, other, names=True)
            )

    def _child_pairs(self, source: Node, target: Node, *, names: bool) -> list[tuple[Node, Node, bool]]:
        """Children that go together."""
        sources, targets = (
            [child for child in node.children.values() if child.name.isdigit()] for node in (source, target)
        )
        pairs = [(child, other, False) for child, other in self._numbered_pairs(sources, targets)]
        sources, targets = (
            [child for child in node.children.values() if not child.name.isdigit()] for node in (source, target)
        )
        pairs += self._by_names_too(sources, targets) if names else self._largest_assignment(sources, targets)
        return pairs

    def _numbered_pairs(self, sources: list[Node], targets: list[Node]) -> list[tuple[Node, Node]]:
        if [node.name for node in sources] == [node.name for node in targets] and all(
            self.score(child, other) >= UNMOVED * max(child.tensors, other.tensors)
            for child, other in zip(sources, targets, strict=True)
        ):
            return list(zip(sources, targets, strict=True))
        if not sources or not targets or len(sources) * len(targets) > LISTS:
            return []
        kinds = ({self._hashes.id_of(node) for node in side} for side in (sources, targets))
        comparisons = prod(map(len, kinds))
        longer = len(targets) - len(sources)
        far = max(NEAR, KINDS // len(sources) // 2) if comparisons > KINDS else len(sources) + len(targets)
        first, last = min(0, longer) - far, max(0, longer) + far
        gain = [
            [
                first <= column - row <= last and self.score(child, other) + PLACE * (child.name == other.name)
                for column, other in enumerate(targets)
            ]
            for row, child in enumerate(sources)
        ]
        return [(sources[i], targets[j]) for i, j in weighted_lcs(gain)]

    def _largest_assignment(self, sources: list[Node], targets: list[Node]) -> list[tuple[Node, Node, bool]]:
        """The assignment that keeps most tensors; equal trees first, where sizes are kept."""
        out = []
        targets_by_hash: dict[int, list[Node]] = {}
        for target in reversed(targets):
            targets_by_hash.setdefault(self._hashes.id_of(target), []).append(target)
        left = []
        for source in sources:
            equal = targets_by_hash.get(self._hashes.id_of(source)) if self._shape_score is tensor_score else None
            if equal:
                out.append((source, equal.pop(), False))
            else:
                left.append(source)
        right = [target for equals in targets_by_hash.values() for target in equals]
        if left and right and max(len(left), len(right)) <= WIDEST:
            table = [[self.score(source, target) for target in right] for source in left]
            out += [
                (left[i], right[j], False)
                for i, j in optimal_pairs(len(left), len(right), lambda i, j: table[i][j])
                if table[i][j]
            ]
        return out

    def _by_names_too(self, sources: list[Node], targets: list[Node]) -> list[tuple[Node, Node, bool]]:
        if not sources or not targets or max(len(sources), len(targets)) > WIDEST:
            return []
        scores = [[self.score(i, j) for j in targets] for i in sources]
        words = [[node_words(n) for n in side] for side in (sources, targets)]
        table = [
            [score and score + NAMES * word_similarity(p, q) for score, q in zip(row, words[1], strict=True)]
            for row, p in zip(scores, words[0], strict=True)
        ]
        out = []
        gaps = position_gaps(sources, targets)
        for i, j in optimal_pairs(len(sources), len(targets), lambda i, j: table[i][j] - gaps[i][j]):
            if table[i][j]:
                rivals = [*table[i][:j], *table[i][j + 1 :], *(table[k][j] for k in range(len(sources)) if k != i)]
                out.append((sources[i], targets[j], max(rivals, default=0.0) >= table[i][j] - TIE))
        return out


def unwrapped(node: Node) -> Node:
    """The first node at or below that is more than a prefix."""
    while node.module is None and len(node.children) == 1:
        (node,) = node.children.values()
    return node


def module_score(source: Module | None, target: Module | None, shape_score: ShapeScore) -> float:
    """Tensors of two modules that go together, role by role."""
    if source is None or target is None:
        return 0.0
    return sum(
        shape_score(shape, target.shapes[role]) for role, shape in source.shapes.items() if role in target.shapes
    )


def tensor_score(source: Shape, target: Shape) -> float:
    """What a pair of tensors counts: 1 at equal shape, less where an axis changed."""
    if source == target:
        return 1.0
    source, target = squeezed(source), squeezed(target)
    if len(source) != len(target):
        return 0.0
    if source == target[::-1]:
        return TURNED
    return RESIZED if len(source) == 1 or any(p == q for p, q in zip(source, target, strict=True)) else 0.0
