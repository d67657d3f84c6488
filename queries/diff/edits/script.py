"""The edit script of an alignment: what is new or gone, depths, sizes, dtypes, names. Read `edits`."""

from __future__ import annotations

from archkb.queries.diff.align import Alignment, Pair
from archkb.queries.diff.edits.depth import depths
from archkb.queries.diff.edits.edit import Edit
from archkb.queries.diff.edits.one_sided import news
from archkb.queries.diff.edits.precision import quantised
from archkb.queries.diff.edits.sizes import resized
from archkb.queries.diff.edits.unmatched_subtrees import Roots
from archkb.queries.path_wording import common


def edits(found: Alignment) -> tuple[Edit, ...]:
    """The edit script of an alignment; empty when nothing differs.

    What changed the architecture comes first, most tensors first, then dtypes, then names and the way of packing.
    """
    retyped = quantised(found)
    cars = {k for group in retyped for k in (*group.added, *group.removed)}
    gone = Roots.of("removed", (k for k in found.removed if k not in cars), found)
    new = Roots.of("added", (k for k in found.added if k not in cars), found)
    deep = list(depths(gone, new, found))
    told = {k for e in deep for k in (*e.removed, *e.added)}
    out = [*deep, *news(gone.without(told)), *news(new.without(told)), *resized(found)]
    out.sort(key=lambda e: -e.count)
    out += [Edit("retyped", g.text, g.removed, g.added, g.changed) for g in retyped]
    return (*out, *_packaging(found, alone=not out))


def _packaging(found: Alignment, *, alone: bool) -> list[Edit]:
    """Names and the way tensors are packed."""
    kinds = (("renamed", "rename"), ("fused", "fuse"), ("split", "split"), ("transposed", "transpose"))
    said: list[str] = []
    changed: list[tuple[str, str]] = []
    for verb, kind in kinds:
        members: list[Pair] = [p for p in found.pairs if p.kind == kind]
        if members:
            said.append(f"{len(members):,} {verb}")
            changed += [(x, y) for p in members for x in p.a for y in p.b]
    if not said:
        return []
    head = "identical architecture, " if alone else ""
    place = "" if alone else common(y for _, y in changed)
    text = f"{head}{', '.join(said)}{f' in {place}' if place else ''}"
    return [Edit("packaging", text, changed=tuple(changed))]
