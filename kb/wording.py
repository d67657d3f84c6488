"""Counts and lists in words.

>>> ranges([0, 1, 2, 5, 7, 8])
'0-2, 5, 7-8'
"""

from __future__ import annotations

from collections.abc import Iterable


def ranges(numbers: Iterable[int]) -> str:
    """Numbers as ranges: 0-2, 5."""
    out: list[list[int]] = []
    for n in sorted(set(numbers)):
        if out and n == out[-1][1] + 1:
            out[-1][1] = n
        else:
            out.append([n, n])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in out)


def human(n: int) -> str:
    """A count with its SI prefix, three digits: 21.6B, 4.10M, 940."""
    for size, unit in ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "k")):
        if n >= size:
            return f"{n / size:.3g}{unit}"
    return str(n)


def counted(n: int, noun: str) -> str:
    """A count with its noun, which takes an s where there are several or none.

    >>> counted(1, "tensor"), counted(1_720, "tensor")
    ('1 tensor', '1,720 tensors')
    """
    return f"{n:,} {noun}{'' if n == 1 else 's'}"
