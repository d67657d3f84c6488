"""The order of a block's additions: what reads its own stream, what reads another, the feed-forward last.

A header keeps no order of execution. This is the convention of transformer blocks, with ties by name; the order is
inferred, never read.
"""

from __future__ import annotations

from collections.abc import Sequence

from archkb.ingest.analysis import Residual, Sublayers
from archkb.kb.paths import natural_name, part_path


def in_order(sublayers: Sublayers, group: Sequence[Residual]) -> list[Residual]:
    """The additions of one block in their inferred order; ties by name."""
    return sorted(group, key=lambda r: (_rank(sublayers, r), [natural_name(a) for a in r.around]))


def _rank(sublayers: Sublayers, r: Residual) -> tuple[int, int, bool]:
    """Attention within a width (self before cross), bridges between widths, the rest, feed-forwards; wider first."""
    path = part_path(r.block, r.around[0])
    attention = sublayers.attentions.get(path)
    if attention is not None:
        bridge = attention.attends.value == "cross" and attention.q_dim != attention.kv_dim
        return int(bridge), -(r.width or 0), attention.attends.value == "cross"
    last = path in sublayers.feed_forwards or r.block in sublayers.feed_forwards
    return (3 if last else 2), -(r.width or 0), False
