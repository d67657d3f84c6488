"""What became of each tensor, in words that are counted."""

from __future__ import annotations

from archkb.queries.diff.align import Alignment, Pair
from archkb.queries.diff.edits.precision import retyped

KINDS = ("renamed", "reshaped", "retyped", "regrouped")


def changes(pair: Pair, found: Alignment) -> list[str]:
    """What happened to a pair, of :data:`KINDS`; empty where nothing did. A tensor may have changed in several ways.

    regrouped: fused, split, or stored with its axes exchanged.
    """
    if pair.kind == "transpose" or len(pair.a) != 1 or len(pair.b) != 1:
        return ["regrouped", "retyped"] if retyped(pair, found) else ["regrouped"]
    x, y = found.a[pair.a[0]], found.b[pair.b[0]]
    said = (("renamed", pair.a != pair.b), ("reshaped", x.shape != y.shape), ("retyped", x.dtype != y.dtype))
    return [name for name, is_so in said if is_so]


def tally(found: Alignment) -> dict[str, int]:
    """Tensors by what became of them: unchanged, the :data:`KINDS` (those of the first model), removed, added."""
    out = {"unchanged": found.unchanged, **dict.fromkeys(KINDS, 0)}
    for pair in found.pairs:
        for change in changes(pair, found):
            out[change] += len(pair.a)
    return out | {"removed": len(found.removed), "added": len(found.added)}
