"""Patterns: one text for many tensor names, with index ranges in braces.

blocks.{0..31}.attn.q_proj.weight       32 names
blocks.{0,43..47}.ff.{0,2}.bias         12 names
odd{{name}}                             one name, "odd{name}"
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import product
from math import prod
from typing import NamedTuple

MAX_DIGITS = 9
"""Most digits of an index."""

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+")
_INDEX = rf"(?:0|[1-9][0-9]{{0,{MAX_DIGITS - 1}}})"
_SPAN = re.compile(rf"({_INDEX})(?:\.\.({_INDEX}))?")

Part = str | tuple[range, ...]


class Pattern(NamedTuple):
    """A pattern taken apart: literal texts and lists of ranges in turn."""

    parts: tuple[Part, ...]

    @property
    def n_names(self) -> int:
        """How many names it stands for, without making them."""
        return prod(sum(map(len, part)) for part in self.parts if not isinstance(part, str))

    def names(self) -> Iterator[str]:
        """The names, the last range running fastest."""
        choices = [[part] if isinstance(part, str) else [str(i) for r in part for i in r] for part in self.parts]
        return map("".join, product(*choices))


def parse(text: str) -> Pattern:
    """Take a pattern apart. Raises ValueError that says which brace or range is wrong.

    >>> list(parse("a.{0,3..4}.b").names())
    ['a.0.b', 'a.3.b', 'a.4.b']
    >>> list(parse("{{x}}").names())
    ['{x}']
    """
    parts: list[Part] = []
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token in ("{{", "}}"):
            parts.append(token[0])
        elif token in ("{", "}"):
            raise ValueError(f"a lone {token!r} at character {match.start()}; a brace in a name is written twice")
        elif match[1] is not None:
            parts.append(_ranges(match[1]))
        else:
            parts.append(token)
    return Pattern(tuple(parts))


def _ranges(text: str) -> tuple[range, ...]:
    """`0,43..47` as ranges that ascend and do not touch one another's indices."""
    ranges: list[range] = []
    for item in text.split(","):
        span = _SPAN.fullmatch(item)
        if not span:
            raise ValueError(f"{{{text}}} is no list of indices such as {{0..31}} or {{0,43..47}}")
        begin, last = int(span[1]), int(span[2] or span[1])
        if last < begin:
            raise ValueError(f"the range {item} runs backwards")
        if ranges and begin < ranges[-1].stop:
            raise ValueError(f"the indices of {{{text}}} do not ascend")
        ranges.append(range(begin, last + 1))
    return tuple(ranges)


def escape(literal: str) -> str:
    """A literal name as a pattern.

    >>> escape("a{b}")
    'a{{b}}'
    """
    return literal.replace("{", "{{").replace("}", "}}")


def write_indices(indices: Iterable[int]) -> str:
    """The shortest text for a set of indices: a number alone, or ranges in braces.

    >>> write_indices([7]), write_indices([0, 43, 44, 45]), write_indices([1, 2])
    ('7', '{0,43..45}', '{1,2}')
    """
    ordered = sorted(indices)
    if len(ordered) == 1:
        return str(ordered[0])
    runs: list[list[int]] = []
    for index in ordered:
        if runs and index == runs[-1][1] + 1:
            runs[-1][1] = index
        else:
            runs.append([index, index])
    texts = []
    for first, last in runs:
        joint = ".." if last > first + 1 else ","
        texts.append(str(first) if first == last else f"{first}{joint}{last}")
    return "{" + ",".join(texts) + "}"
