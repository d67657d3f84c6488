"""Projections that became one tensor, or were one, in two models of other widths."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from math import gcd
from typing import NamedTuple

from archkb.queries.diff.align.model.shapes import squeezed
from archkb.queries.diff.align.model.weight_tree import Module, Shape
from archkb.queries.diff.align.model.words import features, split
from archkb.queries.diff.align.modules.fusions import (
    FUSED_ROLES,
    ROLES,
    Fusion,
    disjoint,
    fusion_score,
    is_silent,
    parts_by_role,
    play_fused_roles,
)


def find_resized_fusions(
    wholes: Sequence[Module], parts: Sequence[Module], prefix_lengths: tuple[int, int] = (0, 0)
) -> list[Fusion]:
    """Disjoint groups of `parts` whose rows add up to one of `wholes` in proportion, best first.

    Here numbers say little, so the parts must be all of a set of roles and have one parent; the whole must speak of
    these roles, or of none and have a shape that its side alone has. If it speaks of them and has the same parent,
    no numbers are asked for: keys and values may keep their size where queries grow.
    """
    groups = list(_role_groups(parts))
    by_parent: dict[tuple[str, ...], list[_RoleGroup]] = {}
    by_ratio: dict[Fraction, list[_RoleGroup]] = {}
    for group in groups:
        by_parent.setdefault(group.parts[0].path[prefix_lengths[1] : -1], []).append(group)
        by_ratio.setdefault(group.ratio, []).append(group)
    counts, other_counts = (Counter(map(_proportion, side)) for side in (wholes, parts))
    candidates = []
    for whole in wholes if groups else ():
        roles = ROLES.intersection(features(whole.path[-1:]))
        shape = squeezed(whole.main)
        rare = counts[_proportion(whole)] > other_counts[_proportion(whole)]
        fitting = [g for g in by_parent.get(whole.path[prefix_lengths[0] : -1], ()) if roles.issuperset(g.roles)]
        if not fitting and len(shape) == 2 and all(shape):
            ratios = {Fraction(*shape), Fraction(*shape[::-1])}
            in_proportion = (group for ratio in ratios for group in by_ratio.get(ratio, ()))
            fitting = [g for g in in_proportion if (roles.issuperset(g.roles) if roles else rare)]
        for group in fitting:
            score = fusion_score(whole, group.parts, prefix_lengths)
            candidates.append(Fusion(whole, group.parts, score, "fused", resized=True))
    return disjoint(candidates)


class _RoleGroup(NamedTuple):
    """Siblings that play a set of roles, and how much higher than wide they are on top of each other."""

    roles: tuple[str, ...]
    parts: tuple[Module, ...]
    ratio: Fraction


def _proportion(module: Module) -> Shape:
    """A module's shape in units of the largest size that divides all of it."""
    shape = squeezed(module.main)
    return tuple(d // (gcd(*shape) or 1) for d in shape)


def _words_beside_roles(name: str) -> tuple[str, ...]:
    """The words of a name but those that say a role: projections of one set have the same ones."""
    return tuple(word for word in split(name) if not ROLES.intersection(features((word,))))


def _role_groups(parts: Iterable[Module]) -> Iterator[_RoleGroup]:
    """Siblings of one number of columns that play a set of roles that are kept in one tensor."""
    families: dict[tuple[tuple[str, ...], tuple[str, ...], int], list[Module]] = {}
    for part in parts:
        shape = squeezed(part.main)
        if part.path and len(shape) == 2 and shape[1] and not is_silent(part):
            key = (part.path[:-1], _words_beside_roles(part.path[-1]), shape[1])
            families.setdefault(key, []).append(part)
    for (_, _, columns), family in families.items():
        for roles in FUSED_ROLES:
            group = parts_by_role(family, family, roles)
            if group is not None and play_fused_roles(group):
                yield _RoleGroup(roles, group, Fraction(sum(squeezed(part.main)[0] for part in group), columns))
