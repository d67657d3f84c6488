"""Rows of text as an aligned table. Where it is too wide, texts are folded between words, the widest column first.

No number and no word is broken, and names only after _ or -, where that spares a table that cannot fit otherwise. What
does not fit even so is written as records, one value a line. Paths are shortened first; see
:mod:`archkb.queries.output.shorten`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archkb.queries.output.cells import width
from archkb.queries.output.shorten import Shorter, shortened
from archkb.queries.output.wrap import fold, hung, longest_piece

_GAP = "  "
_NARROWEST = 12
"""Columns narrower than this are hard to read: none is folded to less."""
_READABLE = 20
"""Least width of a value of a record."""

Rows = Sequence[Sequence[str]]


def lay_out(
    heads: Sequence[str], rows: Rows, right: Sequence[bool], columns: int | None, above: Sequence[str] = ()
) -> str:
    """The table as text; `right` says which columns are set flush right, `columns` how wide it may be.

    Where it is wider, paths are shortened in the way that takes the fewest lines, and texts folded. `above` holds for
    each row the line that begins a group there, or ''; such rows are left in their groups.
    """
    if above:
        return _table(heads, Shorter(rows, (), tuple(above)), right, columns)
    if columns is None or _total(_natural(heads, rows)) <= columns:
        return _table(heads, Shorter(rows), right, None)
    ways = (Shorter(rows), *shortened(heads, rows))
    return min((_table(heads, way, right, columns) for way in ways), key=lambda text: text.count("\n"))


def _natural(heads: Sequence[str], rows: Rows) -> list[int]:
    """Width of each column where nothing is folded."""
    return [max([width(h), *(width(r[i]) for r in rows)]) for i, h in enumerate(heads)]


def _table(heads: Sequence[str], shorter: Shorter, right: Sequence[bool], columns: int | None) -> str:
    rows, above = shorter.rows, shorter.above
    widths = natural = _natural(heads, rows)
    if columns is not None:
        # the narrowest columns that break no word; then heads may break, then cells
        cells = [[r[i] for r in rows] for i in range(len(heads))]
        for within_head, within in ((False, False), (True, False), (True, True)):
            floors = [
                max(_head_floor(h, within_head), _floor(t, r, n, within))
                for h, t, r, n in zip(heads, cells, right, natural, strict=True)
            ]
            if _total(floors) <= columns:
                break
        # still too wide: a record a row
        if rows and _total(floors) > columns:
            said = "".join(f"{part}\n" for text in shorter.said for part in _whole(text, columns))
            return said + _records(heads, rows, columns, above)
        widths = _fit(natural, floors, columns)
    # head, rule and rows; rows of several lines stand apart
    lines = [
        *(part for text in shorter.said for part in _whole(text, columns)),
        *_line(heads, widths, right),
        _GAP.join("─" * w for w in widths),
    ]
    blocks = [_line(row, widths, right) for row in rows]
    apart = any(len(block) > 1 for block in blocks)
    for i, block in enumerate(blocks):
        begins = _whole(above[i], columns) if above and above[i] else []
        lines += [*([""] if i and (apart or begins) else []), *begins, *block]
    return "".join(line.rstrip() + "\n" for line in lines)


def _whole(text: str, columns: int | None) -> list[str]:
    """A line across the whole table."""
    return [text] if columns is None else hung(text, columns)


def _records(heads: Sequence[str], rows: Rows, columns: int, above: Sequence[str] = ()) -> str:
    """Each row as lines of name and value, rows set apart; what a row has not is left out."""
    names = max(map(width, heads))
    room = max(_READABLE, columns - names - len(_GAP))

    def record(row: Sequence[str], begins: str) -> Iterator[str]:
        yield from (f"{part}\n" for part in _whole(begins, columns) if begins)
        for head, text in zip(heads, row, strict=True):
            for i, line in enumerate(fold(text, room) if text else ()):
                yield f"{head if i == 0 else '':{names}}{_GAP}{line}\n"

    return "\n".join("".join(record(row, above[i] if above else "")) for i, row in enumerate(rows))


def _head_floor(head: str, within: bool) -> int:
    """Least width of a heading; `within`: it may be broken after _ too."""
    return longest_piece(head, within=within)


def _floor(texts: Sequence[str], numeric: bool, natural: int, within: bool) -> int:
    """Least width of a column: numbers as they are, texts by their longest word, or part of a name if `within`."""
    if numeric:
        return max(map(width, texts), default=0)
    return min(natural, max([_NARROWEST, *(longest_piece(t, within=within) for t in texts)]))


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
