"""Modules of two matched parts assigned to each other: shape first, then words, neighbours and learnt translations.

The assignment is the best one as a whole (`scipy.optimize.linear_sum_assignment`). It is found, the parents it joins
and the words it translates are counted, and it is found again with these as further evidence: a block whose names say
nothing still agrees with itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from archkb.queries.diff.align.model.shapes import bare
from archkb.queries.diff.align.model.weight_tree import Module
from archkb.queries.diff.align.model.words import features, split
from archkb.queries.diff.align.trees.isomorphism import lateness

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

    def learn(self, a: Path, b: Path) -> None:
        """Note that the module at `a` became (part of) the one at `b`."""
        ours = [a[:i] for i in range(1, len(a))]
        theirs = [b[:i] for i in range(1, len(b))]
        for p in ours:
            self._ours[p] = self._ours.get(p, 0) + 1
        for q in theirs:
            self._theirs[q] = self._theirs.get(q, 0) + 1
        for p in ours:
            for q in theirs:
                self._both[p, q] = self._both.get((p, q), 0) + 1

    def near(self, a: Path, b: Path) -> float:
        """How far the two parents, or else grandparents, went together, in [0, 1]."""
        best = 0.0
        for up, worth in ((1, 1.0), (2, 0.8), (3, 0.6)):
            for down, much in ((1, 1.0), (2, 0.8), (3, 0.6)):
                p, q = a[:-up], b[:-down]
                both = self._both.get((p, q), 0) if p and q else 0
                if both:
                    best = max(best, worth * much * 2 * both / (self._ours[p] + self._theirs[q]))
        return best


class Found(NamedTuple):
    """Two modules found to be one.

    `words`: likeness of names in [0, 1]. `support`: words and what neighbours add. `margin`: how much worse the next
    best partner is; 0 says it is a free choice.
    """

    a: Module
    b: Module
    fit: float
    words: float
    support: float
    margin: float


def fit(a: Module, b: Module) -> float:
    """How well two modules' tensors agree: 0 not at all, 4 same shape; up to 0.6 more for the same set of tensors."""
    x, y = a.main, b.main
    if x == y:
        score = 4.0
    elif bare(x) == bare(y):
        score = 3.8
    elif bare(x) == bare(y)[::-1]:
        score = 3.6
    elif len(x) == len(y) and sorted(x) == sorted(y):
        score = 3.0
    else:
        return 0.0
    return score + (0.3 if a.shapes.keys() == b.shapes.keys() else 0.0) + (0.3 if a.form == b.form else 0.0)


def resized(a: Module, b: Module, widths: tuple[int, int]) -> float:
    """How well two modules agree that differ in size: same axes, equal ones, the same in units of the widths."""
    x, y = bare(a.main), bare(b.main)
    if len(x) != len(y) or not x:
        return 0.0
    if x == y:
        return fit(a, b)
    equal = sum(p == q for p, q in zip(x, y, strict=True)) / len(x)
    units = [tuple(scaled(d, w) for d in s) for s, w in zip((x, y), widths, strict=True)]
    score = 1.0 + equal + (0.25 if a.shapes.keys() == b.shapes.keys() else 0.0)
    return max(score, SCALED + 0.5 * equal) if units[0] == units[1] and "?" not in units[0] else min(score, 2.2)


def scaled(d: int, width: int) -> str:
    """A size in units of a width: a multiple, a fraction, itself where it is small, or `?`."""
    if d % width == 0:
        return f"{d // width}w"
    if d <= 16:
        return str(d)
    return f"w/{width // d}" if width % d == 0 else "?"


def _width(modules: Sequence[Module]) -> int:
    """The commonest size of an axis."""
    found = Counter(d for m in modules for s in m.shapes.values() for d in s if d > 16).most_common(1)
    return found[0][0] if found else 1


def assign(
    left: Sequence[Module],
    right: Sequence[Module],
    cut: tuple[int, int] = (0, 0),
    *,
    sizes: bool = False,
    known: Neighbours | None = None,
) -> list[Found]:
    """Best one-to-one assignment of modules whose shapes agree (or, with `sizes`, whose axes do).

    `cut`: components of the paths that the parts themselves account for.
    """
    if not left or not right:
        return []
    if len(left) > LARGEST or len(right) > LARGEST:
        return _by_shape(left, right, cut, known)
    return _assign(left, right, cut, sizes, known)


def _by_shape(
    left: Sequence[Module], right: Sequence[Module], cut: tuple[int, int], known: Neighbours | None
) -> list[Found]:
    groups: dict[object, tuple[list[Module], list[Module]]] = {}
    for side, members in enumerate((left, right)):
        for m in members:
            groups.setdefault(m.form, ([], []))[side].append(m)
    out: list[Found] = []
    for ours, theirs in groups.values():
        if len(ours) > LARGEST or len(theirs) > LARGEST:
            out += [Found(a, b, 4.6, 0.0, 0.0, 0.0) for a, b in zip(ours, theirs, strict=False)]
        elif ours and theirs:
            out += _assign(ours, theirs, cut, False, known)
    return out


def _assign(
    left: Sequence[Module], right: Sequence[Module], cut: tuple[int, int], sizes: bool, known: Neighbours | None
) -> list[Found]:
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    base = _fits(left, right, sizes)
    possible = base > 0
    if not possible.any():
        return []
    words = _alike(_readings(left, cut[0]), _readings(right, cut[1]))
    before = np.zeros_like(base) if known is None else KNOWN * _known(left, right, known)
    extra, late = before, np.array(lateness(left, right))
    for turn in range(3):
        score = np.where(possible, base + WORDS * words + extra, -1e3)
        rows, cols = linear_sum_assignment(late - score)
        if turn < 2:
            keep = possible[rows, cols]
            chosen = np.zeros_like(base)
            chosen[rows[keep], cols[keep]] = 1.0
            extra = before + PARENTS * _parents(left, right, chosen) + LEARNT * _learnt(left, right, cut, chosen)
    support = words + 0.3 * extra
    return [
        Found(left[i], right[j], float(base[i, j]), float(words[i, j]), float(support[i, j]), _margin(score, i, j))
        for i, j in zip(rows.tolist(), cols.tolist(), strict=True)
        if possible[i, j]
    ]


def _known(left: Sequence[Module], right: Sequence[Module], known: Neighbours) -> Matrix:
    import numpy as np

    ours: dict[Path, int] = {}
    theirs: dict[Path, int] = {}
    i = np.array([ours.setdefault(m.path[:-1], len(ours)) for m in left])
    j = np.array([theirs.setdefault(m.path[:-1], len(theirs)) for m in right])
    small = np.array([[known.near((*p, ""), (*q, "")) for q in theirs] for p in ours])
    return np.asarray(small[np.ix_(i, j)])


def _margin(score: Matrix, i: int, j: int) -> float:
    """How much the best other partner of either is behind."""
    row, column = score[i].copy(), score[:, j].copy()
    row[j] = column[i] = -1e3
    return float(score[i, j] - max(row.max(), column.max()))


def _fits(left: Sequence[Module], right: Sequence[Module], sizes: bool) -> Matrix:
    import numpy as np

    if sizes:
        widths = _width(left), _width(right)

        def how(a: Module, b: Module) -> float:
            return resized(a, b, widths)
    else:
        how = fit
    ours: dict[object, int] = {}
    theirs: dict[object, int] = {}
    i = np.array([ours.setdefault(m.form, len(ours)) for m in left])
    j = np.array([theirs.setdefault(m.form, len(theirs)) for m in right])
    first = {m.form: m for m in reversed(left)}
    second = {m.form: m for m in reversed(right)}
    small = np.array([[how(first[p], second[q]) for q in theirs] for p in ours])  # type: ignore[index]
    return small[np.ix_(i, j)] if small.size else np.zeros((len(left), len(right)))


def _readings(side: Sequence[Module], cut: int) -> list[dict[str, float]]:
    """What each module's path says, and a little of what stands one level deeper beside it."""
    own = [_read(m, cut) for m in side]
    deeper: dict[Path, list[int]] = {}
    for i, m in enumerate(side):
        if len(m.path) > 1:
            deeper.setdefault(m.path[:-2], []).append(i)
    out = [dict(words) for words in own]
    for i, m in enumerate(side):
        beside = deeper.get(m.path[:-1], ())
        if 0 < len(beside) <= min(6, len(side) // 2):
            for j in beside:
                for word, weight in own[j].items():
                    if word not in own[i] and word[0] not in "#'":
                        out[i][word] = max(out[i].get(word, 0.0), CONTEXT * weight)
    return out


def _read(module: Module, cut: int) -> dict[str, float]:
    path = module.path[cut:] or module.path[-1:]
    out = dict(features(path))
    numbers = sum(p.isdigit() or p[-1:].isdigit() for p in path)
    for depth, rank in enumerate(r for r in module.rank[::-1][:numbers] if r >= 0):
        out[f"#{depth}={rank}"] = RANKS / (1 + depth)
    return out


def _alike(ours: list[dict[str, float]], theirs: list[dict[str, float]]) -> Matrix:
    """Cosines of weighted words; a word that most modules have weighs little."""
    import numpy as np

    index: dict[str, int] = {}
    seen: dict[str, int] = {}
    for words in (*ours, *theirs):
        for word in words:
            index.setdefault(word, len(index))
            seen[word] = seen.get(word, 0) + 1
    total = len(ours) + len(theirs)
    rarity = np.array([np.log(1 + total / seen[w]) for w in index]) if index else np.zeros(0)
    x, y = (_matrix(side, index) * np.sqrt(rarity) for side in (ours, theirs))
    return np.asarray(_unit(x) @ _unit(y).T)


def _matrix(rows: list[dict[str, float]], index: dict[str, int]) -> Matrix:
    import numpy as np

    out = np.zeros((len(rows), len(index)))
    for i, row in enumerate(rows):
        for word, weight in row.items():
            out[i, index[word]] = weight
    return out


def _unit(x: Matrix) -> Matrix:
    import numpy as np

    size = np.sqrt((x * x).sum(axis=1, keepdims=True))
    return np.asarray(x / np.where(size == 0, 1, size))


def _onehot(names: list[list[object]]) -> Matrix:
    index: dict[object, int] = {}
    for row in names:
        for name in row:
            index.setdefault(name, len(index))
    return _matrix([{str(index[n]): 1.0 for n in row} for row in names], {str(i): i for i in range(len(index))})


def _joined(x: Matrix, y: Matrix, chosen: Matrix) -> Matrix:
    """Dice of every column of x with every column of y over the chosen pairs, brought back to the rows."""
    import numpy as np

    both = x.T @ chosen @ y
    total = (x.sum(axis=0)[:, None] + y.sum(axis=0)[None, :]) / 2
    dice = both / np.where(total == 0, 1, total)
    each = np.maximum(x.sum(axis=1), 1)[:, None] * np.maximum(y.sum(axis=1), 1)[None, :] ** 0.5
    return np.asarray(x @ dice @ y.T / np.sqrt(each))


def _parents(left: Sequence[Module], right: Sequence[Module], chosen: Matrix) -> Matrix:
    x = _onehot([[m.path[:-1]] for m in left])
    y = _onehot([[m.path[:-1]] for m in right])
    return _joined(x, y, chosen)


def _learnt(left: Sequence[Module], right: Sequence[Module], cut: tuple[int, int], chosen: Matrix) -> Matrix:
    import numpy as np

    x = _onehot([list(dict.fromkeys(w for p in m.path[cut[0] :] for w in split(p) or (p,))) for m in left])
    y = _onehot([list(dict.fromkeys(w for p in m.path[cut[1] :] for w in split(p) or (p,))) for m in right])
    return np.minimum(_joined(x, y, chosen), 1.0)
