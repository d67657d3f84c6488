"""Two models compared: by function always, by name where they share their names. Read `compare`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kb.tables import GraphTables
from queries.diff.aspects import ASPECTS
from queries.diff.names import NameDiff, compare_names
from queries.diff.profile import Profile
from queries.diff.stacks import StackChange, compare_stacks

SHARED_NAMES = 0.5
"""Share of the smaller model's keys that must occur in the other for the two to count as versions of one model."""


@dataclass(frozen=True, slots=True)
class Aspect:
    """One line of the side-by-side comparison; None where a model has no such thing."""

    topic: str
    aspect: str
    a: str | None
    b: str | None

    @property
    def change(self) -> str:
        """same, differs, or which of the two has it."""
        if self.a == self.b:
            return "same"
        if self.a is None:
            return "only the second"
        return "only the first" if self.b is None else "differs"


@dataclass(frozen=True, slots=True)
class Diff:
    """What differs between model `a` and model `b`.

    `relation`: identical (same header), same architecture (only names of a common prefix or dtypes differ), versions
    (most names are shared) or designs (little or nothing in common by name; then `names` says nothing and is None).
    """

    a: str
    b: str
    relation: str
    aspects: tuple[Aspect, ...]
    stacks: tuple[StackChange, ...]
    names: NameDiff | None

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return self.relation == "identical"


def compare(a: GraphTables, b: GraphTables) -> Diff:
    """Compare two models by their tables."""
    left, right = Profile(a), Profile(b)
    relation = _relation(left, right)
    aspects = (Aspect(topic, name, read(left), read(right)) for topic, name, read in ASPECTS)
    names = None if relation == "designs" else compare_names(left.tensors, right.tensors)
    return Diff(
        left.name,
        right.name,
        relation,
        tuple(x for x in aspects if x.a is not None or x.b is not None),
        compare_stacks(left, right),
        names,
    )


def _relation(a: Profile, b: Profile) -> str:
    def equal(prop: str) -> bool:
        return bool(a.model[prop] == b.model[prop])

    if equal("header_hash"):
        return "identical"
    if equal("architecture"):
        return "same architecture"
    shared = sum(k in b.tensors for k in a.tensors)
    smaller: Any = max(1, min(len(a.tensors), len(b.tensors)))
    return "versions" if shared / smaller >= SHARED_NAMES else "designs"
