"""What became of the tensors at and below each module, and the mark a reader sees: a sign, a word and a colour.

Colour is never alone: every mark has its sign and its word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kb.paths import above
from queries.diff.align import Alignment
from queries.diff.changes import changes

SIGNS: Mapping[str, str] = {
    "same": "=",
    "renamed": "≈",
    "regrouped": "⊞",
    "retyped": "◐",
    "changed": "±",
    "added": "+",
    "removed": "−",
    "apart": "·",
}
"""Mark -> sign. The marks are the classes of the style sheet, the least change first."""

WORDS: Mapping[str, str] = {
    "same": "unchanged",
    "renamed": "renamed only",
    "regrouped": "fused, split or transposed",
    "retyped": "other dtype",
    "changed": "changed inside",
    "added": "only in the second",
    "removed": "only in the first",
    "apart": "not compared",
}


@dataclass(frozen=True)
class Marks:
    """Counts of changes by module path, one mapping a model; `""` is the whole model."""

    a: Mapping[str, Counter[str]]
    b: Mapping[str, Counter[str]]
    apart: bool = False
    """Whether the two were not compared tensor by tensor."""

    def of(self, a: Iterable[str] = (), b: Iterable[str] = ()) -> Counter[str]:
        """What became of the tensors below these paths of the first model and their partners' of the second.

        Partners are counted once: of the second model only what it alone has, unless there are no paths of the first.
        """
        ours: Counter[str] = Counter()
        theirs: Counter[str] = Counter()
        for paths, found, out in ((a, self.a, ours), (b, self.b, theirs)):
            for path in paths:
                out.update(found.get(path, ()))
        if not ours:
            return theirs
        ours["added"] += theirs["added"]
        return ours

    def mark(self, counted: Counter[str]) -> str:
        """The mark of what was counted, a key of :data:`SIGNS`."""
        return "apart" if self.apart else mark(counted)


def marks(found: Alignment, *, apart: bool = False) -> Marks:
    """Count the changes of an alignment at every module above each tensor."""
    ours: dict[str, Counter[str]] = {}
    theirs: dict[str, Counter[str]] = {}
    for pair in found.pairs:
        said = changes(pair, found) or ["same"]
        for keys, side in ((pair.a, ours), (pair.b, theirs)):
            for key in keys:
                _note(side, key, said)
    for key in found.removed:
        _note(ours, key, ["removed"])
    for key in found.added:
        _note(theirs, key, ["added"])
    return Marks(ours, theirs, apart)


def _note(side: dict[str, Counter[str]], key: str, said: Iterable[str]) -> None:
    for path in ("", *above(key), key):
        side.setdefault(path, Counter()).update(said)


def mark(counted: Counter[str]) -> str:
    """One mark for what was counted.

    >>> mark(Counter(same=3, renamed=1)), mark(Counter(same=3, added=1)), mark(Counter(added=2))
    ('renamed', 'changed', 'added')
    """
    kinds = {name for name, n in counted.items() if n}
    for whole in ("added", "removed"):
        if kinds == {whole}:
            return whole
    if kinds & {"added", "removed", "reshaped"}:
        return "changed"
    return next((name for name in ("retyped", "regrouped", "renamed") if name in kinds), "same")


def spelt(counted: Counter[str]) -> str:
    """What was counted as a short text: '+25 −2 ±8'.

    >>> spelt(Counter(added=25, removed=2, reshaped=8, same=100))
    '+25 −2 ±8'
    """
    named = (
        ("added", "+"),
        ("removed", "−"),
        ("reshaped", "±"),
        ("retyped", "◐"),
        ("regrouped", "⊞"),
        ("renamed", "≈"),
    )
    return " ".join(f"{sign}{counted[name]:,}" for name, sign in named if counted[name])
