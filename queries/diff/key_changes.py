"""Tensors that came, went or changed under their own name, by patterns of names: what an alignment says key by key."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from archkb.kb.paths import pattern
from archkb.kb.wording import ranges
from archkb.queries.diff.align.alignment import Alignment
from archkb.queries.tensor_types import Spec

Kind = Literal["added", "removed", "reshaped", "retyped"]


@dataclass(frozen=True, slots=True)
class Change:
    """Tensors changed in one way: keys of one pattern with one before and one after.

    `where` is the outermost numbers of the keys as ranges.
    """

    how: Kind
    pattern: str
    count: int
    before: str
    after: str
    where: str


def named_changes(alignment: Alignment) -> tuple[Change, ...]:
    """What was removed and added, and what changed under one key, by patterns of names; renamed tensors left out.

    A tensor may be both reshaped and retyped.
    """
    same = [p.a[0] for p in alignment.one_to_one if p.a == p.b]
    source, target = alignment.a, alignment.b
    reshaped = (key for key in same if source[key].shape != target[key].shape)
    retyped = (key for key in same if source[key].dtype != target[key].dtype)
    return (
        *_group("added", alignment.added, lambda key: "", lambda key: _spell(target[key])),
        *_group("removed", alignment.removed, lambda key: _spell(source[key]), lambda key: ""),
        *_group("reshaped", reshaped, lambda key: _spell(source[key]), lambda key: _spell(target[key])),
        *_group("retyped", retyped, lambda key: source[key].dtype, lambda key: target[key].dtype),
    )


def _spell(spec: Spec) -> str:
    return f"{spec.dtype} {list(spec.shape)}"


def _group(how: Kind, keys: Iterable[str], before: Callable[[str], str], after: Callable[[str], str]) -> list[Change]:
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
