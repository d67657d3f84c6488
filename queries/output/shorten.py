"""Shorter paths in a table that is too wide: what paths have in common is said once, above the table or above rows.

A column holds paths where every cell is a dotted path or a few of them. Cells are texts as a reader sees them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from archkb.kb.paths import parent

Rows = Sequence[Sequence[str]]

_PATH = re.compile(r"[\w{}\-]+(?:\.[\w{}\-]+)*")
_SHORTEST = 8
"""Characters of a common prefix that are worth a line of their own."""


@dataclass(frozen=True, slots=True)
class Shorter:
    """A table's rows with shorter paths: lines said above it, and a line above each row that begins a group."""

    rows: Rows
    said: tuple[str, ...] = ()
    above: tuple[str, ...] = ()


def shortened(heads: Sequence[str], rows: Rows) -> Iterator[Shorter]:
    """The ways to shorten the paths of a table, the plainest first: a common prefix, then groups of rows."""
    columns = [i for i in range(len(heads)) if _is_path_column([r[i] for r in rows])]
    if not columns:
        return
    yield from _below(heads, rows, columns, every=True)
    first, others = columns[0], columns[1:]
    top = common_prefix(r[first] for r in rows)
    for container in (partial(_block, top), parent):
        grouped, above = _grouped(rows, first, container)
        if any(above):
            plain = next(_below(heads, grouped, others, every=False), Shorter(grouped))
            yield Shorter(plain.rows, plain.said, above)


def _is_path_column(cells: Sequence[str]) -> bool:
    parts = [part for cell in cells for part in cell.split(", ") if part]
    paths = [part for part in parts if _PATH.fullmatch(part)]
    return len(paths) == len(parts) and any("." in p and not p.replace(".", "").isdigit() for p in paths)


def _below(heads: Sequence[str], rows: Rows, columns: Sequence[int], *, every: bool) -> Iterator[Shorter]:
    """The rows without the prefix that all paths in these columns share, if they share a long one."""
    paths = [part for r in rows for i in columns for part in r[i].split(", ") if "." in part or every]
    prefix = common_prefix(paths)
    while prefix and any(_is_number(path[len(prefix) + 1 :]) for path in paths):
        prefix = parent(prefix)
    if len(prefix) < _SHORTEST:
        return
    drop = re.compile(rf"(?<![\w.]){re.escape(prefix)}\.(?=[\w{{])")
    scope = "" if every else f" of {', '.join(heads[i] for i in columns)}"
    yield Shorter([[drop.sub("", cell) for cell in row] for row in rows], (f"paths{scope} below {prefix}",))


def common_prefix(paths: Iterable[str]) -> str:
    """The container that all of the paths lie in, '' where they share none; empty ones do not count.

    >>> common_prefix(["net.a.b", "net.a.c", "net.a"]), common_prefix(["a", "b"])
    ('net', '')
    """
    shared: list[str] | None = None
    for path in dict.fromkeys(p for p in paths if p):
        parts = path.split(".")[:-1]
        if shared is None:
            shared = parts
        while shared and parts[: len(shared)] != shared:
            shared = shared[:-1]
        if not shared:
            return ""
    return ".".join(shared or ())


def _grouped(rows: Rows, column: int, container: Callable[[str], str]) -> tuple[Rows, tuple[str, ...]]:
    """The rows with the column's paths relative to their containers, and where a container begins, its name."""
    out, above, last = [], [], ""
    for row in rows:
        place = container(row[column]) if ", " not in row[column] else ""
        while place and _is_number(row[column][len(place) + 1 :]):
            place = parent(place)
        name = row[column][len(place) + 1 :] if place else row[column]
        out.append([*row[:column], name, *row[column + 1 :]])
        above.append((f"below {place}" if place else "below the root") if place != last else "")
        last = place
    return out, tuple(above)


def _block(top: str, path: str) -> str:
    """What a path lies in, up to the last number in front of its name; `top` where there is no number."""
    names = path.split(".")
    numbered = [i for i, name in enumerate(names[:-1]) if _is_number(name)]
    return ".".join(names[: numbered[-1] + 1]) if numbered else top


def _is_number(name: str) -> bool:
    return name == "{i}" or name.isdigit()
