"""The order tensors are written in. A file that keeps the order of definition says which of equal siblings is first.

Sorted keys (safetensors sorts within a dtype) and shuffled ones say nothing; both are recognised.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from archkb.queries.diff.align.model.weight_tree import natural

LOOSE = 1.5
"""Most runs of keys below one container, per container, of a file that keeps what belongs together."""
SORTED = 0.95
"""Share of neighbouring siblings in alphabetical order from which on keys count as sorted."""
FEW = 4
"""Neighbouring siblings there must be to tell."""
DTYPES = 8
"""Most stretches of sorted keys, one a dtype, that a sorted file falls into."""


def file_positions(keys: Sequence[str]) -> Mapping[str, int] | None:
    """Key -> its place, or None where the order says nothing of the model."""
    for by in (str, natural):
        drops = sum(by(p) > by(q) for p, q in pairwise(keys))  # type: ignore[operator]
        if drops < min(DTYPES, len(keys) / FEW):
            return None
    runs = 0
    containers: set[str] = set()
    last: tuple[str, ...] = ()
    children: dict[str, list[str]] = {}
    for key in keys:
        parts = key.split(".")
        containers_above = tuple(".".join(parts[:i]) for i in range(1, len(parts)))
        runs += sum(i >= len(last) or last[i] != p for i, p in enumerate(containers_above))
        containers.update(containers_above)
        last = containers_above
        for parent, name in zip(("", *containers_above), parts, strict=True):
            if not name.isdigit():
                children.setdefault(parent, []).append(name)
    if containers and runs > LOOSE * len(containers):
        return None
    steps = [natural(p) < natural(q) for some in children.values() for p, q in pairwise(dict.fromkeys(some))]
    if len(steps) < FEW or sum(steps) >= SORTED * len(steps):
        return None
    return {key: i for i, key in enumerate(keys)}
