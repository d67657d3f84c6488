"""A block as a picture: streams are lines from top to bottom, sublayers are boxes that read from and add to them.

The boxes are text that wraps. Beside each stands a drawing as high as the box, so that lines meet from row to row; the
rows of two blocks in a pair are rows of one grid.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from archkb.queries.diff.page.block_steps import BESIDE, UNNAMED, Block, Step
from archkb.queries.diff.page.html_text import cut, safe
from archkb.queries.diff.page.marks import SIGNS, WORDS, MarkName

FIRST, LANE, END, LINE = 11, 22, 24, 17
"""In pixels: where the first line is, how far the next, room before the boxes, height of a stream's name."""

TINTS = 6
"""Colours of streams in the style sheet."""

USUAL = ("video", "audio", "text")
"""Streams that have the same colour on every page."""


class Slot(NamedTuple):
    """A step in its row, with its mark and what is said of it."""

    step: Step
    mark: MarkName
    note: str


def tints(streams: Iterable[str]) -> dict[str, str]:
    """Stream -> class of its colour, one for a name wherever it runs; a stream without a name is grey."""
    others = [stream for stream in dict.fromkeys(streams) if stream not in (*USUAL, UNNAMED)]
    return {name: f"l{i % TINTS}" for i, name in enumerate((*USUAL, *others))} | {UNNAMED: "lx"}


def drawn(block: Block, slots: Sequence[Slot | None], tint: Mapping[str, str], caption: str) -> str:
    """The block as a figure of `len(slots) + 3` rows. `slots`: its steps, None where the other model alone has one."""
    lanes = {name: FIRST + i * LANE for i, name in enumerate(block.streams)}
    rail = FIRST + (len(lanes) - 1) * LANE + END
    lines = "".join(
        f'<line class="lane {tint[stream]}" x1="{x}" x2="{x}" y1="0" y2="100%"/>' for stream, x in lanes.items()
    )
    rows = "".join(_row(slot, lanes, rail, tint, lines) for slot in slots)
    return (
        f'<figure class="block" style="--rail:{rail}px;grid-row:span {len(slots) + 3}">'
        f"<figcaption>{caption}</figcaption>{_head(lanes, tint)}{rows}{_foot(lanes, tint)}</figure>"
    )


def grid(figures: Sequence[str]) -> str:
    """Two figures a row."""
    if len(figures) == 1:
        return f'<div class="pair drawn single">{figures[0]}</div>'
    return "".join(f'<div class="pair drawn">{"".join(figures[i : i + 2])}</div>' for i in range(0, len(figures), 2))


def _head(lanes: Mapping[str, int], tint: Mapping[str, str]) -> str:
    """The streams' names, each where its line begins."""
    parts = [
        f'<line class="lane {tint[s]}" x1="{x}" x2="{x}" y1="{i * LINE + 4}" y2="100%"/>'
        f'<text x="{x + 8}" y="{i * LINE + 14}">{safe(cut(s, 32))}</text>'
        for i, (s, x) in enumerate(lanes.items())
    ]
    return f'<div class="lanes" style="min-height:{len(lanes) * LINE}px"><svg>{"".join(parts)}</svg></div>'


def _foot(lanes: Mapping[str, int], tint: Mapping[str, str]) -> str:
    arrows = (f'<path class="lane {tint[s]}" d="M{x} 0 V13 m-4 -6 l4 6 l4 -6"/>' for s, x in lanes.items())
    return f'<svg class="ends" height="16" aria-hidden="true">{"".join(arrows)}</svg>'


def _row(slot: Slot | None, lanes: Mapping[str, int], rail: int, tint: Mapping[str, str], lines: str) -> str:
    if slot is None:
        return f'<div class="row gap"><svg class="rail" aria-hidden="true">{lines}</svg></div>'
    wires = _wires(slot.step, lanes, rail, tint)
    return f'<div class="row"><svg class="rail" aria-hidden="true">{lines}{wires}</svg>{_box(slot, len(lanes))}</div>'


def _wires(step: Step, lanes: Mapping[str, int], rail: int, tint: Mapping[str, str]) -> str:
    """A line from the stream at the top, one back at the bottom, and a dashed one from what is read besides."""
    if step.adds_to is None:
        return ""
    lane, tint_class = lanes[step.adds_to], tint[step.adds_to]
    out = f'<path class="wire {tint_class}" d="M{lane} 17 H{rail}"/>'
    if step.reads and step.reads in lanes and step.reads != step.adds_to:
        other_lane, other_class = lanes[step.reads], tint[step.reads]
        out += (
            f'<svg y="50%" overflow="visible"><circle class="tap {other_class}" cx="{other_lane}" cy="0" r="3"/>'
            f'<path class="wire reads {other_class}" d="M{other_lane} 0 H{rail - 1} m-5 -3 l5 3 l-5 3"/></svg>'
        )
    return out + (
        f'<svg y="100%" overflow="visible"><path class="wire {tint_class}" d="M{rail} -16 H{lane + 6}"/>'
        f'<circle class="add {tint_class}" cx="{lane}" cy="-16" r="6"/>'
        f'<path class="plus" d="M{lane - 3.5} -16 h7 m-3.5 -3.5 v7"/></svg>'
    )


def _box(slot: Slot, streams: int) -> str:
    step, mark, note = slot
    way = ""
    if step.adds_to is None:
        way = "" if step.function == BESIDE else "no addition found"
    elif streams > 1:
        way = f"adds to {step.adds_to}" + (f", reads {step.reads}" if step.reads else "")
    elif step.reads:
        way = f"reads {step.reads}"
    sign = "" if mark == "apart" else f'<span class="sign" title="{WORDS[mark]}">{SIGNS[mark]}</span>'
    spans = "".join(
        f'<span class="{css}">{safe(text)}</span>'
        for css, text in (("facts", step.facts), ("way", way), ("note", note))
        if text
    )
    return f'<div class="step {mark}"><b>{safe(step.title)}</b>{sign}{spans}</div>'
