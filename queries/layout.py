"""Rows of text as an aligned table. Where it is too wide, texts are folded between words, the widest column first.

No number and no word is broken, and names only after _ or -, where that spares a table that cannot fit otherwise. What
does not fit even so is written as records, one value a line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from queries.cells import width
from queries.fold import fold, longest_piece

_GAP = "  "
_NARROWEST = 12
"""Columns narrower than this are hard to read: none is folded to less."""
_READABLE = 20
"""Least width of a value of a record."""

Rows = Sequence[Sequence[str]]


def lay_out(heads: Sequence[str], rows: Rows, right: Sequence[bool], columns: int | None) -> str:
    """The table as text; `right` says which columns are set flush right, `columns` how wide it may be."""
    natural = [max([width(h), *(width(r[i]) for r in rows)]) for i, h in enumerate(heads)]
    widths = natural
    if columns is not None:
        texts = [[h, *(r[i] for r in rows)] for i, h in enumerate(heads)]
        for within in (False, True):
            floors = [_floor(t, r, n, within) for t, r, n in zip(texts, right, natural, strict=True)]
            if _total(floors) <= columns:
                break
        if rows and _total(floors) > columns:
            return _records(heads, rows, columns)
        widths = _fit(natural, floors, columns)
    lines = [*_line(heads, widths, right), _GAP.join("─" * w for w in widths)]
    blocks = [_line(row, widths, right) for row in rows]
    apart = any(len(block) > 1 for block in blocks)
    for i, block in enumerate(blocks):
        lines += ["", *block] if apart and i else block
    return "".join(line.rstrip() + "\n" for line in lines)


def _records(heads: Sequence[str], rows: Rows, columns: int) -> str:
    """Each row as lines of name and value, rows set apart; what a row has not is left out."""
    names = max(map(width, heads))
    room = max(_READABLE, columns - names - len(_GAP))

    def record(row: Sequence[str]) -> Iterator[str]:
        for head, text in zip(heads, row, strict=True):
            for i, line in enumerate(fold(text, room) if text else ()):
                yield f"{head if i == 0 else '':{names}}{_GAP}{line}\n"

    return "\n".join("".join(record(row)) for row in rows)


def _floor(texts: Sequence[str], numeric: bool, natural: int, within: bool) -> int:
    """Least width of a column: numbers as they are, texts by their longest word, or part of a name if `within`."""
    return natural if numeric else min(natural, max(_NARROWEST, *(longest_piece(t, within=within) for t in texts)))


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(_GAP) * (len(widths) - 1)


def _fit(widths: Sequence[int], floors: Sequence[int], columns: int) -> list[int]:
    """Widths that fit, taken from the widest first; never below the floors."""
    out = list(widths)
    for _ in range(_total(out) - columns):
        room = [w - f for w, f in zip(out, floors, strict=True)]
        if max(room, default=0) <= 0:
            break
        out[max(range(len(out)), key=lambda i: (room[i] > 0, out[i]))] -= 1
    return out


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> list[str]:
    """The lines of one row."""
    folded = [fold(text, w) for text, w in zip(cells, widths, strict=True)]
    out = []
    for i in range(max(map(len, folded), default=0)):
        parts = [w[i] if i < len(w) else "" for w in folded]
        pads = [" " * (w - width(p)) for p, w in zip(parts, widths, strict=True)]
        out.append(_GAP.join(pad + p if r else p + pad for p, pad, r in zip(parts, pads, right, strict=True)))
    return out
