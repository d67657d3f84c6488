"""Tensors that came, went or changed under their own name, by patterns of names: what an alignment says key by key."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from archkb.kb.paths import pattern
from archkb.kb.wording import ranges
from archkb.queries.diff.align import Alignment
from archkb.queries.tensor_types import Spec


@dataclass(frozen=True, slots=True)
class Change:
    """Tensors changed in one way: keys of one pattern with one before and one after.

    `how`: added, removed, reshaped or retyped. `where` is the outermost numbers of the keys as ranges.
    """

    how: str
    pattern: str
    count: int
    before: str
    after: str
    where: str


def named_changes(found: Alignment) -> tuple[Change, ...]:
    """What was removed and added, and what changed under one key, by patterns of names; renamed tensors left out.

    A tensor may be both reshaped and retyped.
    """
    same = [p.a[0] for p in found.one_to_one if p.a == p.b]
    a, b = found.a, found.b
    reshaped = (k for k in same if a[k].shape != b[k].shape)
    retyped = (k for k in same if a[k].dtype != b[k].dtype)
    return (
        *_group("added", found.added, lambda k: "", lambda k: _spell(b[k])),
        *_group("removed", found.removed, lambda k: _spell(a[k]), lambda k: ""),
        *_group("reshaped", reshaped, lambda k: _spell(a[k]), lambda k: _spell(b[k])),
        *_group("retyped", retyped, lambda k: a[k].dtype, lambda k: b[k].dtype),
    )


def _spell(t: Spec) -> str:
    return f"{t.dtype} {list(t.shape)}"


def _group(how: str, keys: Iterable[str], before: Callable[[str], str], after: Callable[[str], str]) -> list[Change]:
    groups: dict[tuple[str, str, str], list[str]] = {}
    for key in keys:
        groups.setdefault((pattern(key), before(key), after(key)), []).append(key)
    return [
        Change(how, pattern, len(members), old, new, _where(members))
        for (pattern, old, new), members in sorted(groups.items())
    ]


def _where(keys: list[str]) -> str:
    """The outermost numbers that occur, as ranges."""
    first = (next((n for n in k.split(".") if n.isdigit()), None) for k in keys)
    return ranges(int(n) for n in first if n is not None)
