"""Modules of two matched parts brought together: one to one, fused, split, and resized where the role is the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from archkb.queries.diff.align.alignment import MEASURED
from archkb.queries.diff.align.blocks.parts import Part
from archkb.queries.diff.align.model.weight_tree import Module
from archkb.queries.diff.align.modules.assignment import SCALED, Found, Neighbours, assign
from archkb.queries.diff.align.modules.fusions import fused
from archkb.queries.diff.align.trees.isomorphism import Forms, same_tree


class Link(NamedTuple):
    """Modules of one side that became modules of the other, how it was found and how sure that is."""

    a: tuple[Module, ...]
    b: tuple[Module, ...]
    rule: str
    evidence: str
    confidence: float
    free: bool = False


class Demand(NamedTuple):
    """What a match has to show. `words`: least likeness of names at equal shape; `resized`: at another shape.

    `strict`: the two models follow one convention, so what kept its role mostly kept its name: a match must have the
    same numbers and either like names or a parent that goes over as a whole.
    """

    words: float
    resized: float
    strict: bool = False


LENIENT = Demand(0.0, 0.45)
STRICT = Demand(0.1, 2.0, True)
_GRADES = ((0.25, "shape"), (0.2, "shape, good"), (0.15, "shape, fair"), (0.05, "shape, poor"))
ALIKE = 1.33
"""Likeness and bonuses of a fusion's words from which on they are much alike."""
LIKE = 0.5
"""Least likeness of names of a match under one convention that its parent does not vouch for."""


def isomorphic(a: Part, b: Part, forms: Forms) -> list[Link] | None:
    """Links of two parts that have one unlabelled tree, or None."""
    if a.node is None or b.node is None or forms.of(a.node) != forms.of(b.node):
        return None
    text = f"{'.'.join(a.path) or 'the whole'} and {'.'.join(b.path) or 'the whole'} have one tree of shapes"
    found = same_tree(a.node, b.node, forms)
    return [Link((x,), (y,), "tree", text, MEASURED["tree, free" if free else "tree"], free) for x, y, free in found]


def between(
    ours: Sequence[Module],
    theirs: Sequence[Module],
    cut: tuple[int, int],
    demand: Demand,
    known: Neighbours | None = None,
) -> list[Link]:
    """Links between two sets of modules. `known`: paths that go together by what was linked before."""
    links = _telling(ours, theirs, cut)
    left, right = _spare(ours, theirs, links)
    found = [f for f in assign(left, right, cut, known=known) if f.support >= demand.words]
    if demand.strict:
        found = _vouched(found, left, right)
    links += [_one(f, "shape") for f in found]
    left, right = _spare(ours, theirs, links)
    links += fusions(left, right, cut, 0.3)
    left, right = _spare(ours, theirs, links)
    if demand.resized <= 1:
        found = assign(left, right, cut, sizes=True, known=known)
        links += [_one(f, "role") for f in found if _same_role(f, demand.resized)]
    return links


def _same_role(f: Found, floor: float) -> bool:
    """Whether a match of another size is believed; alone, it must have the same kinds of tensors and no rival."""
    if floor > 0.6 and (f.a.shapes.keys() != f.b.shapes.keys() or f.margin < 0.05):
        return False
    return f.support >= floor - (0.3 if f.fit >= SCALED else 0.0)


def _vouched(found: list[Found], left: Sequence[Module], right: Sequence[Module]) -> list[Found]:
    """Matches that hold although the rest of the two models agrees by name.

    A parent vouches for what goes over as a whole, and so does the one above it: one library keeps in a module of its
    own what another keeps beside others.
    """
    ours, theirs = (Counter(p for m in side for p in _parents(m)) for side in (left, right))
    both = Counter((p, q) for f in found for p in _parents(f.a) for q in _parents(f.b))

    def whole(f: Found) -> bool:
        return any(ours[p] == theirs[q] == both[p, q] for p in _parents(f.a) for q in _parents(f.b))

    return [f for f in found if f.words >= LIKE or whole(f)]


def _parents(module: Module) -> tuple[tuple[str, ...], ...]:
    """What holds a module, and what holds that where it is no list."""
    path = module.path
    return (path[:-1],) if len(path) < 3 or path[-2].isdigit() else (path[:-1], path[:-2])


def in_place(link: Link) -> bool:
    """Whether the numbers of the two paths agree in their order as far as both have some."""
    ours, theirs = _numbers(link.a), _numbers(link.b)
    short, long = sorted((ours, theirs), key=len)
    rest = iter(long)
    return all(n in rest for n in short)


def _numbers(side: tuple[Module, ...]) -> list[str]:
    """Numbers of a path; of several paths those they share."""
    return [p for p in side[0].path if p.isdigit() and all(p in m.path for m in side)]


def _one(f: Found, rule: str) -> Link:
    free = f.margin <= 1e-9
    how = rule if rule == "role" else _grade(min(f.margin, 1.5) / 10 + 0.14 * f.words)
    size = "shape" if rule == "shape" else "axes"
    text = (
        f"{size} {list(f.a.main)}{'' if f.a.main == f.b.main else f' and {list(f.b.main)}'}, words alike {f.words:.2f}"
    )
    return Link((f.a,), (f.b,), rule, text, MEASURED[f"{rule}, free" if free else how], free)


def _grade(sure: float) -> str:
    """The entry of MEASURED for a match by shape. `sure`: how far the next best is behind, and how alike words are."""
    return next((name for floor, name in _GRADES if sure >= floor), "shape, weak")


def _telling(ours: Sequence[Module], theirs: Sequence[Module], cut: tuple[int, int]) -> list[Link]:
    """Fusions that stand out before anything is assigned: the fused shape is rarer on the parts' side."""
    mine, others = Counter(m.main for m in ours), Counter(m.main for m in theirs)
    wide = [m for m in ours if mine[m.main] > others[m.main]]
    tall = [m for m in theirs if others[m.main] > mine[m.main]]
    few = [m for m in ours if mine[m.main] > others[m.main]]
    thin = [m for m in theirs if others[m.main] > mine[m.main]]
    return _both(wide, thin, tall, few, cut, 0.55)


def fusions(left: Sequence[Module], right: Sequence[Module], cut: tuple[int, int], floor: float) -> list[Link]:
    """Modules of either side that make up one of the other, with names at least so much alike."""
    return _both(left, right, right, left, cut, floor)


def _both(
    wholes: Sequence[Module],
    parts: Sequence[Module],
    other_wholes: Sequence[Module],
    other_parts: Sequence[Module],
    cut: tuple[int, int],
    floor: float,
) -> list[Link]:
    out: list[Link] = []
    used: set[int] = set()
    for one in fused(wholes, parts, cut):
        if one.words >= floor:
            used |= {id(one.whole), *map(id, one.parts)}
            out.append(_many((one.whole,), one.parts, one.rule, one.words))
    spare = [m for m in other_wholes if id(m) not in used], [m for m in other_parts if id(m) not in used]
    for one in fused(*spare, (cut[1], cut[0])):
        if one.words >= floor:
            out.append(_many(one.parts, (one.whole,), one.rule, one.words))
    return out


def _many(a: tuple[Module, ...], b: tuple[Module, ...], rule: str, words: float) -> Link:
    parts, whole = (b, a[0]) if len(b) > 1 else (a, b[0])
    text = f"{len(parts)} tensors of {list(parts[0].main)} make up {list(whole.main)}"
    return Link(a, b, rule, text, MEASURED["fused, weak" if rule == "fused" and words < ALIKE else rule])


def _spare(
    ours: Sequence[Module], theirs: Sequence[Module], links: Sequence[Link]
) -> tuple[list[Module], list[Module]]:
    used = {id(m) for link in links for m in (*link.a, *link.b)}
    return [m for m in ours if id(m) not in used], [m for m in theirs if id(m) not in used]
