"""What became of the tensors at and below each module, and the mark a reader sees: a sign, a word and a colour.

Colour is never alone: every mark has its sign and its word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

from archkb.kb.paths import above, pattern
from archkb.kb.wording import counted, listed
from archkb.queries.diff.align.alignment import Alignment
from archkb.queries.diff.changes import changes

MarkName = Literal["same", "renamed", "regrouped", "retyped", "changed", "added", "removed", "touched", "apart"]

SIGNS: Mapping[MarkName, str] = {
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

WORDS: Mapping[MarkName, str] = {
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


class Mark(NamedTuple):
    """A mark, a key of :data:`SIGNS`, and what is said beside it on either side."""

    mark: MarkName
    a: str = ""
    b: str = ""


class MarkFor(Protocol):
    """Says what became of modules of the first model and of those of the second that stand in the same row.

    `blocks`: how many blocks of a stack the paths are taken from, 1 where either has another number of them.
    """

    def __call__(self, source: Sequence[str], target: Sequence[str], blocks: int = 1) -> Mark: ...


@dataclass(frozen=True)
class Marks:
    """Counts of changes by module path, one mapping a model; `""` is the whole model."""

    a: Mapping[str, Counter[str]]
    b: Mapping[str, Counter[str]]
    gone: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Module path -> keys below it that only the first model has."""
    new: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Module path -> keys below it that only the second model has."""

    def __call__(self, source: Sequence[str], target: Sequence[str], blocks: int = 1) -> Mark:
        """Partners are counted once for the mark; what is said of a side counts its own tensors."""
        source_counts, target_counts = _sum_below(self.a, source), _sum_below(self.b, target)
        only_target = Counter(added=target_counts["added"], scaled=target_counts["scaled"])
        name = mark(source_counts + only_target) if source_counts else mark(target_counts)
        if name == "same":
            return Mark(name)
        if name in ("added", "removed"):
            text = f"{WORDS[name]}: {counted((source_counts + target_counts).total(), 'tensor')}"
            return Mark(name, text, text)
        gone, new = source_counts["removed"], target_counts["added"]
        removed_note = gone, _each_block(self.a, source, "removed", blocks), _names_below(self.gone, source)
        added_note = new, _each_block(self.b, target, "added", blocks), _names_below(self.new, target)
        source_note = side_note(source_counts, [("−", *added_note), ("+", *removed_note)])
        target_note = side_note(target_counts, [("−", *removed_note), ("+", *added_note)])
        return Mark(name, _worded(name, source_note), _worded(name, target_note))


def not_compared(source: Sequence[str], target: Sequence[str], blocks: int = 1) -> Mark:
    """Of two designs nothing is said."""
    return Mark("apart")


def _sum_below(counts: Mapping[str, Counter[str]], paths: Iterable[str]) -> Counter[str]:
    out: Counter[str] = Counter()
    for path in paths:
        out.update(counts.get(path, ()))
    return out


def _each_block(counts: Mapping[str, Counter[str]], paths: Sequence[str], kind: str, blocks: int) -> int:
    """How many of a kind every one of the blocks has; 0 where they have not the same number, or there is none."""
    if blocks < 2 or not paths or len(paths) % blocks:
        return 0
    step = len(paths) // blocks
    sums = {_sum_below(counts, paths[i : i + step])[kind] for i in range(0, len(paths), step)}
    return sums.pop() if len(sums) == 1 else 0


def _names_below(keys_below: Mapping[str, Sequence[str]], paths: Iterable[str]) -> str:
    """What the keys below these paths are called from there, weight and bias as one."""
    local = (
        key[len(path) + 1 :] if path and key != path else key for path in paths for key in keys_below.get(path, ())
    )
    names = dict.fromkeys(pattern(name.removesuffix(".weight").removesuffix(".bias")) for name in local)
    return listed(names, NAMED)


def _worded(name: MarkName, text: str) -> str:
    return f"{WORDS[name]}: {text}" if text else WORDS[name]


def marks(alignment: Alignment, scales: Collection[str] = ()) -> Marks:
    """Count the changes of an alignment at every module above each tensor.

    `scales`: keys that only one model has and that are there for another dtype's sake.
    """
    source_counts: dict[str, Counter[str]] = {}
    target_counts: dict[str, Counter[str]] = {}
    for pair in alignment.pairs:
        names = changes(pair, alignment) or ["same"]
        for keys, side in ((pair.a, source_counts), (pair.b, target_counts)):
            for key in keys:
                count_above(side, key, names)
    removed: dict[str, list[str]] = {}
    added: dict[str, list[str]] = {}
    for keys, side, keys_below, name in (
        (alignment.removed, source_counts, removed, "removed"),
        (alignment.added, target_counts, added, "added"),
    ):
        for key in keys:
            count_above(side, key, ["scaled" if key in scales else name])
            for path in ("", *above(key), key) if key not in scales else ():
                keys_below.setdefault(path, []).append(key)
    return Marks(source_counts, target_counts, removed, added)


def count_above(side: dict[str, Counter[str]], key: str, names: Iterable[str]) -> None:
    """Count what is said of a key at it and everywhere above it."""
    for path in ("", *above(key), key):
        side.setdefault(path, Counter()).update(names)


def mark(counts: Counter[str]) -> MarkName:
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


def side_note(counts: Counter[str], apart: Sequence[tuple[str, int, int, str]]) -> str:
    """What is said of one side: what became of its tensors, after those that only one of the two has.

    `apart`: sign, number, number in each block, and names; + is what this side alone has, − what the other alone has.

    >>> side_note(Counter(reshaped=8, same=100), [("−", 2, 0, "norm"), ("+", 96, 2, "gate")])
    '+96 tensors (2 a block: gate), −2 tensors (norm), 8 reshaped'
    >>> side_note(Counter(retyped=1), [])
    '1 tensor'
    """
    parts = []
    for sign, number, each, names in reversed(apart):
        if number:
            what = ": ".join(text for text in (f"{each:,} a block" if each else "", names) if text)
            parts.append(f"{sign}{counted(number, 'tensor')}" + (f" ({what})" if what else ""))
    kinds = [(counts[kind], kind) for kind in ("reshaped", "retyped", "regrouped", "renamed") if counts[kind]]
    if not parts and len(kinds) == 1 and kinds[0][1] != "reshaped":
        parts, kinds = [counted(kinds[0][0], "tensor")], []  # the mark itself says what became of them
    scales = [counted(counts["scaled"], "scale")] if counts["scaled"] else []
    for number, kind in kinds:
        parts.append(f"{number:,} {kind}" if parts else f"{counted(number, 'tensor')} {kind}")
    return ", ".join(parts + scales)
