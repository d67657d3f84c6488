"""Modules of two matched parts assigned to each other: shape first, then words, neighbours and learnt translations.

The assignment is the best one as a whole (`scipy.optimize.linear_sum_assignment`). It is found, the parents it joins
and the words it translates are counted, and it is found again with these as further evidence: a block whose names say
nothing still agrees with itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from archkb.queries.diff.align.model.shapes import squeezed
from archkb.queries.diff.align.model.weight_tree import Form, Module
from archkb.queries.diff.align.model.words import features, split
from archkb.queries.diff.align.trees.isomorphism import position_gaps

if TYPE_CHECKING:
    import numpy as np

    Matrix = np.ndarray[Any, np.dtype[np.float64]]


Path = tuple[str, ...]


WORDS, PARENTS, LEARNT, RANKS, KNOWN = 2.0, 1.2, 1.0, 0.6, 1.6


CONTEXT = 0.3
"""Weight of a sibling's words."""


SCALED = 2.3
"""Least fit of two modules whose shapes are the same in units of their parts' widths."""


LARGEST = 1200
"""Sets larger than this are split by shape before they are assigned."""


class Neighbours:
    """Which paths of one side went with which of the other, counted over what was linked before."""

    def __init__(self) -> None:
        self._both: dict[tuple[Path, Path], int] = {}
        self._ours: dict[Path, int] = {}
        self._theirs: dict[Path, int] = {}

    def learn(self, source: Path, target: Path) -> None:
        """Note that the module at `source` became (part of) the one at `target`."""
        sources = [source[:i] for i in range(1, len(source))]
        targets = [target[:i] for i in range(1, len(target))]
        for above in sources:
            self._ours[above] = self._ours.get(above, 0) + 1
        for other_above in targets:
            self._theirs[other_above] = self._theirs.get(other_above, 0) + 1
        for above in sources:
            for other_above in targets:
                self._both[above, other_above] = self._both.get((above, other_above), 0) + 1

    def went_together(self, source: Path, target: Path) -> float:
        """How far the two parents, or else grandparents, went together, in [0, 1]."""
        best = 0.0
        for up, up_weight in ((1, 1.0), (2, 0.8), (3, 0.6)):
            for down, down_weight in ((1, 1.0), (2, 0.8), (3, 0.6)):
                above, other_above = source[:-up], target[:-down]
                both = self._both.get((above, other_above), 0) if above and other_above else 0
                if both:
                    best = max(
                        best, up_weight * down_weight * 2 * both / (self._ours[above] + self._theirs[other_above])
                    )
        return best


class ModuleMatch(NamedTuple):
    """Two modules found to be one.

    `words`: likeness of names in [0, 1]. `support`: words and what neighbours add. `margin`: how much worse the next
    best partner is; 0 says it is a free choice.
    """

    a: Module
    b: Module
    shape_score: float
    words: float
    support: float
    margin: float


def shape_score(source: Module, target: Module) -> float:
    """How well two modules' tensors agree: 0 not at all, 4 same shape; up to 0.6 more for the same set of tensors."""
    source_shape, target_shape = source.main, target.main
    if source_shape == target_shape:
        score = 4.0
    elif squeezed(source_shape) == squeezed(target_shape):
        score = 3.8
    elif squeezed(source_shape) == squeezed(target_shape)[::-1]:
        score = 3.6
    elif len(source_shape) == len(target_shape) and sorted(source_shape) == sorted(target_shape):
        score = 3.0
    else:
        return 0.0
    return (
        score
        + (0.3 if source.shapes.keys() == target.shapes.keys() else 0.0)
        + (0.3 if source.form == target.form else 0.0)
    )


def scaled_shape_score(source: Module, target: Module, widths: tuple[int, int]) -> float:
    """How well two modules agree that differ in size: same axes, equal ones, the same in units of the widths."""
    source_shape, target_shape = squeezed(source.main), squeezed(target.main)
    if len(source_shape) != len(target_shape) or not source_shape:
        return 0.0
    if source_shape == target_shape:
        return shape_score(source, target)
    equal_axes = sum(p == q for p, q in zip(source_shape, target_shape, strict=True)) / len(source_shape)
    scaled_shapes = [tuple(scaled(d, w) for d in s) for s, w in zip((source_shape, target_shape), widths, strict=True)]
    score = 1.0 + equal_axes + (0.25 if source.shapes.keys() == target.shapes.keys() else 0.0)
    return (
        max(score, SCALED + 0.5 * equal_axes)
        if scaled_shapes[0] == scaled_shapes[1] and "?" not in scaled_shapes[0]
        else min(score, 2.2)
    )


def scaled(size: int, width: int) -> str:
    """A size in units of a width: a multiple, a fraction, itself where it is small, or `?`."""
    if size % width == 0:
        return f"{size // width}w"
    if size <= 16:
        return str(size)
    return f"w/{width // size}" if width % size == 0 else "?"


def _width(modules: Sequence[Module]) -> int:
    """The commonest size of an axis."""
    commonest = Counter(d for m in modules for s in m.shapes.values() for d in s if d > 16).most_common(1)
    return commonest[0][0] if commonest else 1


def assign(
    left: Sequence[Module],
    right: Sequence[Module],
    prefix_lengths: tuple[int, int] = (0, 0),
    *,
    sizes: bool = False,
    known: Neighbours | None = None,
) -> list[ModuleMatch]:
    """Best one-to-one assignment of modules whose shapes agree (or, with `sizes`, whose axes do).

    `prefix_lengths`: components of the paths that the parts themselves account for.
    """
    if not left or not right:
        return []
    if len(left) > LARGEST or len(right) > LARGEST:
        return _by_shape(left, right, prefix_lengths, known)
    return _assign(left, right, prefix_lengths, sizes, known)


def _by_shape(
    left: Sequence[Module], right: Sequence[Module], prefix_lengths: tuple[int, int], known: Neighbours | None
) -> list[ModuleMatch]:
    groups: dict[object, tuple[list[Module], list[Module]]] = {}
    for side, members in enumerate((left, right)):
        for module in members:
            groups.setdefault(module.form, ([], []))[side].append(module)
    out: list[ModuleMatch] = []
    for sources, targets in groups.values():
        if len(sources) > LARGEST or len(targets) > LARGEST:
            out += [ModuleMatch(a, b, 4.6, 0.0, 0.0, 0.0) for a, b in zip(sources, targets, strict=False)]
        elif sources and targets:
            out += _assign(sources, targets, prefix_lengths, False, known)
    return out


def _assign(
    left: Sequence[Module],
    right: Sequence[Module],
    prefix_lengths: tuple[int, int],
    sizes: bool,
    known: Neighbours | None,
) -> list[ModuleMatch]:
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    base = _shape_scores(left, right, sizes)
    possible = base > 0
    if not possible.any():
        return []
    words = _rare_word_similarity(
        _words_in_context(left, prefix_lengths[0]), _words_in_context(right, prefix_lengths[1])
    )
    known_evidence = np.zeros_like(base) if known is None else KNOWN * _known_together(left, right, known)
    evidence, gaps = known_evidence, np.array(position_gaps(left, right))
    for turn in range(3):
        score = np.where(possible, base + WORDS * words + evidence, -1e3)
        rows, cols = linear_sum_assignment(gaps - score)
        if turn < 2:
            keep = possible[rows, cols]
            chosen = np.zeros_like(base)
            chosen[rows[keep], cols[keep]] = 1.0
            evidence = (
                known_evidence
                + PARENTS * _parent_agreement(left, right, chosen)
                + LEARNT * _translation_agreement(left, right, prefix_lengths, chosen)
            )
    support = words + 0.3 * evidence
    return [
        ModuleMatch(
            left[i], right[j], float(base[i, j]), float(words[i, j]), float(support[i, j]), _margin(score, i, j)
        )
        for i, j in zip(rows.tolist(), cols.tolist(), strict=True)
        if possible[i, j]
    ]


def _known_together(left: Sequence[Module], right: Sequence[Module], known: Neighbours) -> Matrix:
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


def _margin(score: Matrix, i: int, j: int) -> float:
    """How much the best other partner of either is behind."""
    row, column = score[i].copy(), score[:, j].copy()
    row[j] = column[i] = -1e3
    return float(score[i, j] - max(row.max(), column.max()))


def _shape_scores(left: Sequence[Module], right: Sequence[Module], sizes: bool) -> Matrix:
    import numpy as np

    if sizes:
        widths = _width(left), _width(right)

        def score(source: Module, target: Module) -> float:
            return scaled_shape_score(source, target, widths)
    else:
        score = shape_score
    source_forms: dict[Form, int] = {}
    target_forms: dict[Form, int] = {}
    source_index = np.array([source_forms.setdefault(m.form, len(source_forms)) for m in left])
    target_index = np.array([target_forms.setdefault(m.form, len(target_forms)) for m in right])
    source_of = {m.form: m for m in reversed(left)}
    target_of = {m.form: m for m in reversed(right)}
    by_form = np.array([[score(source_of[p], target_of[q]) for q in target_forms] for p in source_forms])
    return by_form[np.ix_(source_index, target_index)] if by_form.size else np.zeros((len(left), len(right)))


def _words_in_context(side: Sequence[Module], prefix_lengths: int) -> list[dict[str, float]]:
    """What each module's path says, and a little of what stands one level deeper beside it."""
    own_words = [_module_words(module, prefix_lengths) for module in side]
    deeper: dict[Path, list[int]] = {}
    for i, module in enumerate(side):
        if len(module.path) > 1:
            deeper.setdefault(module.path[:-2], []).append(i)
    out = [dict(words) for words in own_words]
    for i, module in enumerate(side):
        nephews = deeper.get(module.path[:-1], ())
        if 0 < len(nephews) <= min(6, len(side) // 2):
            for j in nephews:
                for word, weight in own_words[j].items():
                    if word not in own_words[i] and word[0] not in "#'":
                        out[i][word] = max(out[i].get(word, 0.0), CONTEXT * weight)
    return out


def _module_words(module: Module, prefix_length: int) -> dict[str, float]:
    path = module.path[prefix_length:] or module.path[-1:]
    out = dict(features(path))
    numbers = sum(p.isdigit() or p[-1:].isdigit() for p in path)
    for depth, rank in enumerate(r for r in module.rank[::-1][:numbers] if r >= 0):
        out[f"#{depth}={rank}"] = RANKS / (1 + depth)
    return out


def _rare_word_similarity(sources: list[dict[str, float]], targets: list[dict[str, float]]) -> Matrix:
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


def _parent_agreement(left: Sequence[Module], right: Sequence[Module], chosen: Matrix) -> Matrix:
    source_parents = _onehot([[m.path[:-1]] for m in left])
    target_parents = _onehot([[m.path[:-1]] for m in right])
    return _dice_over_pairs(source_parents, target_parents, chosen)


def _translation_agreement(
    left: Sequence[Module], right: Sequence[Module], prefix_lengths: tuple[int, int], chosen: Matrix
) -> Matrix:
    import numpy as np

    source_words = _onehot(
        [list(dict.fromkeys(w for p in m.path[prefix_lengths[0] :] for w in split(p) or (p,))) for m in left]
    )
    target_words = _onehot(
        [list(dict.fromkeys(w for p in m.path[prefix_lengths[1] :] for w in split(p) or (p,))) for m in right]
    )
    return np.minimum(_dice_over_pairs(source_words, target_words, chosen), 1.0)
