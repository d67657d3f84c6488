"""Which of two versions is the later one, from the texts users, metadata and designs name them with."""

from __future__ import annotations

import re

_SIZE = re.compile(r"(?<![\d.])\d+(?:\.\d+)*[BM](?![A-Za-z\d])", re.IGNORECASE)
_NUMBER = re.compile(r"(?<!\d)(?P<date>\d{4}[-.]\d\d[-.]\d\d)(?!\d)|(?<![\d.])(?P<dotted>\d+(?:\.\d+)+)")

Number = tuple[str, tuple[int, ...]]
"""What it is, date or dotted, and its digits without zeros at the end."""


def number(version: str) -> Number | None:
    """The first dotted number or date of a version, None where it has neither. 1.5B and 350M are sizes.

    >>> number("v2.3 22B dev"), number("2.0"), number("2026-02-14")
    (('dotted', (2, 3)), ('dotted', (2,)), ('date', (2026, 2, 14)))
    >>> number("0.5B"), number("1361170")
    (None, None)
    """
    match = _NUMBER.search(_SIZE.sub(" ", version))
    if not match:
        return None
    digits = [int(part) for part in re.split("[-.]", match.group())]
    while len(digits) > 1 and not digits[-1]:
        digits.pop()
    return str(match.lastgroup), tuple(digits)


def differ(a: str, b: str) -> bool:
    """Whether two texts name two versions, and not one in two variants or sizes.

    >>> differ("2.0", "2.1"), differ("2.0 base", "2.0 large"), differ("dev", "dev"), differ("0.5B", "1.5B")
    (True, False, False, False)
    """
    x, y = number(a), number(b)
    if x and y:
        return x != y
    ours, theirs = (" ".join(_SIZE.sub(" ", text).casefold().split()) for text in (a, b))
    return bool(ours and theirs) and ours != theirs


def later(a: str, b: str) -> bool | None:
    """Whether a is later than b, None where that cannot be told: a date and a dotted number have no order.

    >>> later("1.10", "1.9"), later("2026-02-14", "2026-03-01"), later("2026-02-14", "2.3")
    (True, False, None)
    """
    x, y = number(a), number(b)
    return x[1] > y[1] if x and y and x[0] == y[0] else None
