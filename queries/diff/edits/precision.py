"""Changes of dtype, said by blocks, with the side-cars that came with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from archkb.kb.keys import owner, side_cars
from archkb.kb.paths import pattern
from archkb.kb.wording import counted, listed, ranges
from archkb.queries.diff.align import Alignment, Pair
from archkb.queries.diff.align.model.words import features

SideCars = Mapping[str, Sequence[str]]

_PACKED = ("F8", "I8", "U8", "F4", "F6", "I4", "I32")
_FLOATS = ("F16", "BF16", "F32", "F64")
_STACKS = 3
"""Stacks a line names."""


@dataclass(frozen=True, slots=True)
class Retyped:
    """Tensors that went from one dtype to another, and side-cars only one of the models has for them."""

    text: str
    changed: tuple[tuple[str, str], ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]


def quantised(alignment: Alignment) -> list[Retyped]:
    """One entry for each change of dtype."""
    groups: dict[tuple[str, str], list[Pair]] = {}
    for pair in alignment.pairs:
        change = retyped(pair, alignment)
        if change is not None:
            groups.setdefault(change, []).append(pair)
    gained, lost = _side_cars(alignment.b, alignment.added), _side_cars(alignment.a, alignment.removed)
    return [_retype_edit(old, new, pairs, gained, lost, alignment) for (old, new), pairs in sorted(groups.items())]


def retyped(pair: Pair, alignment: Alignment) -> tuple[str, str] | None:
    """The dtypes before and after, if they differ; also of what was fused or split, where each side has one dtype."""
    old, new = {alignment.a[k].dtype for k in pair.a}, {alignment.b[k].dtype for k in pair.b}
    return (*old, *new) if len(old) == len(new) == 1 and old != new else None  # type: ignore[return-value]


def packs(pair: Pair, alignment: Alignment) -> bool:
    """Whether a float tensor was packed into another dtype or back: then its shape says how, and not how wide it is."""
    change = retyped(pair, alignment)
    return change is not None and sorted(_level(d) for d in change) == [0, 1]


def _level(dtype: str) -> int:
    """0 for floats as they are computed with, 1 for what weights are packed into, 2 for all else."""
    return 0 if dtype in _FLOATS else 1 if dtype.startswith(_PACKED) else 2


def _retype_edit(
    old: str, new: str, pairs: Sequence[Pair], gained: SideCars, lost: SideCars, alignment: Alignment
) -> Retyped:
    added = tuple(k for p in pairs for k in gained.get(p.b[0], ()))
    removed = tuple(k for p in pairs for k in lost.get(p.a[0], ()))
    matrices = all(_is_linear(p.b[0], alignment) for p in pairs)
    what = counted(sum(len(p.a) for p in pairs), "linear" if matrices else "tensor")
    packed, before = _level(new) == 1 and _level(old) == 0, _level(old) == 1 and _level(new) == 0
    verb = f"quantized to {new}" if packed else f"back from {old} to {new}" if before else f"retyped {old} -> {new}"
    text = f"{what} {verb}"
    where = _blocks([p.b[0] for p in pairs], alignment, old)
    if len(pairs) < len(alignment.pairs):
        text += f" in {where}" if where else f": {listed(pattern(p.b[0]) for p in pairs)}"
    text += f"; {len(added):,} quantization scales added" if added else ""
    text += f"; {len(removed):,} quantization scales removed" if removed else ""
    return Retyped(text, tuple((x, y) for p in pairs for x in p.a for y in p.b), added, removed)


def _is_linear(key: str, alignment: Alignment) -> bool:
    words = features(key.split("."))
    return len(alignment.b[key].shape) == 2 and key.endswith(".weight") and not {"tok", "pos"} & words.keys()


def _blocks(keys: Sequence[str], alignment: Alignment, old: str) -> str:
    """Blocks of the stacks the keys are in, those of the largest that were left, and how many keys are elsewhere."""
    stacks: dict[str, list[int]] = {}
    for key in keys:
        stack, index = _place(key)
        if index is not None:
            stacks.setdefault(stack, []).append(index)
    if not stacks:
        return ""
    order = sorted(stacks, key=lambda s: (-len(stacks[s]), s))[:_STACKS]
    said = [f"blocks {ranges(set(stacks[s]))} of {s}" for s in order]
    kept = (p.b[0] for p in alignment.one_to_one if alignment.a[p.a[0]].dtype == alignment.b[p.b[0]].dtype == old)
    left = {i for s, i in map(_place, kept) if s == order[0] and i is not None} - set(stacks[order[0]])
    said[0] += f", blocks {ranges(left)} left in {old}" if left else ""
    rest = len(keys) - sum(len(stacks[s]) for s in order)
    return "; ".join(said) + (f"; {rest:,} elsewhere" if rest else "")


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
