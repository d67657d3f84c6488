"""What became of the tensors at and below each module, and the mark a reader sees: a sign, a word and a colour.

Colour is never alone: every mark has its sign and its word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from archkb.kb.paths import above, pattern
from archkb.kb.wording import counted
from archkb.queries.diff.align import Alignment
from archkb.queries.diff.changes import changes
from archkb.queries.path_wording import listed

SIGNS: Mapping[str, str] = {
    "same": "=",
    "renamed": "≈",
    "regrouped": "⊞",
    "retyped": "◐",
    "changed": "±",
    "added": "+",
    "removed": "−",
    "touched": "●",
    "apart": "·",
}
"""Mark -> sign. The marks are the classes of the style sheet, the least change first."""

NAMED = 4
"""Names that are given of tensors only one model has."""

WORDS: Mapping[str, str] = {
    "same": "unchanged",
    "renamed": "renamed only",
    "regrouped": "fused, split or transposed",
    "retyped": "other dtype",
    "changed": "changed inside",
    "added": "only in the second",
    "removed": "only in the first",
    "touched": "changed by the adapter",
    "apart": "not compared",
}


class Told(NamedTuple):
    """A mark, a key of :data:`SIGNS`, and what is said beside it on either side."""

    mark: str
    a: str = ""
    b: str = ""


class Tell(Protocol):
    """Says what became of modules of the first model and of those of the second that stand in the same row.

    `blocks`: how many blocks of a stack the paths are taken from, 1 where either has another number of them.
    """

    def __call__(self, a: Sequence[str], b: Sequence[str], blocks: int = 1) -> Told: ...


@dataclass(frozen=True)
class Marks:
    """Counts of changes by module path, one mapping a model; `""` is the whole model."""

    a: Mapping[str, Counter[str]]
    b: Mapping[str, Counter[str]]
    gone: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Module path -> keys below it that only the first model has."""
    new: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Module path -> keys below it that only the second model has."""

    def __call__(self, a: Sequence[str], b: Sequence[str], blocks: int = 1) -> Told:
        """Partners are counted once for the mark; what is said of a side counts its own tensors."""
        ours, theirs = _sum(self.a, a), _sum(self.b, b)
        known = mark(ours + Counter(added=theirs["added"], scaled=theirs["scaled"])) if ours else mark(theirs)
        if known == "same":
            return Told(known)
        if known in ("added", "removed"):
            text = f"{WORDS[known]}: {counted((ours + theirs).total(), 'tensor')}"
            return Told(known, text, text)
        gone, new = ours["removed"], theirs["added"]
        lost = gone, _each(self.a, a, "removed", blocks), _names(self.gone, a)
        got = new, _each(self.b, b, "added", blocks), _names(self.new, b)
        left, right = spelt(ours, [("−", *got), ("+", *lost)]), spelt(theirs, [("−", *lost), ("+", *got)])
        return Told(known, _said(known, left), _said(known, right))


def untold(a: Sequence[str], b: Sequence[str], blocks: int = 1) -> Told:
    """Of two designs nothing is said."""
    return Told("apart")


def _sum(found: Mapping[str, Counter[str]], paths: Iterable[str]) -> Counter[str]:
    out: Counter[str] = Counter()
    for path in paths:
        out.update(found.get(path, ()))
    return out


def _each(found: Mapping[str, Counter[str]], paths: Sequence[str], kind: str, blocks: int) -> int:
    """How many of a kind every one of the blocks has; 0 where they have not the same number."""
    if blocks < 2 or len(paths) % blocks:
        return 0
    step = len(paths) // blocks
    sums = {_sum(found, paths[i : i + step])[kind] for i in range(0, len(paths), step)}
    return sums.pop() if len(sums) == 1 else 0


def _names(found: Mapping[str, Sequence[str]], paths: Iterable[str]) -> str:
    """What the keys below these paths are called from there, weight and bias as one."""
    local = (key[len(path) + 1 :] if path and key != path else key for path in paths for key in found.get(path, ()))
    names = dict.fromkeys(pattern(name.removesuffix(".weight").removesuffix(".bias")) for name in local)
    return listed(names, NAMED)


def _said(known: str, text: str) -> str:
    return f"{WORDS[known]}: {text}" if text else WORDS[known]


def marks(found: Alignment, scales: Collection[str] = ()) -> Marks:
    """Count the changes of an alignment at every module above each tensor.

    `scales`: keys that only one model has and that are there for another dtype's sake.
    """
    ours: dict[str, Counter[str]] = {}
    theirs: dict[str, Counter[str]] = {}
    for pair in found.pairs:
        said = changes(pair, found) or ["same"]
        for keys, side in ((pair.a, ours), (pair.b, theirs)):
            for key in keys:
                note(side, key, said)
    gone: dict[str, list[str]] = {}
    new: dict[str, list[str]] = {}
    for keys, side, names, what in ((found.removed, ours, gone, "removed"), (found.added, theirs, new, "added")):
        for key in keys:
            note(side, key, ["scaled" if key in scales else what])
            for path in ("", *above(key), key) if key not in scales else ():
                names.setdefault(path, []).append(key)
    return Marks(ours, theirs, gone, new)


def note(side: dict[str, Counter[str]], key: str, said: Iterable[str]) -> None:
    """Count what is said of a key at it and everywhere above it."""
    for path in ("", *above(key), key):
        side.setdefault(path, Counter()).update(said)


def mark(counts: Counter[str]) -> str:
    """One mark for what was counted.

    >>> mark(Counter(same=3, renamed=1)), mark(Counter(same=3, added=1)), mark(Counter(added=2))
    ('renamed', 'changed', 'added')
    """
    kinds = {name for name, n in counts.items() if n}
    for whole in ("added", "removed"):
        if kinds == {whole}:
            return whole
    if kinds & {"added", "removed", "reshaped"}:
        return "changed"
    if "scaled" in kinds:
        return "retyped"
    return next((name for name in ("retyped", "regrouped", "renamed") if name in kinds), "same")


def spelt(own: Counter[str], apart: Sequence[tuple[str, int, int, str]]) -> str:
    """What is said of one side: what became of its tensors, after those that only one of the two has.

    `apart`: sign, number, number in each block, and names; + is what this side alone has, − what the other alone has.

    >>> spelt(Counter(reshaped=8, same=100), [("−", 2, 0, "norm"), ("+", 96, 2, "gate")])
    '+96 tensors (2 a block: gate), −2 tensors (norm), 8 reshaped'
    >>> spelt(Counter(retyped=1), [])
    '1 tensor'
    """
    said = []
    for sign, n, each, names in reversed(apart):
        if n:
            what = ": ".join(x for x in (f"{each:,} a block" if each else "", names) if x)
            said.append(f"{sign}{counted(n, 'tensor')}" + (f" ({what})" if what else ""))
    kinds = [(own[kind], kind) for kind in ("reshaped", "retyped", "regrouped", "renamed") if own[kind]]
    if not said and len(kinds) == 1 and kinds[0][1] != "reshaped":
        said, kinds = [counted(kinds[0][0], "tensor")], []  # the mark itself says what became of them
    scales = [counted(own["scaled"], "scale")] if own["scaled"] else []
    for n, kind in kinds:
        said.append(f"{n:,} {kind}" if said else f"{counted(n, 'tensor')} {kind}")
    return ", ".join(said + scales)
