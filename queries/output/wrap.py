"""Breaking a text into lines: between words and after the dots of a path, never inside a number or before its unit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archkb.queries.output.cells import width

_BREAK = re.compile(
    r"(?<=[^\d\s] )|(?<=\d )(?!(?:%|[kMGT]?B)(?:\W|$))"  # a space, but not the one before a unit
    r"|(?<=[^\d][./,])(?=[^\s./,])|(?<=\d[./,])(?=[^\s\d./,])"  # a dot, slash or comma, but not one of a number
)
_WITHIN = re.compile(r"(?<=[^\d][_-])(?=\w)")


def fold(text: str, limit: int) -> list[str]:
    """Lines no wider than `limit`. A word that is wider than that is broken after _ or -, else anywhere.

    >>> fold("F32 12.5 %, BF16 87.5 %", 12)
    ['F32 12.5 %,', 'BF16 87.5 %']
    """
    limit = max(limit, 1)
    if width(text) <= limit:
        return [text]
    lines, line = [], ""
    for piece in _pieces(text, limit):
        if line and width(line) + width(piece.rstrip()) > limit:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [*lines, line.rstrip()]


def hung(text: str, limit: int) -> list[str]:
    """Lines of a sentence no wider than `limit`, all but the first indented.

    >>> hung("+ a gate in each block", 12)
    ['+ a gate in', '  each block']
    """
    first, *rest = fold(text, limit)
    return [first, *(f"  {line}" for line in fold(text[len(first) :].strip(), limit - 2))] if rest else [first]


def longest_piece(text: str, *, within: bool = False) -> int:
    """Width of the longest part that should not be broken; `within`: names may be, after _ or -.

    >>> longest_piece("model.diffusion_model.layers 21.6B"), longest_piece("diffusion_model 0-47", within=True)
    (16, 10)
    """
    pieces = _BREAK.split(text)
    return max(
        (width(p.rstrip()) for piece in pieces for p in (_WITHIN.split(piece) if within else [piece])), default=0
    )


def _pieces(text: str, limit: int) -> Iterator[str]:
    for piece in _BREAK.split(text):
        if width(piece.rstrip()) <= limit:
            yield piece
            continue
        for part in _WITHIN.split(piece):
            while width(part.rstrip()) > limit:
                cut = next(i for i in range(1, len(part) + 1) if width(part[: i + 1]) > limit)
                yield part[:cut]
                part = part[cut:]
            yield part
