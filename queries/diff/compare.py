"""Two models compared: by function, tensor by tensor through their alignment, and key by key. Read `compare`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from archkb.kb.paths import above, pattern
from archkb.kb.relations.fingerprint import kept_sketch
from archkb.kb.relations.lineage import Known, told
from archkb.kb.relations.similarity import Likeness, differences, likeness
from archkb.kb.tables import GraphTables
from archkb.queries.diff.adapter_on_base import Adaptation, adaptation
from archkb.queries.diff.align import Alignment, align, unaligned
from archkb.queries.diff.aspects import ASPECTS
from archkb.queries.diff.edits import Edit, edits
from archkb.queries.diff.stack_pairs import StackChange, compare_stacks
from archkb.queries.model_view import Profile

APART = ("designs", "adapter")
"""Relations of models that are not compared tensor by tensor."""
ALIGNED = 0.5
"""Share of the smaller model's tensors that must have a partner for the two to count as versions of one model."""
LEAST = 24
"""Tensors that must be paired where the two cover each other by less than half: of fewer, a few layers of usual widths
find a partner in any large model."""
SIZED = 1 / 3
"""Least share of the paired matrices that keep their shape in two versions of one model; of fewer, one architecture is
there in other sizes. Between releases of one model it is .6 and more, between a base and a large model .28 and less."""


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
class Diff:
    """What differs between model `a` and model `b`.

    `relation`: identical (same header), packaging (one architecture under other names, packed or typed otherwise),
    part (one model, so packed, beside whole modules that only the other has), versions (most tensors have a partner),
    resized (so, but few partners have one shape), adapter (one is laid on the other) or designs (few tensors have a
    partner). Of the last two, no tensor is paired. `alignment` says which tensor became which, `edits` what changed in
    lines a person would write, `similarity` how like the two are by part.
    """

    a: str
    b: str
    relation: str
    aspects: tuple[Aspect, ...]
    stacks: tuple[StackChange, ...]
    alignment: Alignment
    edits: tuple[Edit, ...]
    similarity: Likeness
    differs_in: tuple[str, ...]
    adaptation: Adaptation | None
    descent: str = ""
    """What the headers show of one model's being made from the other, as a sentence; empty where it is not asked."""

    @property
    def apart(self) -> bool:
        """Whether the two are compared by function or as adapter and base, and not tensor by tensor."""
        return self.relation in APART

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return self.relation == "identical"


def compare(source: GraphTables, target: GraphTables, known_alignment: Alignment | None = None) -> Diff:
    """Compare two models by their tables. `found` is their alignment, where it is known already."""
    left, right = Profile(source), Profile(target)
    adapted = adaptation(left, right)
    relation, alignment, script = (
        ("adapter", *_unpaired(left, right)) if adapted else _paired(left, right, known_alignment)
    )
    sketches = kept_sketch(source), kept_sketch(target)
    aspects = (Aspect(topic, name, read(left), read(right)) for topic, name, read in ASPECTS)
    return Diff(
        left.name,
        right.name,
        relation,
        tuple(x for x in aspects if x.a is not None or x.b is not None),
        compare_stacks(left, right),
        alignment,
        script,
        likeness(*sketches),
        tuple(differences(*sketches, only=(f"only {left.name}", f"only {right.name}"))),
        adapted,
        told(Known.of(source.facts), Known.of(target.facts)) if relation in ("versions", "resized", "designs") else "",
    )


def _paired(source: Profile, target: Profile, known: Alignment | None) -> tuple[str, Alignment, tuple[Edit, ...]]:
    """What two models are to one another, with their alignment and its script; of designs neither says anything."""
    alignment = known if known is not None else align(source.specs, target.specs)
    script = edits(alignment)
    relation = _relation(source, target, alignment, script)
    return (relation, *_unpaired(source, target)) if relation in APART else (relation, alignment, script)


def _unpaired(source: Profile, target: Profile) -> tuple[Alignment, tuple[Edit, ...]]:
    return unaligned(source.specs, target.specs), ()


def _relation(source: Profile, target: Profile, alignment: Alignment, script: tuple[Edit, ...]) -> str:
    if source.model["header_hash"] == target.model["header_hash"]:
        return "identical"
    if all(e.kind in ("packaging", "retyped") for e in script):
        return "packaging"
    if _part(alignment, script):
        return "part"
    paired = min(sum(len(p.a) for p in alignment.pairs), sum(len(p.b) for p in alignment.pairs))
    smaller = max(1, min(len(alignment.a), len(alignment.b)))
    both = min(_covered(alignment, second) for second in (False, True)) >= ALIGNED
    if paired / smaller < ALIGNED or (paired < LEAST and not both):
        return "designs"
    if _keeps_sizes(alignment):
        return "versions"
    return "resized" if both else "designs"


def _keeps_sizes(alignment: Alignment) -> bool:
    """Whether the matrices that have a partner keep their shapes, a third of them at least."""
    changed = {key for pair in alignment.reshaped for key in pair.a}
    matrices = [key for pair in alignment.pairs for key in pair.a if len(alignment.a[key].shape) > 1]
    return sum(key not in changed for key in matrices) >= SIZED * len(matrices)


def _covered(alignment: Alignment, second: bool) -> float:
    """Share of a model's places that have a partner; a place is a key with {i} for its numbers, so depth is none."""
    places = {pattern(key) for key in (alignment.b if second else alignment.a)}
    paired = {pattern(key) for pair in alignment.pairs for key in (pair.b if second else pair.a)}
    return len(paired) / max(1, len(places))


def _part(found: Alignment, script: tuple[Edit, ...]) -> bool:
    """Whether one model is a part of the other: all else that differs are modules of the other, none in its blocks."""
    one_sided = not (found.removed and found.added) and all(
        e.kind in ("packaging", "retyped", "removed", "added") for e in script
    )
    matched = {path for p in found.pairs for k in (p.b if found.added else p.a) for path in above(k)}
    roots = (next((path for path in above(k) if path not in matched), k) for k in found.removed or found.added)
    return one_sided and not any(name.isdigit() for root in roots for name in root.split("."))
