"""The modules of two models as rows that open and close, a box for each, partners beside each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from archkb.kb.outline import Box
from archkb.queries.diff.page.html_text import safe
from archkb.queries.diff.page.marks import SIGNS, WORDS, MarkFor, MarkName
from archkb.queries.diff.page.outline_pairs import Row

OPEN = 2
"""Levels that are open at first where something below them changed."""


@dataclass(frozen=True)
class Trees:
    """How rows are written. `forms`: of either model, what tells a block from others of its stack, by its path.

    `alone`: the rows are of one model, and there is no second column.
    """

    tell: MarkFor
    forms: tuple[Mapping[str, str], Mapping[str, str]]
    alone: bool = False

    def html(self, row: Row, level: int = 0) -> str:
        """A row and all below it."""
        source, target = row.a, row.b
        row_mark = self.tell(source.paths if source else (), target.paths if target else ())
        mark = row_mark.mark
        if mark == "same" and not (source and target) and not self.alone:
            mark = "renamed"  # its tensors have partners, in other modules
        if self.alone:
            side = 0 if source else 1
            pair = _box(source or target, mark, row_mark[1 + side], self.forms[side])
        else:
            source_box = _box(source, mark, row_mark.a, self.forms[0])
            target_box = _box(target, mark, row_mark.b, self.forms[1])
            pair = f'<div class="pair">{source_box}{target_box}</div>'
        if not row.children:
            return f'<div class="leaf">{pair}</div>'
        below = "".join(self.html(child, level + 1) for child in row.children)
        shown = " open" if level < OPEN and (level == 0 or mark in ("changed", "touched")) else ""
        return f'<details class="module"{shown}><summary>{pair}</summary><div>{below}</div></details>'


def _box(box: Box | None, mark: MarkName, note: str, forms: Mapping[str, str]) -> str:
    if box is None:
        return '<div class="none" aria-hidden="true"></div>'
    name = f"{box.name} ×{box.count}" if box.count > 1 else box.name
    facts = f"{box.kind}: {box.facts}" if box.facts else box.kind
    form = forms.get(box.path)
    sign = "" if mark == "apart" else f'<span class="sign" title="{WORDS[mark]}">{SIGNS[mark]}</span>'
    return (
        f'<div class="box {mark}" title="{safe(box.path)}">{sign}<b>{safe(name)}</b> '
        f'<span class="facts">{safe(facts)}</span>'
        + (f' <span class="form">{safe(form)}</span>' if form else "")
        + (f'<span class="note">{safe(note)}</span>' if note else "")
        + "</div>"
    )
