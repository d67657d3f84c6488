"""What was asked, as a value: it is compared, compiled and put into words, and no text is needed any more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Ask = Literal["count", "which", "what", "exists"]


@dataclass(frozen=True, slots=True)
class Filter:
    """What narrows the kind asked about.

    `by` is a filter of the table of words, a property that `op` compares with the number `value`, or one of: `reads`
    and `queries` (stored names of streams), `under` (paths), `within` (names on the way to it), `named` (a text).
    `holds` is False where it was negated; `words` are how it was said.
    """

    by: str
    value: str | bool | int | float | tuple[str, ...]
    holds: bool = True
    op: str = "="
    words: str = ""

    @property
    def order(self) -> tuple[str, str, str, bool]:
        """The place among others, whatever the order they were said in."""
        return self.by, self.op, str(self.value), self.holds


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: what of which kind, narrowed how.

    `of` is the property asked for or sorted by, '' for none; `most` is largest or smallest where one is wanted;
    `absent` are words that name a part, stream or block this model has none of: with one, nothing can fit.
    """

    ask: Ask
    kind: str
    filters: tuple[Filter, ...] = ()
    of: str = ""
    most: str = ""
    absent: tuple[str, ...] = ()

    @property
    def sums(self) -> bool:
        """Whether parameters are to be added up, each tensor once."""
        return self.ask == "count" and self.of == "parameters" and self.kind == "tensor"
