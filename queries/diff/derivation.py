"""How much of one model's architecture is another's: template by template, by names, by shapes, and by form.

A part of the first model is the blocks of one template at one place, or what stands outside of blocks below one name.
Its counterpart is the part of the second that has most of its elements under equal relative names with equal shapes,
or else in equal shapes, or else in shapes equal in units of the part's own width. A part of which every tensor has a
partner of its shape in the alignment of the two models, though in several other parts, was regrouped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Literal

from archkb.kb.wording import ranges
from archkb.queries.diff.align import align
from archkb.queries.diff.template_parts import Kind, Part, in_units, parts, width
from archkb.queries.model_view import ModelView

Verdict = Literal["identical", "renamed", "repeated", "regrouped", "rescaled", "contained", "partly", "own"]

WHOLE, SOME = 0.9999, 0.5
"""Least shares of a part's elements that count as all of it, and as some of it."""

TELLING = 3
"""Tensors from which an equal form at other widths says something of parts with different names."""


@dataclass(frozen=True, slots=True)
class Alike:
    """Parts of one kind, by path and by last name."""

    first: Part
    paths: dict[str, Part]
    names: dict[str, Part]

    def add(self, part: Part) -> None:
        """One more of them."""
        self.paths.setdefault(part.path, part)
        self.names.setdefault(part.name, part)

    def like(self, part: Part) -> Part:
        """The one at the path of `part`, or else of its name, or else the first."""
        return self.paths.get(part.path) or self.names.get(part.name) or self.first


@dataclass(frozen=True, slots=True)
class Descent:
    """A part of the first model and its counterpart in the second.

    `share`: of the first model's elements. `names`, `shapes`, `form`: shares of the part's elements that the
    counterpart has under equal relative names and shapes, in equal shapes, and in equal multiples of the widths.
    `aligned`: share of them that the alignment gives a partner of the same shape, anywhere in the second model.
    `verdict`: identical (nothing differs), renamed (shapes are equal), repeated (a block of the second model, more
    often), regrouped (all of it is there, in other parts), rescaled (multiples of the width are equal), contained
    (the counterpart has all of it and more), partly, or own.
    """

    part: Part
    share: float
    counterpart: Part | None
    names: float
    shapes: float
    form: float
    aligned: float
    verdict: Verdict


def derivation(source: ModelView, target: ModelView) -> tuple[Descent, ...]:
    """Each part of `source` with its nearest counterpart in `target`, largest first; like parts of a place are one."""
    source_parts, target_parts = parts(source), parts(target)
    total = sum(part.n_params for part in source_parts) or 1
    source_specs, target_specs = source.specs, target.specs
    one_to_one = align(source_specs, target_specs).one_to_one
    pairs = (p for p in one_to_one if source_specs[p.a[0]].shape == target_specs[p.b[0]].shape)
    partners = {pair.a[0]: prod(source_specs[pair.a[0]].shape) for pair in pairs}
    kinds: dict[Kind, Alike] = {}
    for part in target_parts:
        kinds.setdefault(part.kind, Alike(part, {}, {})).add(part)
    matches: dict[tuple[str, Kind], Match] = {}
    groups: dict[tuple[str, str | None, str], list[tuple[Part, Match]]] = {}
    for part in source_parts:
        key = (part.path, part.kind)
        if key not in matches:
            matches[key] = _nearest(part, kinds)
        match = _held(part, matches[key], sum(partners.get(k, 0) for k in part.keys) / part.n_params)
        groups.setdefault((part.path, match.path, match.verdict), []).append((part, match))
    merged = (_merged(members, total) for members in groups.values())
    return tuple(sorted(merged, key=lambda d: (-d.share, d.part.path, d.part.where)))


@dataclass(frozen=True, slots=True)
class Match:
    """A counterpart with what it shares."""

    part: Part | None
    names: float = 0.0
    shapes: float = 0.0
    form: float = 0.0
    aligned: float = 0.0
    verdict: Verdict = "own"

    @property
    def path(self) -> str | None:
        """Where the counterpart is."""
        return self.part.path if self.part else None


def _held(part: Part, match: Match, aligned: float) -> Match:
    """A match with what the alignment says of the part, weighed by how often the counterpart is there."""
    other, verdict = match.part, match.verdict
    weak = verdict in ("own", "partly") or (verdict == "contained" and match.names < WHOLE)
    if aligned >= WHOLE:
        return replace(match, aligned=aligned, verdict="regrouped" if weak else verdict)
    if other is None:
        return replace(match, aligned=aligned)
    if verdict == "renamed" and other.name != part.name and len(part.tensors) < TELLING:
        verdict = "own"  # one shape under another name is no sign of descent
    factor = min(1.0, other.count / part.count)
    if factor < 1 and verdict in ("identical", "renamed", "rescaled", "contained"):
        verdict = "repeated"
    names, shapes, form = (factor * share for share in (match.names, match.shapes, match.form))
    return Match(other, names, shapes, form, aligned, verdict)


def _merged(members: Sequence[tuple[Part, Match]], total: int) -> Descent:
    """Parts of one place with one verdict as one: their indices together, their shares weighed by size."""
    first, match = members[0]
    size = sum(p.n_params for p, _ in members)

    def mean(name: str) -> float:
        return sum(p.n_params * float(getattr(m, name)) for p, m in members) / size

    indices = ranges(i for p, _ in members for i in p.indices)
    keys = tuple(k for p, _ in members for k in p.keys)
    part = replace(first, where=indices, count=sum(p.count for p, _ in members), n_params=size, keys=keys)
    names, shapes, form, aligned = (mean(name) for name in ("names", "shapes", "form", "aligned"))
    return Descent(part, size / total, match.part, names, shapes, form, aligned, match.verdict)


def _nearest(part: Part, others: Mapping[Kind, Alike]) -> Match:
    """The best counterpart; blocks go with blocks, the rest with the rest, an equal one at the same place first."""
    best, rank = Match(None), (0.0, 0.0, 0.0, 0.0, False, False)
    for (loose, _), alike in others.items():
        if loose != part.kind[0]:
            continue
        names, shapes, form = _shares(part, alike.first)
        back = _common(alike.first, part) / alike.first.elements
        if (max(names, shapes), names, back, form, True, True) <= rank:
            continue
        other = alike.like(part)
        same = part.name == other.name
        candidate = (max(names, shapes), names, back, form, other.path == part.path, same)
        if candidate > rank:
            verdict = _verdict(part, other, form, shapes)
            best, rank = Match(other, names if same else 0.0, shapes, form, verdict=verdict), candidate
    return best


def _verdict(part: Part, other: Part, form: float, shapes: float) -> Verdict:
    if part.tensors == other.tensors and part.name == other.name:
        return "identical"
    if part.shapes == other.shapes:
        return "renamed"
    telling = len(part.tensors) >= TELLING or part.path == other.path
    if telling and part.units == other.units:
        return "rescaled"
    if shapes >= WHOLE:
        return "contained"
    return "partly" if (max(form, shapes) if telling else shapes) >= SOME else "own"


def _shares(part: Part, other: Part) -> tuple[float, float, float]:
    """Shares of one `part` in one of `other`: by name and shape, by shape, by shape in units of the widths."""
    named = sum(prod(shape) for name, shape in part.tensors.items() if other.tensors.get(name) == shape)
    shapes, unit = _common(part, other), width(part.shapes.elements())
    weights = {in_units(shape, unit): prod(shape) for shape in part.shapes}
    form = sum(weights[unit] * min(count, other.units[unit]) for unit, count in part.units.items())
    return named / part.elements, shapes / part.elements, max(form, shapes) / part.elements


def _common(part: Part, other: Part) -> int:
    return sum(prod(shape) * min(count, other.shapes[shape]) for shape, count in part.shapes.items())
