"""Changes of dtype, said by blocks, with the side-cars that came with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kb.keys import owner, side_cars
from kb.outline import ranges
from queries.diff.align import Alignment, Pair

_QUANTISED = ("F8", "I8", "U8", "F4", "F6", "I4")


@dataclass(frozen=True, slots=True)
class Retyped:
    """Tensors that went from one dtype to another, and side-cars only the second model has for them."""

    text: str
    changed: tuple[tuple[str, str], ...]
    side_cars: tuple[str, ...]


def quantised(found: Alignment) -> list[Retyped]:
    """One entry for each change of dtype."""
    groups: dict[tuple[str, str], list[Pair]] = {}
    for pair in found.retyped:
        groups.setdefault((found.a[pair.a[0]].dtype, found.b[pair.b[0]].dtype), []).append(pair)
    cars = _added_side_cars(found)
    return [_said(old, new, pairs, cars, found) for (old, new), pairs in sorted(groups.items())]


def _said(old: str, new: str, pairs: Sequence[Pair], cars: dict[str, list[str]], found: Alignment) -> Retyped:
    own = tuple(k for p in pairs for k in cars.get(p.b[0], ()))
    matrices = sum(len(found.b[p.b[0]].shape) == 2 and p.b[0].endswith(".weight") for p in pairs)
    what = "linears" if matrices == len(pairs) else "tensors"
    verb = "quantised to" if new.startswith(_QUANTISED) and not old.startswith(_QUANTISED) else f"retyped {old} ->"
    text = f"{len(pairs):,} {what} {verb} {new}"
    where = _blocks([p.b[0] for p in pairs], found, old)
    text += f" in {where}" if where and len(pairs) < len(found.pairs) else ""
    text += f"; {len(own):,} scales added as side-cars" if own else ""
    return Retyped(text, tuple((p.a[0], p.b[0]) for p in pairs), own)


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
    every = {i for s, i in map(_place, found.b) if s == stack and i is not None}
    left = every - stacks[stack]
    rest = f", blocks {ranges(left)} left in {old}" if left else ""
    return f"blocks {ranges(stacks[stack])} of {stack}{rest}"


def _place(key: str) -> tuple[str, int | None]:
    parts = key.split(".")
    for i, part in enumerate(parts):
        if part.isdigit():
            return ".".join(parts[:i]), int(part)
    return "", None


def _added_side_cars(found: Alignment) -> dict[str, list[str]]:
    """Key of the tensor served -> side-cars only the second model has."""
    added = set(found.added)
    modules: dict[str, list[str]] = {}
    for key in found.b:
        path, local = owner(key)
        modules.setdefault(path, []).append(local)
    out: dict[str, list[str]] = {}
    for path, names in modules.items():
        if len(names) > 1:
            dot = f"{path}." if path else ""
            for local, (target, _) in side_cars(tuple(names)).items():
                if dot + local in added:
                    out.setdefault(dot + target, []).append(dot + local)
    return out
