"""An adapter and its base: what it changes is marked in the base, and what it does not change is told after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from archkb.kb.paths import within
from archkb.kb.wording import counted, listed
from archkb.queries.diff.comparison import Adaptation, Touch
from archkb.queries.diff.page.aspects_table import rows
from archkb.queries.diff.page.block_diagrams import LEAST, MOST, NONE, caption
from archkb.queries.diff.page.block_steps import Block, blocks
from archkb.queries.diff.page.diagram_svg import Slot, drawn, grid, tints
from archkb.queries.diff.page.html_text import opens, safe
from archkb.queries.diff.page.marks import WORDS, Mark, count_above
from archkb.queries.model_view import ModelView

MANY = 20
"""Rows of changed layers that are shown at once."""


@dataclass(frozen=True)
class Touched:
    """Tells what an adapter changes. `ranks`: path of a module of the base -> rank; `counts`: how many at and below.

    A :class:`archkb.queries.diff.page.marks.MarkFor` for rows of the base alone, whichever column they stand in.
    """

    ranks: dict[str, int | None]
    counts: dict[str, Counter[str]]

    def __call__(self, source: Sequence[str], target: Sequence[str], blocks: int = 1) -> Mark:
        paths = source or target
        changed = sum(self.counts[path].total() for path in paths if path in self.counts)
        if not changed:
            return Mark("same")
        text = f"{WORDS['touched']}: {counted(changed, 'layer')}"
        ranks = [self.ranks[path] for path in paths if path in self.ranks]
        if ranks:
            text = f"{WORDS['touched']}: {_ranks(ranks)}"
        return Mark("touched", text, text)

    def below(self, paths: Sequence[str]) -> list[tuple[str, int | None]]:
        """Modules at or below these paths that are changed, named from there, with their ranks."""
        return [
            (path[len(root) :].removeprefix("."), rank)
            for root in paths
            if root in self.counts
            for path, rank in self.ranks.items()
            if within(path, root)
        ]


def touched(adaptation: Adaptation) -> Touched:
    """What the adapter changes of its base, by module."""
    counts: dict[str, Counter[str]] = {}
    for path, _ in adaptation.ranks:
        count_above(counts, path, ["touched"])
    return Touched(dict(adaptation.ranks), counts)


def _ranks(ranks: Sequence[int | None]) -> str:
    return f"rank {listed(['unknown' if r is None else str(r) for r in ranks], 3)}"


def summary(adaptation: Adaptation) -> str:
    """HTML of what the adapter changes, as a table, and of what would change nothing."""
    idle = sum(n.count for n in adaptation.no_ops)
    html = (
        f"<p><b>{safe(adaptation.adapter)}</b> changes {counted(adaptation.touched, 'layer')} of "
        f"<b>{safe(adaptation.base)}</b>, {adaptation.share:.1%} of its parameters. "
        + (
            f"{idle:,} of its {counted(adaptation.targets, 'target')} would change nothing."
            if idle
            else "Every target is there."
        )
        + "</p>"
    )
    html += "".join(
        f"<p>{counted(n, 'tensor')} of no target: <code>{safe(name)}</code>.</p>" for name, n in adaptation.beside
    )
    if adaptation.no_ops:
        items = (
            f'<li class="removed"><span title="no effect">−</span> {safe(n.pattern)}: '
            f"{counted(n.count, 'target')}, {safe(n.why)}</li>"
            for n in adaptation.no_ops
        )
        html += f'<ul class="edits">{"".join(items)}</ul>'
    groups: dict[tuple[object, ...], list[Touch]] = {}
    for touch in adaptation.touches:
        key = (_place_and_name(touch.pattern)[0], touch.kind, touch.touched, touch.total, touch.ranks, touch.where)
        groups.setdefault(key, []).append(touch)
    body = [("", _touch_cells(group)) for group in groups.values()]
    out = rows(("layers", "changed", "rank"), body[:MANY], "first") if body else ""
    if len(body) > MANY:
        out += opens(f"and {len(body) - MANY:,} more", rows(("layers", "changed", "rank"), body[MANY:], "first"))
    return html + out


def _place_and_name(pattern: str) -> tuple[str, str]:
    """Where a layer is, and its name with the numbers behind it.

    >>> _place_and_name("blocks.{i}.attn.to_out.{i}")
    ('blocks.{i}.attn', 'to_out.{i}')
    """
    names = pattern.split(".")
    name_index = next((i for i in reversed(range(len(names))) if names[i] != "{i}"), 0)
    return ".".join(names[:name_index]), ".".join(names[name_index:])


def _touch_cells(group: Sequence[Touch]) -> list[str]:
    """Layers of one place of which the same is said."""
    first = group[0]
    where = f", in {first.where}" if first.where and first.touched < first.total else ""
    ranks = ", ".join(
        f"{'unknown' if r is None else r}" + (f" × {n}" if len(first.ranks) > 1 else "") for r, n in first.ranks
    )
    names = ", ".join(_place_and_name(x.pattern)[1] for x in group)
    each = " each" if len(group) > 1 else ""
    place = _place_and_name(first.pattern)[0]
    head = f"<small>{safe(place)}</small> {safe(names)}" if place else safe(names)
    return [head, safe(f"{first.touched} of {first.total} {first.kind}{each}{where}"), safe(ranks)]


def base_diagrams(base: ModelView, adapted: Touched) -> str:
    """HTML of the base's blocks, those the adapter changes first; the others open on demand."""
    shown = [block for block in blocks(base) if block.share >= LEAST]
    tint = tints(s for block in shown for s in block.streams)

    def figure(block: Block) -> str:
        slots = [
            Slot(s, change.mark, _where(change, s.in_all_blocks, adapted, block))
            for s in block.steps
            for change in [adapted(s.in_all_blocks, ())]
        ]
        return drawn(block, slots, tint, caption(block))

    first = [b for b in shown if adapted((b.stack,), ()).mark == "touched"][:MOST]
    rest = [b for b in shown if b not in first][:MOST]
    out = grid([figure(b) for b in first])
    if rest:
        out += opens(f"{counted(len(rest), 'stack')} the adapter does not change", grid([figure(b) for b in rest]))
    return out or NONE


def _where(mark: Mark, paths: Sequence[str], adapted: Touched, block: Block) -> str:
    """Which layers of a sublayer are changed, in how many of the blocks like this one, and at which rank."""
    below = adapted.below(paths)
    if mark.mark != "touched" or not below:
        return ""
    in_blocks = sum(path in adapted.counts for path in paths)
    names = listed([name or "itself" for name, _ in below], 6)
    share = f" in {in_blocks} of {counted(block.count, 'block')}" if len(paths) == block.count else ""
    return f"{WORDS['touched']}: {names}{share}, {_ranks([rank for _, rank in below])}"
