"""Block diagrams of two models in pairs, their like steps at one height."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from html import escape

from queries.diff.align import Alignment
from queries.diff.page.block import Block, Step, blocks
from queries.diff.page.marks import Marks, spelt
from queries.diff.page.svg import Slot, svg
from queries.diff.profile import Profile

Pair = tuple[Block | None, Block | None]

MOST, LEAST = 6, 0.005
"""Pairs of stacks that are drawn at most, and the least share of either model's elements such a stack has."""


def pictures(a: Profile, b: Profile, found: Alignment, marks: Marks) -> str:
    """HTML of the blocks of both models."""
    partner = {} if marks.apart else {x: p.b[0] for p in found.pairs for x in p.a}
    ours, theirs = blocks(a), blocks(b)
    drawn = [p for p in paired(ours, theirs, partner) if max(x.share for x in p if x) >= LEAST]
    rows = [_pair(x, y, partner, marks) for x, y in drawn[:MOST]]
    return "".join(rows) or "<p>No residual addition was found in a stack of either model: no block is drawn.</p>"


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
    if not key.startswith(f"{stack}."):
        return None
    index, _, rest = key[len(stack) + 1 :].partition(".")
    return rest if index.isdigit() and rest else None


def _pair(a: Block | None, b: Block | None, partner: Mapping[str, str], marks: Marks) -> str:
    homes = _homes(a, b, partner) if a and b else {}

    def belong(x: Step, y: Step) -> bool:
        return any((i, j) in homes for i in x.paths for j in y.paths) if partner else x.function == y.function

    rows = aligned(a.steps if a else (), b.steps if b else (), belong)
    slots = [_slots(x, y, marks) for x, y in rows]
    left, right = ([pair[side] for pair in slots] for side in (0, 1))
    return f'<div class="pair">{_figure(a, left)}{_figure(b, right)}</div>'


def _homes(a: Block, b: Block, partner: Mapping[str, str]) -> set[tuple[str, str]]:
    """Pairs of sublayers (paths in the blocks that are drawn) that hold each other's tensors in any block."""
    out = set()
    ours, theirs = ([p for s in block.steps for p in s.paths] for block in (a, b))
    for x, y in partner.items():
        left, right = inside(x, a.stack), inside(y, b.stack)
        if left is not None and right is not None:
            i = next((p for p in ours if f"{a.path}.{left}".startswith(f"{p}.")), None)
            j = next((p for p in theirs if f"{b.path}.{right}".startswith(f"{p}.")), None)
            if i and j:
                out.add((i, j))
    return out


def _slots(a: Step | None, b: Step | None, marks: Marks) -> tuple[Slot | None, Slot | None]:
    counted = marks.of(a.like if a else (), b.like if b else ())
    mark = marks.mark(counted)
    note = spelt(counted) if mark not in ("same", "apart") else ""
    return Slot(a, mark, note) if a else None, Slot(b, mark, note) if b else None


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


def _figure(block: Block | None, slots: Sequence[Slot | None]) -> str:
    if block is None:
        return '<figure class="none"><figcaption>no partner</figcaption></figure>'
    like = f", {block.count} of {block.depth} blocks are like this" if block.count != block.depth else ""
    caption = f"<b>{escape(block.stack)}</b> × {block.depth}{like}; {block.share:.1%} of the elements"
    return f"<figure>{svg(block, slots)}<figcaption>{caption}</figcaption></figure>"
