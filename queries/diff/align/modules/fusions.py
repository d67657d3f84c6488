"""One module that became several, or several that became one: rows that add up, and lists that became an axis."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Literal, NamedTuple

from archkb.queries.diff.align.model.weight_tree import Module, Shape
from archkb.queries.diff.align.model.words import features, merged, word_similarity

FUSED_ROLES = (("q", "k", "v"), ("k", "v"), ("q", "k"), ("gate", "up"), ("q", "k", "v", "up"), ("q", "k", "v", "ffn"))
ROLES = frozenset(("q", "k", "v", "o", "out", "up", "gate", "down", "qkv", "kv"))
"""What the words of projections mean that may have been fused."""


class FusionScores:
    """What speaks for a fusion beside likeness of its words, which counts 1. Set by hand on the shared pairs of
    docs/accuracy.md: roles that are known to be fused count as much as parts of one parent.
    """

    SHARED_ROLE = 0.1
    """For each of q, k, v, gate and up that both the whole and its parts speak of."""
    KNOWN_ROLES, ONE_PARENT, SAME_TENSORS = 0.3, 0.3, 0.2
    LIST = 0.5
    """For a numbered list that became one axis: its length is a third size that agrees."""


SHARED = ("q", "k", "v", "gate", "up")
"""Roles that speak for a fusion where both sides speak of them."""
MOST_PARTS = 6
"""Parts one tensor may be fused of, lists of experts apart."""


class Fusion(NamedTuple):
    """`whole` on one side is `parts` on the other, of which it may be another size."""

    whole: Module
    parts: tuple[Module, ...]
    words: float
    rule: Literal["fused", "experts"]
    resized: bool = False


def find_fusions(
    wholes: Sequence[Module], parts: Sequence[Module], prefix_lengths: tuple[int, int] = (0, 0)
) -> list[Fusion]:
    """Disjoint groups of `parts` that make up one of `wholes`, best first. `prefix_lengths` as in `assign`."""
    return disjoint([*_row_fusions(wholes, parts, prefix_lengths), *_list_fusions(wholes, parts, prefix_lengths)])


def disjoint(candidates: list[Fusion]) -> list[Fusion]:
    """Fusions that share no module, the best first."""
    candidates.sort(key=lambda candidate: (-candidate.words, candidate.whole.path, [p.path for p in candidate.parts]))
    taken: set[tuple[bool, tuple[str, ...]]] = set()
    out = []
    for candidate in candidates:
        marks = {(True, candidate.whole.path), *((False, p.path) for p in candidate.parts)}
        if not marks & taken:
            taken |= marks
            out.append(candidate)
    return out


def _by_ancestor_and_columns(parts: Iterable[Module]) -> dict[tuple[tuple[str, ...], Shape], list[Module]]:
    """Modules by an ancestor (up to two levels up) and the axes below the first."""
    out: dict[tuple[tuple[str, ...], Shape], list[Module]] = {}
    for part in parts:
        if "weight" not in part.shapes and len(part.shapes) > 1:
            continue
        for up in (1, 2, 3):
            if len(part.path) >= up and part.main:
                out.setdefault((part.path[:-up], part.main[1:]), []).append(part)
    return out


def _row_fusions(
    wholes: Sequence[Module], parts: Sequence[Module], prefix_lengths: tuple[int, int]
) -> Iterator[Fusion]:
    groups = _by_ancestor_and_columns(parts)
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
                yield from _fusions_of_rows(whole, members, rows, prefix_lengths)


def _fusions_of_rows(
    whole: Module, members: list[Module], rows: int, prefix_lengths: tuple[int, int]
) -> Iterator[Fusion]:
    for group in _candidate_parts(members, rows):
        yield Fusion(whole, group, fusion_score(whole, group, prefix_lengths), "fused")


def fusion_score(whole: Module, group: tuple[Module, ...], prefix_lengths: tuple[int, int]) -> float:
    """What speaks for a fusion: likeness of words, and :class:`FusionScores`."""
    whole_words = features(whole.path[prefix_lengths[0] :])
    part_words = merged(features(part.path[prefix_lengths[1] :]) for part in group)
    bonus = sum(f in whole_words and f in part_words for f in SHARED) * FusionScores.SHARED_ROLE
    telling = FusionScores.KNOWN_ROLES if play_fused_roles(group) else 0.0
    telling += FusionScores.ONE_PARENT if len({part.path[:-1] for part in group}) == 1 else 0.0
    same = FusionScores.SAME_TENSORS if all(part.shapes.keys() == whole.shapes.keys() for part in group) else 0.0
    return word_similarity(whole_words, part_words) + bonus + telling + same


def play_fused_roles(group: Sequence[Module]) -> bool:
    """Whether the parts' words are roles that are known to be kept in one tensor."""
    words = [features(m.path) for m in group]
    return any(
        len(roles) == len(words)
        and all(any(r in part_words for part_words in words) for r in roles)
        and _roles_apart(words, roles)
        for roles in FUSED_ROLES
    )


def _roles_apart(words: Sequence[object], roles: Sequence[str]) -> bool:
    played = [{role for role in roles if role in part_words} for part_words in words]  # type: ignore[operator]
    return len({frozenset(roles_played) for roles_played in played}) == len(played)


def _candidate_parts(members: list[Module], rows: int) -> Iterator[tuple[Module, ...]]:
    if len(members) <= MOST_PARTS and sum(part.main[0] for part in members) == rows:
        yield tuple(members)
        return
    # all of them are too many: equal siblings without a word, or one a role
    families: dict[tuple[str, ...], list[Module]] = {}
    for part in members:
        families.setdefault(part.path[:-1], []).append(part)
    count = rows // members[0].main[0]
    if 1 < count < len(members) <= MOST_PARTS and rows == count * members[0].main[0] and _silent_siblings(members):
        yield tuple(members[:count])
    for family in families.values():
        for roles in FUSED_ROLES:
            group = parts_by_role(family, members, roles)
            if group is not None and sum(part.main[0] for part in group) == rows:
                yield group


def _silent_siblings(members: Sequence[Module]) -> bool:
    """Equal siblings whose names say nothing: any of them will do."""
    return len({m.form for m in members}) == len({m.path[:-1] for m in members}) == 1 and all(map(is_silent, members))


def is_silent(m: Module) -> bool:
    """Whether a name says nothing of a projection's role."""
    return not ROLES.intersection(features(m.path[-1:]))


def parts_by_role(family: list[Module], members: list[Module], roles: tuple[str, ...]) -> tuple[Module, ...] | None:
    """One module a role, from one family as far as it has them; the last role may come from elsewhere.

    One of three roles or more may be played by a module whose name says nothing.
    """
    out: list[Module] = []
    silent = [part for part in family if is_silent(part)]
    for at, role in enumerate(roles):
        pools = (family, members) if at == len(roles) - 1 and at > 1 else (family,)
        player = next(
            (part for pool in pools for part in pool if part not in out and role in features(part.path[-2:])), None
        )
        if player is None and len(roles) > 2 and silent:
            player, silent = silent[0], []
        if player is None:
            return None
        out.append(player)
    return tuple(out)


def _list_fusions(
    wholes: Sequence[Module], parts: Sequence[Module], prefix_lengths: tuple[int, int]
) -> Iterator[Fusion]:
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
    # one kind of list, or two or three that stand beside each other in the tensor
    for whole in wholes:
        if len(whole.main) != 3:
            continue
        count, rows, columns = whole.main
        whole_words = features(whole.path[prefix_lengths[0] :])
        for (_, length), kinds in by_owner.items():
            if length != count:
                continue
            for size in (1, 2, 3):
                for chosen in combinations(kinds, size):
                    if _stack_to([s for s, _ in chosen], rows, columns):
                        group = tuple(m for _, members in chosen for m in members)
                        part_words = merged(features(m[0].path[prefix_lengths[1] :]) for _, m in chosen)
                        yield Fusion(
                            whole, group, word_similarity(whole_words, part_words) + FusionScores.LIST, "experts"
                        )


def _stack_to(shapes: list[Shape], rows: int, columns: int) -> bool:
    if any(len(s) != 2 for s in shapes):
        return False
    return any(
        all(s[1 - axis] == other for s in shapes) and sum(s[axis] for s in shapes) == along
        for axis in (0, 1)
        for along, other in ((rows, columns), (columns, rows))
    )


def hold_other_roles(module: Module, other: Module) -> bool:
    """Whether one module's name says several projections and the other's some of these: `qkv` and `key`."""
    roles, other_roles = (set(SHARED).intersection(features(m.path[-1:])) for m in (module, other))
    return bool(roles and other_roles) and (roles < other_roles or other_roles < roles)
