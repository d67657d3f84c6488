"""The edit script of an alignment: what is new or gone, depths, sizes, dtypes, names. Read `edits`."""

from __future__ import annotations

from archkb.queries.diff.align import Alignment, Pair
from archkb.queries.diff.edits.depth import depths
from archkb.queries.diff.edits.edit import Edit
from archkb.queries.diff.edits.one_sided import one_sided_edits
from archkb.queries.diff.edits.precision import quantised
from archkb.queries.diff.edits.sizes import resized
from archkb.queries.diff.edits.unmatched_subtrees import UnmatchedSubtrees
from archkb.queries.path_wording import common


def edits(alignment: Alignment) -> tuple[Edit, ...]:
    """The edit script of an alignment; empty when nothing differs.

    What changed the architecture comes first, most tensors first, then dtypes, then names and the way of packing.
    """
    retyped = quantised(alignment)
    cars = {k for group in retyped for k in (*group.added, *group.removed)}
    gone = UnmatchedSubtrees.of("removed", (k for k in alignment.removed if k not in cars), alignment)
    new = UnmatchedSubtrees.of("added", (k for k in alignment.added if k not in cars), alignment)
    deep = list(depths(gone, new, alignment))
    reported = {k for e in deep for k in (*e.removed, *e.added)}
    out = [
        *deep,
        *one_sided_edits(gone.without(reported)),
        *one_sided_edits(new.without(reported)),
        *resized(alignment),
    ]
    out.sort(key=lambda e: -e.count)
    out += [Edit("retyped", g.text, g.removed, g.added, g.changed) for g in retyped]
    return (*out, *_packaging(alignment, alone=not out))


def _packaging(alignment: Alignment, *, alone: bool) -> list[Edit]:
    """Names and the way tensors are packed."""
    kinds = (("renamed", "rename"), ("fused", "fuse"), ("split", "split"), ("transposed", "transpose"))
    changes: list[str] = []
    changed: list[tuple[str, str]] = []
    for verb, kind in kinds:
        members: list[Pair] = [p for p in alignment.pairs if p.kind == kind]
        if members:
            changes.append(f"{len(members):,} {verb}")
            changed += [(x, y) for p in members for x in p.a for y in p.b]
    if not changes:
        return []
    head = "identical architecture, " if alone else ""
    place = "" if alone else common(y for _, y in changed)
    text = f"{head}{', '.join(changes)}{f' in {place}' if place else ''}"
    return [Edit("packaging", text, changed=tuple(changed))]
