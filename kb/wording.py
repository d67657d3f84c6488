"""Counts, sizes and lists in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_POWERS = (12, 9, 6, 3)
"""Powers of ten that have a prefix."""


def runs(numbers: Iterable[int]) -> list[str]:
    """Numbers in order, those that follow each other as one: 0-2 and 5."""
    out: list[list[int]] = []
    for n in sorted(set(numbers)):
        if out and n == out[-1][1] + 1:
            out[-1][1] = n
        else:
            out.append([n, n])
    return [str(first) if first == last else f"{first}-{last}" for first, last in out]


def ranges(numbers: Iterable[int]) -> str:
    """Numbers as ranges.

    >>> ranges([0, 1, 2, 5, 7, 8])
    '0-2, 5, 7-8'
    """
    return ", ".join(runs(numbers))


def listed(texts: Iterable[str], most: int = 4, mark: str = ",") -> str:
    """Texts once each with commas or another mark between them, the rest counted.

    >>> listed("abcde", 3), listed("aab"), listed("abc", 1, ";")
    ('a, b, c and 2 more', 'a, b', 'a; and 2 more')
    """
    once = list(dict.fromkeys(texts))
    text = f"{mark} ".join(once[:most])
    if len(once) <= most:
        return text
    return f"{text}{'' if mark == ',' else mark} and {len(once) - most} more"


def human(count: int) -> str:
    """A count with its SI prefix, three digits.

    >>> human(21_638_973_589), human(4_100_000), human(940)
    ('21.6B', '4.1M', '940')
    """
    return _scaled(count, ("T", "B", "M", "k"))


def size(count: int) -> str:
    """Bytes with an SI unit, three digits.

    >>> size(940), size(121_000_000)
    ('940 B', '121 MB')
    """
    return _scaled(count, (" TB", " GB", " MB", " kB"), " B")


def _scaled(count: int, units: Sequence[str], plain: str = "") -> str:
    for power, unit in zip(_POWERS, units, strict=True):
        if count >= 10**power:
            return f"{count / 10**power:.3g}{unit}"
    return f"{count}{plain}"


def counted(count: int, noun: str) -> str:
    """A count with its noun, which takes an s where there are several or none.

    >>> counted(1, "tensor"), counted(1_720, "tensor")
    ('1 tensor', '1,720 tensors')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
