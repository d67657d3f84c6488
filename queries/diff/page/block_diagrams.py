"""Block diagrams of two models in pairs, their like steps at one height."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from archkb.kb.paths import in_block, within
from archkb.kb.wording import counted
from archkb.queries.diff.align import Alignment
from archkb.queries.diff.page.block import BESIDE, Block, Step, blocks
from archkb.queries.diff.page.diagram_svg import Slot, drawn, grid, tints
from archkb.queries.diff.page.html_text import safe
from archkb.queries.diff.page.marks import Tell
from archkb.queries.model_view import Profile

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


def pictures(a: Profile, b: Profile, found: Alignment, tell: Tell, *, apart: bool) -> str:
    """HTML of the blocks of both models."""
    partner = {} if apart else {x: p.b[0] for p in found.pairs for x in p.a}
    ours, theirs = blocks(a), blocks(b)
    shown = [p for p in paired(ours, theirs, partner) if max(x.share for x in p if x) >= LEAST][:MOST]
    tint = tints(s for pair in shown for block in pair if block for s in block.streams)
    if not shown:
        return NONE
    if apart:
        return _apart(shown, tell, tint, (a.name, b.name))
    return KEY + "".join(_pair(x, y, partner, tell, tint, (a.name, b.name)) for x, y in shown)


def _apart(shown: Sequence[Pair], tell: Tell, tint: Mapping[str, str], names: tuple[str, str]) -> str:
    """Two designs: their largest stacks beside each other, then the other stacks of each."""
    out = "".join(_pair(x, y, {}, tell, tint, names) for x, y in shown if x and y)
    for side, name in enumerate(names):
        alone = [pair[side] for pair in shown if None in pair]
        figures = [drawn(x, [Slot(s, "apart", "") for s in x.steps], tint, caption(x)) for x in alone if x]
        if figures:
            out += f"<h3>Other stacks of {safe(name)}</h3>{grid(figures)}"
    return out


def paired(ours: Sequence[Block], theirs: Sequence[Block], partner: Mapping[str, str]) -> list[Pair]:
    """Blocks whose stacks hold each other's tensors together; of two designs the largest. The largest stack first.

    `partner`: key of a tensor of the first model -> of its partner; empty for two designs.
    """
    left = {block.stack: block for block in theirs}
    out: list[Pair] = []
    for block in ours:
        votes = Counter(
            stack for x, y in partner.items() if inside(x, block.stack) for stack in left if inside(y, stack)
        )
        best = max(votes, key=lambda s: (votes[s], len(s)), default=None)
        if not partner and not out and left:
            best = next(iter(left))
        out.append((block, left.pop(best) if best is not None else None))
    out += [(None, block) for block in left.values()]
    return sorted(out, key=lambda p: -max(x.share for x in p if x))


def inside(key: str, stack: str) -> str | None:
    """What follows the block's number in a key of a stack, None for other keys.

    >>> inside("layers.3.attn.q.weight", "layers"), inside("head.weight", "layers")
    ('attn.q.weight', None)
    """
    at = in_block(key, stack)
    return at[1] or None if at else None


def _pair(
    a: Block | None,
    b: Block | None,
    partner: Mapping[str, str],
    tell: Tell,
    tint: Mapping[str, str],
    names: tuple[str, str],
) -> str:
    homes = _homes(a, b, partner) if a and b else {}

    def belong(x: Step, y: Step) -> bool:
        if not partner or BESIDE in (x.function, y.function):
            return x.function == y.function
        return any((i, j) in homes for i in x.paths for j in y.paths)

    rows = aligned(a.steps if a else (), b.steps if b else (), belong)
    like = a.count if a and b and a.count == b.count else 1
    slots = [_slots(x, y, tell, like) for x, y in rows]
    figures = [
        drawn(block, [pair[side] for pair in slots], tint, caption(block))
        if block
        else _missing(names[side], len(rows) + 3)
        for side, block in enumerate((a, b))
    ]
    return f'<div class="pair drawn">{"".join(figures)}</div>'


def _missing(name: str, rows: int) -> str:
    said = f"{safe(name)} has no stack like this one"
    return f'<figure class="none" style="grid-row:span {rows}"><figcaption>{said}</figcaption></figure>'


def _homes(a: Block, b: Block, partner: Mapping[str, str]) -> set[tuple[str, str]]:
    """Pairs of sublayers (paths in the blocks that are drawn) that hold each other's tensors in any block."""
    out = set()
    ours, theirs = ([p for s in block.steps if s.function != BESIDE for p in s.paths] for block in (a, b))
    for x, y in partner.items():
        left, right = inside(x, a.stack), inside(y, b.stack)
        if left is not None and right is not None:
            i = next((p for p in ours if within(f"{a.path}.{left}", p)), None)
            j = next((p for p in theirs if within(f"{b.path}.{right}", p)), None)
            if i and j:
                out.add((i, j))
    return out


def _slots(a: Step | None, b: Step | None, tell: Tell, blocks: int) -> tuple[Slot | None, Slot | None]:
    told = tell(a.like if a else (), b.like if b else (), blocks)
    return Slot(a, told.mark, told.a) if a else None, Slot(b, told.mark, told.b) if b else None


def aligned(
    ours: Sequence[Step], theirs: Sequence[Step], belong: Callable[[Step, Step], bool]
) -> list[tuple[Step | None, Step | None]]:
    """Steps of both in rows: those that belong together share one, others stand alone; no order is changed."""
    rows: list[tuple[Step | None, Step | None]] = []
    at = 0
    for step in ours:
        j = next((k for k in range(at, len(theirs)) if belong(step, theirs[k])), None)
        if j is None:
            rows.append((step, None))
            continue
        rows += [(None, other) for other in theirs[at:j]]
        rows.append((step, theirs[j]))
        at = j + 1
    return rows + [(None, other) for other in theirs[at:]]


def caption(block: Block) -> str:
    """Where the stack is and how much of the model; of forms that are not drawn, what tells them from this one."""
    lines = [f"<b>{safe(block.stack)}</b> × {block.depth}, {block.share:.1%} of the parameters"]
    if len(block.others) > FEW:
        number = block.path.rpartition(".")[2]
        lines.append(f"drawn: block {safe(number)}; the blocks are of {counted(len(block.others) + 1, 'form')}")
    elif block.others:
        lines.append(f"drawn: the form of {block.count} of {counted(block.depth, 'block')}")
        lines += [f"{counted(len(f.paths), 'block')} ({safe(f.numbers)}): {safe(f.said)}" for f in block.others]
    return "<br>".join(lines)
