"""One module that became several, or several that became one: rows that add up, and lists that became an axis."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from archkb.queries.diff.align.model.weight_tree import Module, Shape
from archkb.queries.diff.align.model.words import features, likeness, merged

_TOGETHER = (("q", "k", "v"), ("k", "v"), ("q", "k"), ("gate", "up"), ("q", "k", "v", "up"), ("q", "k", "v", "ffn"))
ROLES = frozenset(("q", "k", "v", "o", "out", "up", "gate", "down", "qkv", "kv"))
"""What the words of projections mean that may have been fused."""
_LARGEST = 6
"""Parts one tensor may be fused of, lists of experts apart."""


class Fused(NamedTuple):
    """`whole` on one side is `parts` on the other."""

    whole: Module
    parts: tuple[Module, ...]
    words: float
    rule: str


def fused(wholes: Sequence[Module], parts: Sequence[Module], cut: tuple[int, int] = (0, 0)) -> list[Fused]:
    """Disjoint groups of `parts` that make up one of `wholes`, best first. `cut` as in `assign`."""
    candidates = [*_rows(wholes, parts, cut), *_lists(wholes, parts, cut)]
    candidates.sort(key=lambda c: (-c.words, c.whole.path, [p.path for p in c.parts]))
    taken: set[tuple[bool, tuple[str, ...]]] = set()
    out = []
    for c in candidates:
        marks = {(True, c.whole.path), *((False, p.path) for p in c.parts)}
        if not marks & taken:
            taken |= marks
            out.append(c)
    return out


def _groups(parts: Iterable[Module]) -> dict[tuple[tuple[str, ...], Shape], list[Module]]:
    """Modules by an ancestor (up to two levels up) and the axes below the first."""
    out: dict[tuple[tuple[str, ...], Shape], list[Module]] = {}
    for part in parts:
        if "weight" not in part.shapes and len(part.shapes) > 1:
            continue
        for up in (1, 2, 3):
            if len(part.path) >= up and part.main:
                out.setdefault((part.path[:-up], part.main[1:]), []).append(part)
    return out


def _rows(wholes: Sequence[Module], parts: Sequence[Module], cut: tuple[int, int]) -> Iterator[Fused]:
    groups = _groups(parts)
    by_rest: dict[Shape, list[tuple[tuple[str, ...], list[Module]]]] = {}
    for (parent, rest), members in groups.items():
        if len(members) > 1:
            by_rest.setdefault(rest, []).append((parent, members))
    for whole in wholes:
        shape = whole.main
        if len(shape) < 2:
            continue
        turned = shape[::-1] if len(shape) == 2 else shape
        for rows, rest in {(shape[0], shape[1:]), (turned[0], turned[1:])}:
            for _, members in by_rest.get(rest, ()):
                yield from _sums(whole, members, rows, cut)


def _sums(whole: Module, members: list[Module], rows: int, cut: tuple[int, int]) -> Iterator[Fused]:
    here = features(whole.path[cut[0] :])
    for group in _choices(members, rows):
        said = merged(features(m.path[cut[1] :]) for m in group)
        bonus = sum(f in here and f in said for f in ("q", "k", "v", "gate", "up")) * 0.1
        same = sum(m.shapes.keys() == whole.shapes.keys() for m in group) == len(group)
        telling = 0.3 if _roles(group) else 0.0
        telling += 0.3 if len({m.path[:-1] for m in group}) == 1 else 0.0
        yield Fused(whole, group, likeness(here, said) + bonus + telling + (0.2 if same else 0.0), "fused")


def _roles(group: Sequence[Module]) -> bool:
    """Whether the parts' words are roles that are known to be kept in one tensor."""
    said = [features(m.path) for m in group]
    return any(
        len(roles) == len(said) and all(any(r in s for s in said) for r in roles) and _distinct(said, roles)
        for roles in _TOGETHER
    )


def _distinct(said: Sequence[object], roles: Sequence[str]) -> bool:
    own = [{r for r in roles if r in s} for s in said]  # type: ignore[operator]
    return len({frozenset(o) for o in own}) == len(own)


def _choices(members: list[Module], rows: int) -> Iterator[tuple[Module, ...]]:
    if len(members) <= _LARGEST and sum(m.main[0] for m in members) == rows:
        yield tuple(members)
        return
    families: dict[tuple[str, ...], list[Module]] = {}
    for m in members:
        families.setdefault(m.path[:-1], []).append(m)
    n = rows // members[0].main[0]
    if 1 < n < len(members) <= _LARGEST and rows == n * members[0].main[0] and _mute(members):
        yield tuple(members[:n])
    for family in families.values():
        for roles in _TOGETHER:
            group = _cast(family, members, roles)
            if group is not None and sum(m.main[0] for m in group) == rows:
                yield group


def _mute(members: Sequence[Module]) -> bool:
    """Equal siblings whose names say nothing: any of them will do."""
    return len({m.form for m in members}) == len({m.path[:-1] for m in members}) == 1 and all(map(_silent, members))


def _silent(m: Module) -> bool:
    """Whether a name says nothing of a projection's role."""
    return not ROLES.intersection(features(m.path[-1:]))


def _cast(family: list[Module], members: list[Module], roles: tuple[str, ...]) -> tuple[Module, ...] | None:
    """One module a role, from one family as far as it has them; the last role may come from elsewhere.

    One of three roles or more may be played by a module whose name says nothing.
    """
    out: list[Module] = []
    silent = [m for m in family if _silent(m)]
    for at, role in enumerate(roles):
        pools = (family, members) if at == len(roles) - 1 and at > 1 else (family,)
        pick = next((m for pool in pools for m in pool if m not in out and role in features(m.path[-2:])), None)
        if pick is None and len(roles) > 2 and silent:
            pick, silent = silent[0], []
        if pick is None:
            return None
        out.append(pick)
    return tuple(out)


def _lists(wholes: Sequence[Module], parts: Sequence[Module], cut: tuple[int, int]) -> Iterator[Fused]:
    """Numbered lists of equal modules against one tensor with an axis more, one kind of them or all that fit."""
    lists: dict[tuple[tuple[str, ...], Shape], list[Module]] = {}
    for part in parts:
        for at, name in enumerate(part.path):
            if name.isdigit():
                lists.setdefault(((*part.path[:at], "#", *part.path[at + 1 :]), part.main), []).append(part)
    by_owner: dict[tuple[tuple[str, ...], int], list[tuple[Shape, list[Module]]]] = {}
    for (path, shape), members in lists.items():
        if len(members) > 1:
            by_owner.setdefault((path[: path.index("#")], len(members)), []).append((shape, members))
    for whole in wholes:
        if len(whole.main) != 3:
            continue
        count, rows, columns = whole.main
        here = features(whole.path[cut[0] :])
        for (_, n), kinds in by_owner.items():
            if n != count:
                continue
            for size in (1, 2, 3):
                for chosen in combinations(kinds, size):
                    if _stacks([s for s, _ in chosen], rows, columns):
                        group = tuple(m for _, members in chosen for m in members)
                        said = merged(features(m[0].path[cut[1] :]) for _, m in chosen)
                        yield Fused(whole, group, likeness(here, said) + 0.5, "experts")


def _stacks(shapes: list[Shape], rows: int, columns: int) -> bool:
    if any(len(s) != 2 for s in shapes):
        return False
    return any(
        all(s[1 - axis] == other for s in shapes) and sum(s[axis] for s in shapes) == along
        for axis in (0, 1)
        for along, other in ((rows, columns), (columns, rows))
    )
