"""Changes of dtype, said by blocks, with the side-cars that came with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kb.keys import owner, side_cars
from kb.outline import ranges
from queries.diff.align import Alignment, Pair

SideCars = Mapping[str, Sequence[str]]

_QUANTISED = ("F8", "I8", "U8", "F4", "F6", "I4")


@dataclass(frozen=True, slots=True)
class Retyped:
    """Tensors that went from one dtype to another, and side-cars only one of the models has for them."""

    text: str
    changed: tuple[tuple[str, str], ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]


def quantised(found: Alignment) -> list[Retyped]:
    """One entry for each change of dtype."""
    groups: dict[tuple[str, str], list[Pair]] = {}
    for pair in found.retyped:
        groups.setdefault((found.a[pair.a[0]].dtype, found.b[pair.b[0]].dtype), []).append(pair)
    gained, lost = _side_cars(found.b, found.added), _side_cars(found.a, found.removed)
    return [_said(old, new, pairs, gained, lost, found) for (old, new), pairs in sorted(groups.items())]


def _said(old: str, new: str, pairs: Sequence[Pair], gained: SideCars, lost: SideCars, found: Alignment) -> Retyped:
    added = tuple(k for p in pairs for k in gained.get(p.b[0], ()))
    removed = tuple(k for p in pairs for k in lost.get(p.a[0], ()))
    matrices = sum(len(found.b[p.b[0]].shape) == 2 and p.b[0].endswith(".weight") for p in pairs)
    what = "linears" if matrices == len(pairs) else "tensors"
    packed, before = new.startswith(_QUANTISED), old.startswith(_QUANTISED)
    verb = (
        f"retyped {old} -> {new}"
        if packed == before
        else f"quantised to {new}"
        if packed
        else f"back from {old} to {new}"
    )
    text = f"{len(pairs):,} {what} {verb}"
    where = _blocks([p.b[0] for p in pairs], found, old)
    text += f" in {where}" if where and len(pairs) < len(found.pairs) else ""
    text += f"; {len(added):,} scales added as side-cars" if added else ""
    text += f"; {len(removed):,} scales, their side-cars, removed" if removed else ""
    return Retyped(text, tuple((p.a[0], p.b[0]) for p in pairs), added, removed)


def _blocks(keys: Sequence[str], found: Alignment, old: str) -> str:
    """Blocks of the stack most of the keys are in, and those of it that were left."""
    stacks: dict[str, set[int]] = {}
    for key in keys:
        stack, index = _place(key)
        if index is not None:
            stacks.setdefault(stack, set()).add(index)
    if not stacks:
        return ""
    stack = max(stacks, key=lambda s: (len(stacks[s]), s))
    kept = (p.b[0] for p in found.one_to_one if found.a[p.a[0]].dtype == found.b[p.b[0]].dtype == old)
    left = {i for s, i in map(_place, kept) if s == stack and i is not None} - stacks[stack]
    rest = f", blocks {ranges(left)} left in {old}" if left else ""
    return f"blocks {ranges(stacks[stack])} of {stack}{rest}"


def _place(key: str) -> tuple[str, int | None]:
    parts = key.split(".")
    for i, part in enumerate(parts):
        if part.isdigit():
            return ".".join(parts[:i]), int(part)
    return "", None


def _side_cars(tensors: Iterable[str], alone: Iterable[str]) -> SideCars:
    """Key of the tensor served -> those of its side-cars that only this model has."""
    only = set(alone)
    modules: dict[str, list[str]] = {}
    for key in tensors:
        path, local = owner(key)
        modules.setdefault(path, []).append(local)
    out: dict[str, list[str]] = {}
    for path, names in modules.items():
        if len(names) > 1:
            dot = f"{path}." if path else ""
            for local, (target, _) in side_cars(tuple(names)).items():
                if dot + local in only:
                    out.setdefault(dot + target, []).append(dot + local)
    return out
