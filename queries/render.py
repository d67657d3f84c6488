"""An answer as text: a table for people, JSON and CSV for programs, Markdown for documents.

JSON is a contract: an array of objects, one a row, keys are the columns in order, values as the store gave them. In a
table and in Markdown indices are ranges, sizes have units, and a null that nothing could prove reads 'unknown'.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from io import StringIO
from typing import Any

from queries.answer import Answer
from queries.cells import cell, width

FORMATS = ("table", "json", "csv", "markdown")
_GAP = "  "
_NARROWEST = 12


def render(answer: Answer, format: str = "table", *, columns: int | None = None) -> str:
    """The answer as text that ends with a line break, in one of :data:`FORMATS`. A table is wrapped to `columns`."""
    if format == "table":
        return table(answer, columns)
    makers: dict[str, Callable[[Answer], str]] = {"json": as_json, "csv": as_csv, "markdown": as_markdown}
    return makers[format](answer)


def as_json(answer: Answer) -> str:
    """An array of objects; NaN and infinities, which JSON has not, are null."""
    records = [json.dumps(_finite(r), ensure_ascii=False) for r in answer.records()]
    return "[\n " + ",\n ".join(records) + "\n]\n" if records else "[]\n"


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(v) for v in value]
    return value


def as_csv(answer: Answer) -> str:
    """RFC 4180 with a header and bare line feeds; null is empty, lists and maps are JSON text."""
    import csv

    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(answer.columns)
    for row in answer.rows:
        writer.writerow([_csv_cell(value) for value in row])
    return out.getvalue()


def _csv_cell(value: Any) -> Any:
    return json.dumps(_finite(value), ensure_ascii=False) if isinstance(value, (list, tuple, dict, bool)) else value


def as_markdown(answer: Answer) -> str:
    """A pipe table."""
    rule = "|".join("---:" if number else "---" for number in _numeric(answer))
    lines = [_piped(answer.columns), f"|{rule}|", *(_piped(row) for row in shown(answer))]
    return "\n".join(lines) + "\n"


def _piped(cells: Sequence[str]) -> str:
    return "| " + " | ".join(c.replace("\\", "\\\\").replace("|", "\\|") for c in cells) + " |"


def shown(answer: Answer) -> list[list[str]]:
    """The rows as a reader sees them."""
    how = [answer.column(name) for name in answer.columns]
    return [[cell(v, c.show, unknown=c.unknown) for v, c in zip(row, how, strict=True)] for row in answer.rows]


def _numeric(answer: Answer) -> list[bool]:
    """Which columns hold only numbers (and nulls): these are set flush right."""
    kinds = [{type(row[i]) for row in answer.rows} - {type(None)} for i in range(len(answer.columns))]
    return [bool(kind) and kind <= {int, float} for kind in kinds]


def table(answer: Answer, columns: int | None = None) -> str:
    """An aligned table; where `columns` is given and too small, the widest texts are wrapped and rows set apart."""
    rows, right = shown(answer), _numeric(answer)
    widths = [max([width(h), *(width(r[i]) for r in rows)]) for i, h in enumerate(answer.columns)]
    if columns is not None:
        widths = _fit(widths, [_floor(h, n, w) for h, n, w in zip(answer.columns, right, widths, strict=True)], columns)
    lines = _line(answer.columns, widths, right)
    lines.append(_GAP.join("─" * w for w in widths))
    blocks = [_line(row, widths, right) for row in rows]
    apart = any(len(block) > 1 for block in blocks)
    for i, block in enumerate(blocks):
        lines += ["", *block] if apart and i else block
    return "".join(line.rstrip() + "\n" for line in lines)


def _floor(head: str, numeric: bool, natural: int) -> int:
    return natural if numeric else min(natural, max(_NARROWEST, width(head)))


def _fit(widths: Sequence[int], floors: Sequence[int], columns: int) -> list[int]:
    """Widths that fit, taken from the widest first; never below the floors."""
    out = list(widths)
    excess = sum(out) + len(_GAP) * (len(out) - 1) - columns
    while excess > 0:
        room = [w - f for w, f in zip(out, floors, strict=True)]
        if max(room, default=0) <= 0:
            break
        widest = max(range(len(out)), key=lambda i: (room[i] > 0, out[i]))
        out[widest] -= 1
        excess -= 1
    return out


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> list[str]:
    """The lines of one row."""
    wrapped = [_wrap(text, w) for text, w in zip(cells, widths, strict=True)]
    out = []
    for i in range(max(map(len, wrapped), default=0)):
        parts = [w[i] if i < len(w) else "" for w in wrapped]
        pads = [" " * (w - width(p)) for p, w in zip(parts, widths, strict=True)]
        out.append(_GAP.join(pad + p if r else p + pad for p, pad, r in zip(parts, pads, right, strict=True)))
    return out


def _wrap(text: str, limit: int) -> list[str]:
    """Lines no wider than `limit`, broken at spaces, after dots and commas, else anywhere."""
    if width(text) <= limit:
        return [text]
    lines, line = [], ""
    for piece in _pieces(text, limit):
        if line and width(line) + width(piece.rstrip()) > limit:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [*lines, line.rstrip()]


def _pieces(text: str, limit: int) -> list[str]:
    pieces, piece = [], ""
    for at, sign in enumerate(text):
        piece += sign
        following = text[at + 1 : at + 2]
        if (sign in " .,/_" and following != " ") or width(piece) >= limit:
            pieces.append(piece)
            piece = ""
    return [*pieces, piece] if piece else pieces
