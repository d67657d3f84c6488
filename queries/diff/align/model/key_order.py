"""The order tensors are written in. A file that keeps the order of definition says which of equal siblings is first.

Sorted keys (safetensors sorts within a dtype) and shuffled ones say nothing; both are recognised.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from archkb.queries.diff.align.model.weight_tree import Module, Node, natural

LOOSE = 1.5
"""Most runs of keys below one container, per container, of a file that keeps what belongs together."""
SORTED = 0.95
"""Share of neighbouring siblings in alphabetical order from which on keys count as sorted."""
FEW = 4
"""Neighbouring siblings there must be to tell."""
DTYPES = 8
"""Most stretches of sorted keys, one a dtype, that a sorted file falls into."""

SIBLING_GAP = 1e-4
"""What places in the two files that differ wholly take off: less than anything else says."""


def file_positions(keys: Sequence[str]) -> Mapping[str, int] | None:
    """Key -> its place, or None where the order says nothing of the model."""
    # sorted keys, one stretch a dtype, say nothing
    for by in (str, natural):
        drops = sum(by(p) > by(q) for p, q in pairwise(keys))  # type: ignore[operator]
        if drops < min(DTYPES, len(keys) / FEW):
            return None
    # shuffled keys do not keep a container's together
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
    # siblings in alphabetical order throughout were sorted too
    steps = [natural(p) < natural(q) for names in children.values() for p, q in pairwise(dict.fromkeys(names))]
    if len(steps) < FEW or sum(steps) >= SORTED * len(steps):
        return None
    return {key: i for i, key in enumerate(keys)}


def position_gaps(
    sources: Sequence[Node] | Sequence[Module], targets: Sequence[Node] | Sequence[Module]
) -> list[list[float]]:
    """For each of some siblings and each of others, how far their ranks in the order of the two files are apart."""
    source_ranks, target_ranks = _position_ranks(sources), _position_ranks(targets)
    largest = max(len(sources), len(targets)) ** 2
    return [[SIBLING_GAP * (p - q) ** 2 / largest for q in target_ranks] for p in source_ranks]


def _position_ranks(side: Sequence[Node] | Sequence[Module]) -> list[int]:
    """Rank of each by its place; equal places, equal ranks."""
    rank = {place: i for i, place in enumerate(sorted({x.file_position for x in side}))}
    return [rank[x.file_position] for x in side]
