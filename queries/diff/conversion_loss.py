"""What a converted checkpoint has not of the one it was made from; names and the way of packing are no loss."""

from __future__ import annotations

from archkb.queries.diff.comparison import Diff


def first_loss(diff: Diff) -> str | None:
    """The first tensor that was lost, reshaped, made up or stored in another dtype; None where there is none."""
    if diff.same:
        return None
    if diff.apart:
        return f"{diff.b} is no conversion of {diff.a}: few of their tensors have a partner"
    alignment = diff.alignment
    if alignment.removed:
        return f"lost in {diff.b}: {alignment.removed[0]} and {len(alignment.removed) - 1} more".replace(
            " and 0 more", ""
        )
    for pair in alignment.reshaped:
        before, after = alignment.a[pair.a[0]].shape, alignment.b[pair.b[0]].shape
        return f"reshaped in {diff.b}: {pair.a[0]}, {list(before)} became {list(after)}"
    if alignment.added:
        return f"not in {diff.a}: {alignment.added[0]} and {len(alignment.added) - 1} more".replace(" and 0 more", "")
    for pair in alignment.pairs:
        before_, after_ = {alignment.a[k].dtype for k in pair.a}, {alignment.b[k].dtype for k in pair.b}
        if before_ != after_:
            return f"stored otherwise in {diff.b}: {pair.a[0]}, {min(before_)} became {min(after_)}"
    return None
