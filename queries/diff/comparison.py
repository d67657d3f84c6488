"""What is said of two models that were compared. Values alone: who writes them out needs nothing that made them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from archkb.kb.relations.similarity import Similarity
from archkb.queries.diff.align.alignment import Alignment
from archkb.queries.diff.edits.edit import Edit

APART = ("designs", "adapter")
"""Relations of models that are not compared tensor by tensor."""


@dataclass(frozen=True, slots=True)
class Aspect:
    """One line of the side-by-side comparison; None where a model has no such thing."""

    topic: str
    aspect: str
    a: str | None
    b: str | None

    @property
    def change(self) -> str:
        """same, differs, unknown (equal but for what is unknown of one of them), or which of the two has it."""
        if self.a == self.b:
            return "same"
        if self.a is None:
            return "only the second"
        if self.b is None:
            return "only the first"
        return "unknown" if _as_far_as_known(self.a, self.b) else "differs"


def _as_far_as_known(first: str, second: str) -> bool:
    """Whether two texts differ only where one of them says unknown.

    >>> _as_far_as_known("32 heads, self", "heads unknown, self"), _as_far_as_known("32 heads", "16 heads")
    (True, False)
    """
    ours, theirs = (re.split("[,;] ", text) for text in (first, second))
    return len(ours) == len(theirs) and all(
        x == y or "unknown" in x.split() or "unknown" in y.split() for x, y in zip(ours, theirs, strict=True)
    )


@dataclass(frozen=True, slots=True)
class StackChange:
    """One stack: depths (None where a model has no such stack), and what its blocks gained or lost.

    `kept` counts block indices whose template is the same in both. `gained` and `lost` name tensors of a block,
    relative to it, that only one side has, with the number of blocks; `widened` those whose shape changed.
    """

    path: str
    depth_a: int | None
    depth_b: int | None
    kept: int
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    widened: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether the stack is the same in both."""
        return self.depth_a == self.depth_b == self.kept


@dataclass(frozen=True, slots=True)
class Touch:
    """Like modules of the base and how many of them the adapter changes.

    `pattern`: their path with every number as {i}; `ranks`: rank -> modules; `touched` of `total`; `where`: the first
    numbers of those it touches, as ranges.
    """

    pattern: str
    kind: str
    touched: int
    total: int
    ranks: tuple[tuple[int | None, int], ...]
    where: str


@dataclass(frozen=True, slots=True)
class NoOp:
    """Targets of one spelling that change nothing in this base, and why."""

    pattern: str
    count: int
    why: str


@dataclass(frozen=True, slots=True)
class Adaptation:
    """An adapter laid on a base. `share`: of the base's parameters in modules that are changed.

    `untouched`: tensors of the base outside of these modules. `beside`: patterns of the adapter's tensors that are of
    no target, with how many there are. `ranks`: (path of a module of the base that is changed, rank of the change).
    """

    adapter: str
    base: str
    targets: int
    touches: tuple[Touch, ...]
    no_ops: tuple[NoOp, ...]
    share: float
    untouched: int
    beside: tuple[tuple[str, int], ...]
    ranks: tuple[tuple[str, int | None], ...]

    @property
    def touched(self) -> int:
        """Modules of the base that are changed."""
        return sum(t.touched for t in self.touches)


@dataclass(frozen=True, slots=True)
class Diff:
    """What differs between model `a` and model `b`.

    `relation`: identical (same header), packaging (one architecture under other names, packed or typed otherwise),
    part (one model, so packed, beside whole modules that only the other has), versions (one architecture: most
    tensors have a partner), resized (so, but few partners have one shape), adapter (one is laid on the other) or
    designs (few tensors have a partner). That two are `versions` says nothing of kinship: only the field `versions`
    does. Of the last two, no tensor is paired. `alignment` says which tensor became which, `edits` what changed in
    lines a person would write, `similarity` how like the two are by part.
    """

    a: str
    b: str
    relation: str
    aspects: tuple[Aspect, ...]
    stacks: tuple[StackChange, ...]
    alignment: Alignment
    edits: tuple[Edit, ...]
    similarity: Similarity
    differs_in: tuple[str, ...]
    adaptation: Adaptation | None
    descent: str = ""
    """What the headers show of one model's being made from the other, as a sentence; empty where it is not asked."""
    versions: bool = False
    """Whether both name one family and two versions of it."""
    counterpart: str = ""
    """Which part to compare instead, as a sentence, where one model is of a kind that the other holds as a part."""

    @property
    def apart(self) -> bool:
        """Whether the two are compared by function or as adapter and base, and not tensor by tensor."""
        return self.relation in APART

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return self.relation == "identical"
