"""What became of each tensor, in words that are counted."""

from __future__ import annotations

from archkb.queries.diff.align.alignment import Alignment, Pair
from archkb.queries.diff.edits.precision import retyped

KINDS = ("renamed", "reshaped", "retyped", "regrouped")


def changes(pair: Pair, alignment: Alignment) -> list[str]:
    """What happened to a pair, of :data:`KINDS`; empty where nothing did. A tensor may have changed in several ways.

    regrouped: fused, split, or stored with its axes exchanged.
    """
    if pair.kind == "transpose" or len(pair.a) != 1 or len(pair.b) != 1:
        return ["regrouped", "retyped"] if retyped(pair, alignment) else ["regrouped"]
    before, after = alignment.a[pair.a[0]], alignment.b[pair.b[0]]
    ways = (
        ("renamed", pair.a != pair.b),
        ("reshaped", before.shape != after.shape),
        ("retyped", before.dtype != after.dtype),
    )
    return [name for name, is_so in ways if is_so]


def tally(alignment: Alignment) -> dict[str, int]:
    """Tensors by what became of them: unchanged, the :data:`KINDS` (those of the first model), removed, added."""
    out = {"unchanged": alignment.unchanged, **dict.fromkeys(KINDS, 0)}
    for pair in alignment.pairs:
        for change in changes(pair, alignment):
            out[change] += len(pair.a)
    return out | {"removed": len(alignment.removed), "added": len(alignment.added)}
