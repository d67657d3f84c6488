"""The modules of two models as rows that open and close, a box for each, partners beside each other."""

from __future__ import annotations

from html import escape

from kb.outline import Box
from queries.diff.page.marks import SIGNS, WORDS, Marks, spelt
from queries.diff.page.pairs import Row

OPEN = 2
"""Levels that are open at first where something below them changed."""


def modules(row: Row, marks: Marks, level: int = 0) -> str:
    """HTML of a row and all below it."""
    counted = marks.of(row.a.paths if row.a else (), row.b.paths if row.b else ())
    mark = marks.mark(counted)
    if mark == "same" and not (row.a and row.b):
        mark = "renamed"  # its tensors have partners, in other modules
    note = spelt(counted) if mark not in ("same", "apart") else ""
    if marks.apart:
        pair = _box(row.a or row.b, mark, note)
    else:
        pair = f'<div class="pair">{_box(row.a, mark, note)}{_box(row.b, mark, note)}</div>'
    if not row.children:
        return f'<div class="leaf">{pair}</div>'
    below = "".join(modules(child, marks, level + 1) for child in row.children)
    shown = " open" if level < OPEN and (level == 0 or mark == "changed") else ""
    return f"<details{shown}><summary>{pair}</summary><div>{below}</div></details>"


def _box(box: Box | None, mark: str, note: str) -> str:
    if box is None:
        return '<div class="none" aria-hidden="true"></div>'
    name = f"{box.name} ×{box.count}" if box.count > 1 else box.name
    facts = f"{box.kind}: {box.facts}" if box.facts else box.kind
    sign = "" if mark == "apart" else f'<span class="sign" title="{WORDS[mark]}">{SIGNS[mark]}</span>'
    noted = f'<span class="note">{escape(note)}</span>' if note else ""
    return (
        f'<div class="box {mark}" title="{escape(box.path, quote=True)}">{sign}<b>{escape(name)}</b> '
        f'<span class="facts">{escape(facts)}</span>{noted}</div>'
    )
