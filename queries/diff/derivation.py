"""How much of one model's architecture is another's: template by template, by names, by shapes, and by form.

A part of the first model is the blocks of one template at one place, or what stands outside of blocks below one name.
Its counterpart is the part of the second that has most of its elements under equal relative names with equal shapes,
or else in equal shapes, or else in shapes equal in units of the part's own width. A part of which every tensor has a
partner of its shape in the alignment of the two models, though in several other parts, was regrouped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

from kb.outline import ranges
from kb.paths import above
from queries.diff.align import align
from queries.diff.profile import Profile

Shape = tuple[int, ...]

WHOLE, SOME = 0.9999, 0.5
"""Least shares of a part's elements that count as all of it, and as some of it."""

TELLING = 3
"""Tensors from which an equal form at other widths says something of parts with different names."""


@dataclass(frozen=True, slots=True)
class Part:
    """Equal blocks, or a name outside of blocks. `tensors`: relative name -> shape of one instance; `keys`: of all."""

    path: str
    where: str
    indices: tuple[int, ...]
    count: int
    n_params: int
    tensors: Mapping[str, Shape]
    template: str | None
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Descent:
    """A part of the first model and its counterpart in the second.

    `share`: of the first model's elements. `names`, `shapes`, `form`: shares of the part's elements that the
    counterpart has under equal relative names and shapes, in equal shapes, and in equal multiples of the widths.
    `aligned`: share of them that the alignment gives a partner of the same shape, anywhere in the second model.
    `verdict`: identical (nothing differs), renamed (shapes are equal), regrouped (all of it is there, in other
    parts), rescaled (multiples of the width are equal), contained (the counterpart has all of it and more), partly,
    or own.
    """

    part: Part
    share: float
    counterpart: Part | None
    names: float
    shapes: float
    form: float
    aligned: float
    verdict: str


def derivation(a: Profile, b: Profile) -> tuple[Descent, ...]:
    """Every part of `a` with its nearest counterpart in `b`, the largest first; like parts of one place are one."""
    ours, theirs = parts(a), parts(b)
    total = sum(p.n_params for p in ours) or 1
    here, there = a.specs, b.specs
    pairs = (p for p in align(here, there).one_to_one if here[p.a[0]].shape == there[p.b[0]].shape)
    partners = {p.a[0]: prod(here[p.a[0]].shape) for p in pairs}
    seen: dict[tuple[str, tuple[tuple[str, Shape], ...]], Match] = {}
    groups: dict[tuple[str, str | None, str], list[tuple[Part, Match]]] = {}
    for part in ours:
        key = (part.path, tuple(sorted(part.tensors.items())))
        if key not in seen:
            seen[key] = _nearest(part, theirs)
        match = _regrouped(seen[key], sum(partners.get(k, 0) for k in part.keys) / part.n_params)
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
    verdict: str = "own"

    @property
    def path(self) -> str | None:
        """Where the counterpart is."""
        return self.part.path if self.part else None


def _regrouped(match: Match, aligned: float) -> Match:
    """A match with what the alignment says of the part."""
    weak = match.verdict in ("own", "partly") or (match.verdict == "contained" and match.names < WHOLE)
    return replace(match, aligned=aligned, verdict="regrouped" if weak and aligned >= WHOLE else match.verdict)


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


def parts(p: Profile) -> list[Part]:
    """Blocks by place and template, and the rest by the first names that do not lead to blocks."""
    blocks = _outermost(p)
    tensors = {key: tuple(t["shape"]) for key, t in p.tensors.items() if t["role"] != "side_car"}
    inside: dict[str, dict[str, Shape]] = {path: {} for path in blocks}
    rest: dict[str, dict[str, Shape]] = {}
    leading = {path for block in blocks for path in above(block)}
    for key, shape in tensors.items():
        home = next((q for q in above(key) if q in inside), None)
        if home is not None:
            inside[home][key[len(home) + 1 :]] = shape
        else:
            root = next((q for q in above(key) if q not in leading), key)
            rest.setdefault(root, {})[key[len(root) + 1 :]] = shape
    groups: dict[tuple[str, str], list[str]] = {}
    for path in blocks:
        m = p.modules[path]
        groups.setdefault((m["pattern"], m["template"]), []).append(path)
    out = [_blocks(p, members, inside) for members in groups.values()]
    out += [
        Part(root, "", (), 1, _elements(found), found, None, tuple(f"{root}.{k}" if k else root for k in found))
        for root, found in rest.items()
    ]
    return [part for part in out if part.n_params]


def _blocks(p: Profile, members: Sequence[str], inside: Mapping[str, Mapping[str, Shape]]) -> Part:
    first = p.modules[members[0]]
    indices = tuple(p.modules[m]["ordinal"] for m in members if p.modules[m]["ordinal"] is not None)
    size = sum(_elements(inside[m]) for m in members)
    keys = tuple(f"{m}.{k}" for m in members for k in inside[m])
    one = inside[members[0]]
    return Part(first["pattern"], ranges(indices), indices, len(members), size, one, first["template"], keys)


def _outermost(p: Profile) -> list[str]:
    """Paths of blocks that lie in no other block."""
    found = {str(c["path"]) for c in p.labelled("Block")}
    return sorted(path for path in found if not any(q in found for q in above(path)))


def _elements(tensors: Mapping[str, Shape]) -> int:
    return sum(prod(shape) for shape in tensors.values())


def _nearest(part: Part, others: Sequence[Part]) -> Match:
    """The best counterpart; blocks go with blocks, the rest with the rest, and an equal one at the same place first."""
    best, rank = Match(None), (0.0, 0.0, 0.0, 0.0, False)
    for other in others:
        if (other.template is None) != (part.template is None):
            continue
        names, shapes, form = _shares(part.tensors, other.tensors)
        back = _shares(other.tensors, part.tensors)[1]
        found = (max(names, shapes), names, back, form, other.path == part.path)
        if found > rank:
            verdict = _verdict(part, other, max(names, shapes, form), shapes)
            best, rank = Match(other, names, shapes, form, verdict=verdict), found
    return best


def _verdict(a: Part, b: Part, most: float, shapes: float) -> str:
    if a.tensors == b.tensors:
        return "identical"
    if Counter(a.tensors.values()) == Counter(b.tensors.values()):
        return "renamed"
    telling = len(a.tensors) >= TELLING or a.path == b.path
    if telling and _units(a.tensors) == _units(b.tensors):
        return "rescaled"
    if shapes >= WHOLE:
        return "contained"
    return "partly" if (most if telling else shapes) >= SOME else "own"


def _units(tensors: Mapping[str, Shape]) -> Counter[tuple[str, ...]]:
    unit = width(tensors.values())
    return Counter(_in_units(s, unit) for s in tensors.values())


def _shares(a: Mapping[str, Shape], b: Mapping[str, Shape]) -> tuple[float, float, float]:
    total = _elements(a) or 1
    named = sum(prod(shape) for name, shape in a.items() if b.get(name) == shape)
    shapes = _common(Counter(a.values()), Counter(b.values()))
    unit, theirs = width(a.values()), _units(b)
    weights = {_in_units(s, unit): prod(s) for s in a.values()}
    form = sum(weights[u] * min(n, theirs[u]) for u, n in _units(a).items())
    return named / total, shapes / total, max(form, shapes) / total


def _common(a: Counter[Shape], b: Counter[Shape]) -> int:
    return sum(prod(shape) * min(n, b[shape]) for shape, n in a.items())


def width(shapes: Iterable[Shape]) -> int:
    """The size most axes have, of those above 16; 0 where there is none."""
    found = Counter(d for s in shapes for d in s if d > 16)
    return max(found, key=lambda d: (found[d], d), default=0)


def _in_units(shape: Shape, unit: int) -> tuple[str, ...]:
    """Axes as multiples of the width; others as they are where they are small.

    >>> _in_units((4096, 1024, 3), 1024)
    ('4w', '1w', '3')
    """
    return tuple(f"{d // unit}w" if unit and d % unit == 0 else str(d) for d in shape)
