"""Rows of a large table, kept by column: a tuple a row would cost more than what is in it.

>>> rows = Columnar(([1, 2, 3], ["a", "b", "c"]))
>>> rows[1], rows[-1:], len(rows), list(rows)
((2, 'b'), ((3, 'c'),), 3, [(1, 'a'), (2, 'b'), (3, 'c')])
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import repeat
from operator import is_
from typing import Any, overload

Row = tuple[Any, ...]


class Repeated(Sequence[Any]):
    """A column of one value.

    >>> list(Repeated("F32", 3)), Repeated("F32", 3)[1:]
    (['F32', 'F32', 'F32'], ['F32', 'F32'])
    """

    __slots__ = ("_count", "value")

    def __init__(self, value: Any, count: int) -> None:
        self.value, self._count = value, count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Any]:
        return repeat(self.value, self._count)

    def __getitem__(self, at: int | slice) -> Any:
        places = range(self._count)[at]
        return [self.value] * len(places) if isinstance(places, range) else self.value


def longer(column: Sequence[Any], cells: Sequence[Any]) -> Sequence[Any]:
    """A column with more cells at its end: one of the same value as long as all are, else a list, which is extended.

    >>> len(longer(Repeated(None, 2), [None])), longer(Repeated(1, 2), [True])
    (3, [1, 1, True])
    """
    if isinstance(column, Repeated):
        if all(map(is_, cells, repeat(column.value))):
            return Repeated(column.value, len(column) + len(cells))
        return [*column, *cells]
    grown = column if isinstance(column, list) else [*column]
    grown.extend(cells)
    return grown


class Columnar(Sequence[Row]):
    """A read-only sequence of rows over columns of equal length; equal to any sequence of the same rows."""

    __slots__ = ("_columns",)

    def __init__(self, columns: Sequence[Sequence[Any]]) -> None:
        self._columns = tuple(columns)

    def __len__(self) -> int:
        return len(self._columns[0])

    def __iter__(self) -> Iterator[Row]:
        return zip(*self._columns, strict=True)

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Row, ...]: ...
    def __getitem__(self, at: int | slice) -> Row | tuple[Row, ...]:
        if isinstance(at, slice):
            return tuple(zip(*(column[at] for column in self._columns), strict=True))
        return tuple(column[at] for column in self._columns)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]
