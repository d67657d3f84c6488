"""What beside shapes says that two modules are one: names, and which paths and words went together so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from archkb.queries.diff.align.model.weight_tree import Module
from archkb.queries.diff.align.model.words import features, split

if TYPE_CHECKING:
    from archkb.queries.diff.align.model.optimal_pairs import Matrix


Path = tuple[str, ...]


class EvidenceWeights:
    """What all but shapes is worth in an assignment, each a weight of a number in [0, 1].

    Set by hand on the shared pairs of docs/accuracy.md: names first, then what earlier links of the same paths say,
    then the parents that the assignment itself joins, then the words it translates into one another.
    """

    WORDS = 2.0
    KNOWN_PATHS = 1.6
    PARENTS = 1.2
    TRANSLATIONS = 1.0
    RANK = 0.6
    """Of a number's rank among siblings, as a word; halved, thirded ... for the numbers above the last."""
    NEPHEWS = 0.3
    """Of the words one level deeper beside a module, as words of its own."""
    UP = (1.0, 0.8, 0.6)
    """Of a parent, grandparent and great-grandparent that went together before."""
    SUPPORT = 0.3
    """Of all but names, beside names, in what is asked of a match."""


MOST_NEPHEWS = 6
"""Modules one level deeper whose words are lent to one beside them; of more, the words say little of each."""


class Neighbours:
    """Which paths of one side went with which of the other, counted over what was linked before."""

    def __init__(self) -> None:
        self._both: dict[tuple[Path, Path], int] = {}
        self._sources: dict[Path, int] = {}
        self._targets: dict[Path, int] = {}

    def learn(self, source: Path, target: Path) -> None:
        """Note that the module at `source` became (part of) the one at `target`."""
        sources = [source[:i] for i in range(1, len(source))]
        targets = [target[:i] for i in range(1, len(target))]
        for above in sources:
            self._sources[above] = self._sources.get(above, 0) + 1
        for other_above in targets:
            self._targets[other_above] = self._targets.get(other_above, 0) + 1
        for above in sources:
            for other_above in targets:
                self._both[above, other_above] = self._both.get((above, other_above), 0) + 1

    def went_together(self, source: Path, target: Path) -> float:
        """How far the two parents, or else grandparents, went together, in [0, 1]."""
        best = 0.0
        for up, up_weight in enumerate(EvidenceWeights.UP, 1):
            for down, down_weight in enumerate(EvidenceWeights.UP, 1):
                above, other_above = source[:-up], target[:-down]
                both = self._both.get((above, other_above), 0) if above and other_above else 0
                if both:
                    total = self._sources[above] + self._targets[other_above]
                    best = max(best, up_weight * down_weight * 2 * both / total)
        return best


def known_together(left: Sequence[Module], right: Sequence[Module], known: Neighbours) -> Matrix:
    """How far the parents of each and each went together, in [0, 1]."""
    import numpy as np

    source_parents: dict[Path, int] = {}
    target_parents: dict[Path, int] = {}
    source_index = np.array([source_parents.setdefault(m.path[:-1], len(source_parents)) for m in left])
    target_index = np.array([target_parents.setdefault(m.path[:-1], len(target_parents)) for m in right])
    by_parent = np.array(
        [
            [known.went_together((*source_parent, ""), (*target_parent, "")) for target_parent in target_parents]
            for source_parent in source_parents
        ]
    )
    return np.asarray(by_parent[np.ix_(source_index, target_index)])


def words_in_context(side: Sequence[Module], prefix_lengths: int) -> list[dict[str, float]]:
    """What each module's path says, and a little of what stands one level deeper beside it."""
    own_words = [_module_words(module, prefix_lengths) for module in side]
    deeper: dict[Path, list[int]] = {}
    for i, module in enumerate(side):
        if len(module.path) > 1:
            deeper.setdefault(module.path[:-2], []).append(i)
    out = [dict(words) for words in own_words]
    for i, module in enumerate(side):
        nephews = deeper.get(module.path[:-1], ())
        if 0 < len(nephews) <= min(MOST_NEPHEWS, len(side) // 2):
            for j in nephews:
                for word, weight in own_words[j].items():
                    if word not in own_words[i] and word[0] not in "#'":
                        out[i][word] = max(out[i].get(word, 0.0), EvidenceWeights.NEPHEWS * weight)
    return out


def _module_words(module: Module, prefix_length: int) -> dict[str, float]:
    path = module.path[prefix_length:] or module.path[-1:]
    out = dict(features(path))
    numbers = sum(p.isdigit() or p[-1:].isdigit() for p in path)
    for depth, rank in enumerate(r for r in module.rank[::-1][:numbers] if r >= 0):
        out[f"#{depth}={rank}"] = EvidenceWeights.RANK / (1 + depth)
    return out


def rare_word_similarity(sources: list[dict[str, float]], targets: list[dict[str, float]]) -> Matrix:
    """Cosines of weighted words; a word that most modules have weighs little."""
    import numpy as np

    index: dict[str, int] = {}
    occurrences: dict[str, int] = {}
    for words in (*sources, *targets):
        for word in words:
            index.setdefault(word, len(index))
            occurrences[word] = occurrences.get(word, 0) + 1
    total = len(sources) + len(targets)
    rarity = np.array([np.log(1 + total / occurrences[w]) for w in index]) if index else np.zeros(0)
    source_matrix, target_matrix = (_matrix(side, index) * np.sqrt(rarity) for side in (sources, targets))
    return np.asarray(_unit(source_matrix) @ _unit(target_matrix).T)


def _matrix(rows: list[dict[str, float]], index: dict[str, int]) -> Matrix:
    import numpy as np

    out = np.zeros((len(rows), len(index)))
    for i, row in enumerate(rows):
        for word, weight in row.items():
            out[i, index[word]] = weight
    return out


def _unit(rows: Matrix) -> Matrix:
    import numpy as np

    norms = np.sqrt((rows * rows).sum(axis=1, keepdims=True))
    return np.asarray(rows / np.where(norms == 0, 1, norms))


def _onehot(names: list[list[object]]) -> Matrix:
    index: dict[object, int] = {}
    for row in names:
        for name in row:
            index.setdefault(name, len(index))
    return _matrix([{str(index[n]): 1.0 for n in row} for row in names], {str(i): i for i in range(len(index))})


def _dice_over_pairs(sources: Matrix, targets: Matrix, chosen: Matrix) -> Matrix:
    """Dice of every column of x with every column of y over the chosen pairs, brought back to the rows."""
    import numpy as np

    both = sources.T @ chosen @ targets
    total = (sources.sum(axis=0)[:, None] + targets.sum(axis=0)[None, :]) / 2
    dice = both / np.where(total == 0, 1, total)
    norms = np.maximum(sources.sum(axis=1), 1)[:, None] * np.maximum(targets.sum(axis=1), 1)[None, :] ** 0.5
    return np.asarray(sources @ dice @ targets.T / np.sqrt(norms))


def parent_agreement(left: Sequence[Module], right: Sequence[Module], chosen: Matrix) -> Matrix:
    """How far the `chosen` pairs (1, else 0) join the parents of each and each."""
    source_parents = _onehot([[m.path[:-1]] for m in left])
    target_parents = _onehot([[m.path[:-1]] for m in right])
    return _dice_over_pairs(source_parents, target_parents, chosen)


def translation_agreement(
    left: Sequence[Module], right: Sequence[Module], prefix_lengths: tuple[int, int], chosen: Matrix
) -> Matrix:
    """How far the `chosen` pairs (1, else 0) translate the words of each into those of each, in [0, 1]."""
    import numpy as np

    source_words = _onehot(
        [list(dict.fromkeys(w for p in m.path[prefix_lengths[0] :] for w in split(p) or (p,))) for m in left]
    )
    target_words = _onehot(
        [list(dict.fromkeys(w for p in m.path[prefix_lengths[1] :] for w in split(p) or (p,))) for m in right]
    )
    return np.minimum(_dice_over_pairs(source_words, target_words, chosen), 1.0)
