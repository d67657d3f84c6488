"""One value as a reader sees it: nothing from a file can move the cursor, and lists read as text.

>>> cell(27077673866, "bytes"), cell([3, 3, 3], "shape"), cell(None), cell(None, unknown=True)
('27.1 GB', '3×3×3', '', 'unknown')
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from typing import Any

from archkb.kb.text import printable
from archkb.kb.wording import runs, size

_LONGEST = 60
"""Characters of a text inside a node that a table shows."""

_SOME = 2
"""Parts of a list that are shown where some are enough."""


def cell(value: Any, show: str = "plain", *, unknown: bool = False) -> str:
    """The value as one line of text; `show` as in :data:`archkb.queries.output.answer.SHOWS`."""
    if value is None:
        return "unknown" if unknown else "unmeasured" if show == "confidence" else ""
    if show == "ranges" and isinstance(value, (list, tuple)):
        return ranges(value)
    if show == "shape" and isinstance(value, (list, tuple)):
        return "×".join(map(str, value)) if value else "scalar"
    if show == "some" and isinstance(value, (list, tuple)) and len(value) > _SOME:
        return printable(f"{_plain(value[:_SOME])} and {len(value) - _SOME:,} more")
    if show == "count" and isinstance(value, int):
        return f"{value:,}"
    if show == "bytes" and isinstance(value, int):
        return size(value)
    if show == "share" and isinstance(value, (int, float)):
        return "> 99.9 %" if 0.9995 <= value < 1 else f"{100 * value:.3g} %"
    return printable(_plain(value))


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(_plain(v) if v is not None else "null" for v in value)
    if isinstance(value, dict):
        return json.dumps({k: _short(v) for k, v in value.items()}, ensure_ascii=False)
    return str(value)


def _short(value: Any) -> Any:
    """A value of a node as a table has room for it."""
    if isinstance(value, str) and len(value) > _LONGEST:
        return f"{value[:_LONGEST]}... ({len(value):,} characters)"
    return value


def ranges(indices: Iterable[str | int]) -> str:
    """Indices as ranges; dotted ones (nested containers) are joined where they form a grid.

    >>> ranges(["0", "1", "2", "7"]), ranges(["1.0", "1.1", "2.0", "2.1", "3.0"])
    ('0-2, 7', '1-2.0-1, 3.0')
    """
    found = {tuple(int(n) for n in str(i).split(".")) for i in indices if str(i)}
    lengths = sorted({len(t) for t in found})
    return ", ".join(part for n in lengths for part in _fold({t for t in found if len(t) == n}))


def _fold(tuples: set[tuple[int, ...]]) -> list[str]:
    """Ranges of equally long index tuples: those that share the same tails are one range of heads."""
    by_head: dict[int, set[tuple[int, ...]]] = {}
    for head, *tail in tuples:
        by_head.setdefault(head, set()).add(tuple(tail))
    heads_of: dict[frozenset[tuple[int, ...]], list[int]] = {}
    for head in sorted(by_head):
        heads_of.setdefault(frozenset(by_head[head]), []).append(head)
    out = []
    for tails, heads in heads_of.items():
        spans = runs(heads)
        if tails == {()}:
            out += spans
        else:
            out += [f"{run}.{tail}" for run in spans for tail in _fold(set(tails))]
    return out


def width(text: str) -> int:
    """Columns the text takes in a terminal: wide East Asian signs take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
