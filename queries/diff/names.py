"""The exact difference of two state dicts by key, for versions and packagings that share their names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kb.outline import ranges

_NUMBER = re.compile(r"(?<![^.])\d+(?![^.])")


@dataclass(frozen=True, slots=True)
class Change:
    """Tensors changed in one way: keys of one pattern with one before and one after.

    `how`: added, removed, reshaped or retyped. `where` is the keys' numbers as ranges, innermost containers merged;
    `example` one of the keys.
    """

    how: str
    pattern: str
    count: int
    before: str
    after: str
    where: str
    example: str


@dataclass(frozen=True, slots=True)
class NameDiff:
    """Key by key: what one state dict has and the other has not, and what differs under one key."""

    unchanged: int
    added: tuple[str, ...]
    removed: tuple[str, ...]
    reshaped: tuple[str, ...]
    retyped: tuple[str, ...]
    changes: tuple[Change, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing differs."""
        return not (self.added or self.removed or self.reshaped or self.retyped)


Tensors = Mapping[str, Mapping[str, Any]]


def compare_names(a: Tensors, b: Tensors) -> NameDiff:
    """Compare by key. Shapes and dtypes are those of the header; a tensor may be both reshaped and retyped."""
    both = [k for k in a if k in b]
    reshaped = tuple(k for k in both if a[k]["shape"] != b[k]["shape"])
    retyped = tuple(k for k in both if a[k]["dtype"] != b[k]["dtype"])
    added, removed = tuple(k for k in b if k not in a), tuple(k for k in a if k not in b)
    changed = set(reshaped) | set(retyped)
    changes = [
        *_group("added", added, lambda k: "", lambda k: _spell(b[k])),
        *_group("removed", removed, lambda k: _spell(a[k]), lambda k: ""),
        *_group("reshaped", reshaped, lambda k: _spell(a[k]), lambda k: _spell(b[k])),
        *_group("retyped", retyped, lambda k: str(a[k]["dtype"]), lambda k: str(b[k]["dtype"])),
    ]
    return NameDiff(len(both) - len(changed), added, removed, reshaped, retyped, tuple(changes))


def _spell(t: Mapping[str, Any]) -> str:
    return f"{t['dtype']} {list(t['shape'])}"


def _group(how: str, keys: Iterable[str], before: Callable[[str], str], after: Callable[[str], str]) -> list[Change]:
    groups: dict[tuple[str, str, str], list[str]] = {}
    for key in keys:
        groups.setdefault((_NUMBER.sub("{i}", key), before(key), after(key)), []).append(key)
    return [
        Change(how, pattern, len(members), old, new, _where(members), members[0])
        for (pattern, old, new), members in sorted(groups.items())
    ]


def _where(keys: list[str]) -> str:
    """The outermost numbers that occur, as ranges."""
    first = [found.group() for k in keys if (found := _NUMBER.search(k))]
    return ranges(int(n) for n in first)
