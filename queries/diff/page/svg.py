"""A block as a picture: streams are lines from top to bottom, sublayers are boxes that read from and add to them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from queries.diff.page.block import Block, Step
from queries.diff.page.marks import SIGNS, WORDS

WIDTH, ROW, TOP, LANE, GAP = 520, 76, 34, 26, 22
"""Sizes in units of the drawing: its width, a step's height, room for names, distance of lines, room before boxes."""


class Slot(NamedTuple):
    """A step in its row, with the mark and the counts of what became of it."""

    step: Step
    mark: str
    note: str


def svg(block: Block, slots: Sequence[Slot | None]) -> str:
    """The block as an SVG. `slots`: its steps in rows, None where the other model alone has one."""
    lanes = {name: 16 + i * LANE for i, name in enumerate(block.streams)}
    left = 16 + (len(lanes) - 1) * LANE + GAP
    height = TOP + 18 * len(lanes) + ROW * len(slots) + 14
    start = TOP + 18 * len(lanes) - 18
    parts = [_lane(name, x, i, start, height) for i, (name, x) in enumerate(lanes.items())]
    for i, slot in enumerate(slots):
        if slot is not None:
            parts.append(_step(slot, lanes, left, start + i * ROW + 6))
    said = "; ".join(f"{s.title}, {s.facts}, added to {s.adds_to}" for s in block.steps)
    label = escape(f"Block of {block.stack}: {said}", quote=True)
    return (
        f'<svg class="block" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{label}">'
        + "".join(parts)
        + "</svg>"
    )


def _lane(name: str, x: int, i: int, start: int, height: int) -> str:
    y = 14 + 18 * i
    return (
        f'<text class="lane-name" x="{x + 8}" y="{y}">{escape(name)}</text>'
        f'<path class="lane l{i % 4}" d="M{x} {y - 8} V{height - 4} m-4 -6 l4 6 l4 -6"/>'
    )


def _step(slot: Slot, lanes: dict[str, int], left: int, y: int) -> str:
    step, mark, note = slot
    x = lanes[step.adds_to]
    lane = list(lanes).index(step.adds_to) % 4
    box, middle = ROW - 22, y + (ROW - 22) / 2
    parts = [
        f'<path class="wire l{lane}" d="M{x} {y + 12} H{left}"/>',
        f'<path class="wire l{lane}" d="M{left} {y + box - 10} H{x + 6}"/>',
        f'<circle class="add l{lane}" cx="{x}" cy="{y + box - 10}" r="6"/>',
        f'<path class="plus" d="M{x - 3.5} {y + box - 10} h7 m-3.5 -3.5 v7"/>',
    ]
    if step.reads and step.reads in lanes and step.reads != step.adds_to:
        other = lanes[step.reads]
        index = list(lanes).index(step.reads) % 4
        parts.append(f'<circle class="tap l{index}" cx="{other}" cy="{middle}" r="3"/>')
        parts.append(f'<path class="wire reads l{index}" d="M{other} {middle} H{left - 1} m-5 -3 l5 3 l-5 3"/>')
    sign = "" if mark == "apart" else f'<text class="sign" x="{WIDTH - 12}" y="{y + 20}">{SIGNS[mark]}</text>'
    noted = f'<text class="note" x="{left + 10}" y="{y + 49}">{escape(f"{WORDS[mark]} {note}")}</text>' if note else ""
    facts = step.facts + (f", reads {step.reads}" if step.reads else "")
    return (
        "".join(parts) + f'<g class="{mark}"><title>{escape(f"{step.title}: {WORDS[mark]} {note}")}</title>'
        f'<rect x="{left}" y="{y}" width="{WIDTH - left - 2}" height="{box}" rx="6"/>'
        f'<text class="title" x="{left + 10}" y="{y + 19}">{escape(_cut(step.title, 52))}</text>{sign}'
        f'<text class="facts" x="{left + 10}" y="{y + 35}">{escape(_cut(facts, 68))}</text>{noted}</g>'
    )


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
