"""Block diagrams of two models in pairs, their like steps at one height."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from archkb.kb.paths import in_block, within
from archkb.kb.wording import counted
from archkb.queries.diff.align.alignment import Alignment
from archkb.queries.diff.page.block_steps import BESIDE, Block, Step, blocks
from archkb.queries.diff.page.diagram_svg import Slot, drawn, grid, tints
from archkb.queries.diff.page.html_text import safe
from archkb.queries.diff.page.marks import MarkFor
from archkb.queries.model_view import ModelView

Pair = tuple[Block | None, Block | None]

MOST, LEAST = 6, 0.005
"""Pairs of stacks that are drawn at most, and the least share of either model's parameters such a stack has."""

FEW = 2
"""Forms of a stack that are told one by one."""

NONE = "<p>No residual addition was found in a stack of either model: no block is drawn.</p>"

KEY = (
    '<p class="key">A block of each stack: lines are streams, boxes are sublayers that read from them and add to '
    "them. <b>+ n tensors</b>: only this side has them, in all blocks together; <b>− n tensors</b>: only the other "
    "has them.</p>"
)


def block_diagrams(
    source: ModelView, target: ModelView, alignment: Alignment, mark_for: MarkFor, *, apart: bool
) -> str:
    """HTML of the blocks of both models."""
    partner = {} if apart else {key: pair.b[0] for pair in alignment.pairs for key in pair.a}
    source_blocks, target_blocks = blocks(source), blocks(target)
    pairs = paired(source_blocks, target_blocks, partner)
    shown = [pair for pair in pairs if max(block.share for block in pair if block) >= LEAST][:MOST]
    tint = tints(s for pair in shown for block in pair if block for s in block.streams)
    if not shown:
        return NONE
    if apart:
        return _apart(shown, mark_for, tint, (source.name, target.name))
    return KEY + "".join(
        _pair(source_block, target_block, partner, mark_for, tint, (source.name, target.name))
        for source_block, target_block in shown
    )


def _apart(shown: Sequence[Pair], mark_for: MarkFor, tint: Mapping[str, str], names: tuple[str, str]) -> str:
    """Two designs: their largest stacks beside each other, then the other stacks of each."""
    out = "".join(_pair(x, y, {}, mark_for, tint, names) for x, y in shown if x and y)
    for side, name in enumerate(names):
        alone = [pair[side] for pair in shown if None in pair]
        figures = [drawn(x, [Slot(s, "apart", "") for s in x.steps], tint, caption(x)) for x in alone if x]
        if figures:
            out += f"<h3>Other stacks of {safe(name)}</h3>{grid(figures)}"
    return out


def paired(sources: Sequence[Block], targets: Sequence[Block], partner: Mapping[str, str]) -> list[Pair]:
    """Blocks whose stacks hold each other's tensors together; of two designs the largest. The largest stack first.

    `partner`: key of a tensor of the first model -> of its partner; empty for two designs.
    """
    left = {block.stack: block for block in targets}
    out: list[Pair] = []
    for block in sources:
        votes = Counter(
            stack
            for source_key, target_key in partner.items()
            if inside(source_key, block.stack)
            for stack in left
            if inside(target_key, stack)
        )
        best = max(votes, key=lambda s: (votes[s], len(s)), default=None)
        if not partner and not out and left:
            best = next(iter(left))
        out.append((block, left.pop(best) if best is not None else None))
    out += [(None, block) for block in left.values()]
    return sorted(out, key=lambda pair: -max(block.share for block in pair if block))


def inside(key: str, stack: str) -> str | None:
    """What follows the block's number in a key of a stack, None for other keys.

    >>> inside("layers.3.attn.q.weight", "layers"), inside("head.weight", "layers")
    ('attn.q.weight', None)
    """
    place = in_block(key, stack)
    return place[1] or None if place else None


def _pair(
    source: Block | None,
    target: Block | None,
    partner: Mapping[str, str],
    mark_for: MarkFor,
    tint: Mapping[str, str],
    names: tuple[str, str],
) -> str:
    homes = _homes(source, target, partner) if source and target else {}

    def belong(step: Step, other: Step) -> bool:
        if not partner or BESIDE in (step.function, other.function):
            return step.function == other.function
        return any((i, j) in homes for i in step.paths for j in other.paths)

    rows = aligned(source.steps if source else (), target.steps if target else (), belong)
    block_count = source.count if source and target and source.count == target.count else 1
    slots = [_slots(step, other, mark_for, block_count) for step, other in rows]
    figures = [
        drawn(block, [pair[side] for pair in slots], tint, caption(block))
        if block
        else _missing(names[side], len(rows) + 3)
        for side, block in enumerate((source, target))
    ]
    return f'<div class="pair drawn">{"".join(figures)}</div>'


def _missing(name: str, rows: int) -> str:
    text = f"{safe(name)} has no stack like this one"
    return f'<figure class="none" style="grid-row:span {rows}"><figcaption>{text}</figcaption></figure>'


def _homes(source: Block, target: Block, partner: Mapping[str, str]) -> set[tuple[str, str]]:
    """Pairs of sublayers (paths in the blocks that are drawn) that hold each other's tensors in any block."""
    out = set()
    source_paths, target_paths = (
        [p for s in block.steps if s.function != BESIDE for p in s.paths] for block in (source, target)
    )
    for source_key, target_key in partner.items():
        source_tail, target_tail = inside(source_key, source.stack), inside(target_key, target.stack)
        if source_tail is not None and target_tail is not None:
            source_path = next((p for p in source_paths if within(f"{source.path}.{source_tail}", p)), None)
            target_path = next((p for p in target_paths if within(f"{target.path}.{target_tail}", p)), None)
            if source_path and target_path:
                out.add((source_path, target_path))
    return out


def _slots(source: Step | None, target: Step | None, mark_for: MarkFor, blocks: int) -> tuple[Slot | None, Slot | None]:
    mark = mark_for(source.in_all_blocks if source else (), target.in_all_blocks if target else (), blocks)
    return Slot(source, mark.mark, mark.a) if source else None, Slot(target, mark.mark, mark.b) if target else None


def aligned(
    sources: Sequence[Step], targets: Sequence[Step], belong: Callable[[Step, Step], bool]
) -> list[tuple[Step | None, Step | None]]:
    """Steps of both in rows: those that belong together share one, others stand alone; no order is changed."""
    rows: list[tuple[Step | None, Step | None]] = []
    next_row = 0
    for step in sources:
        partner = next((k for k in range(next_row, len(targets)) if belong(step, targets[k])), None)
        if partner is None:
            rows.append((step, None))
            continue
        rows += [(None, other) for other in targets[next_row:partner]]
        rows.append((step, targets[partner]))
        next_row = partner + 1
    return rows + [(None, other) for other in targets[next_row:]]


def caption(block: Block) -> str:
    """Where the stack is and how much of the model; of forms that are not drawn, what tells them from this one."""
    lines = [f"<b>{safe(block.stack)}</b> × {block.depth}, {block.share:.1%} of the parameters"]
    if len(block.others) > FEW:
        number = block.path.rpartition(".")[2]
        lines.append(f"drawn: block {safe(number)}; the blocks are of {counted(len(block.others) + 1, 'form')}")
    elif block.others:
        lines.append(f"drawn: the form of {block.count} of {counted(block.depth, 'block')}")
        lines += [f"{counted(len(f.paths), 'block')} ({safe(f.numbers)}): {safe(f.difference)}" for f in block.others]
    return "<br>".join(lines)
