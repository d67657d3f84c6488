"""Two parts with one unlabelled tree: the same shapes at the same places, the same numbers, other words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from archkb.queries.diff.align.model.key_order import position_gaps
from archkb.queries.diff.align.model.optimal_pairs import TIE, optimal_pairs_of
from archkb.queries.diff.align.model.weight_tree import Module, Node
from archkb.queries.diff.align.model.words import features, merged, word_similarities

_NUMBER = re.compile(r"\d+")


class SubtreeHashes:
    """Interned numbers for unlabelled trees: equal numbers, equal trees (numbers are labels, words are not)."""

    def __init__(self) -> None:
        self._interned: dict[object, int] = {}
        self._known: dict[int, int] = {}

    def id_of(self, node: Node) -> int:
        """The number of a node's tree."""
        known = self._known.get(id(node))
        if known is None:
            below = sorted(
                (child.name if child.name.isdigit() else "", self.id_of(child)) for child in node.children.values()
            )
            form = (node.module.form if node.module else None, tuple(below))
            known = self._known[id(node)] = self._interned.setdefault(form, len(self._interned))
        return known


def isomorphic_pairs(source: Node, target: Node, hashes: SubtreeHashes) -> Iterator[tuple[Module, Module, bool]]:
    """Pairs of modules of two equal trees, each with whether it was a free choice among equal siblings."""
    stack = [(source, target, False)]
    while stack:
        node, other_node, ambiguous = stack.pop()
        if node.module is not None and other_node.module is not None:
            yield node.module, other_node.module, ambiguous
        groups: dict[tuple[str, int], tuple[list[Node], list[Node]]] = {}
        for side, side_node in enumerate((node, other_node)):
            for child in side_node.children.values():
                label = (child.name if child.name.isdigit() else "", hashes.id_of(child))
                groups.setdefault(label, ([], []))[side].append(child)
        for sources, targets in groups.values():
            stack.extend(
                (source_child, target_child, ambiguous or child_ambiguous)
                for source_child, target_child, child_ambiguous in _sibling_pairs(sources, targets)
            )


CROWD = 400
"""Equal siblings above which those of equal numbers are brought together first."""


def _sibling_pairs(sources: list[Node], targets: list[Node]) -> list[tuple[Node, Node, bool]]:
    """Which of some equal siblings is which of the others, and whether that was a free choice."""
    if len(sources) == 1:
        return [(sources[0], targets[0], False)]
    if len(sources) <= CROWD:
        return _by_names(sources, targets)
    out: list[tuple[Node, Node, bool]] = []
    rest: tuple[list[Node], list[Node]] = ([], [])
    source_numbers, target_numbers = _by_numbers(sources), _by_numbers(targets)
    for numbers in (*source_numbers, *(n for n in target_numbers if n not in source_numbers)):
        left, right = source_numbers.get(numbers, []), target_numbers.get(numbers, [])
        if len(left) == len(right) <= CROWD:
            out += _by_names(left, right)
        else:
            rest[0].extend(left)
            rest[1].extend(right)
    by_position = (sorted(side, key=lambda n: n.file_position) for side in rest)
    return out + [(x, y, True) for x, y in zip(*by_position, strict=True)]


def _by_numbers(side: Sequence[Node]) -> dict[tuple[str, ...], list[Node]]:
    by_numbers: dict[tuple[str, ...], list[Node]] = {}
    for node in side:
        by_numbers.setdefault(tuple(_NUMBER.findall(node.name)), []).append(node)
    return by_numbers


def _by_names(sources: list[Node], targets: list[Node]) -> list[tuple[Node, Node, bool]]:
    import numpy as np

    table = word_similarities(*([node_words(n) for n in side] for side in (sources, targets)))
    out = []
    for i, j in optimal_pairs_of(table - np.array(position_gaps(sources, targets))):
        row, column = np.delete(table[i], j), np.delete(table[:, j], i)
        rival = max(row.max(initial=-1.0), column.max(initial=-1.0))
        out.append((sources[i], targets[j], bool(rival >= table[i, j] - TIE)))
    return out


READ = 40
"""Modules whose names are read below a node, at most."""


def node_words(node: Node) -> dict[str, float]:
    """What a node's own name and, more quietly, the names below it mean."""
    above = len(node.path) - 1
    modules = list(node.walk())
    own_words = features(node.path[above:])
    inner_words = merged(features(m.path[above:]) for m in modules[:READ])
    return {
        **{k: v / max(1, min(READ, len(modules))) for k, v in inner_words.items()},
        **{f"^{k}": v for k, v in own_words.items()},
    }
