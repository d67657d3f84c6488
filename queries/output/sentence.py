"""The sentence an answer opens with: what its rows say, before the rows.

Front matter of a question declares it:

    [answer]
    some = "Positions are coded by {each}."
    each = "{value}[ with {name}]"
    none = "Unknown: no configuration states how positions are coded."

`some` may hold {rows} (how many), {total} (the line of what rows add up to), {each} (each row by the pattern `each`,
equal ones once, the first few) and the name of a column (its values, likewise). A part of `each` in brackets is left
out where a value in it is null.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archkb.kb.wording import listed
from archkb.queries.output.answer import Column
from archkb.queries.output.cells import cell

KEYS = frozenset(("some", "each", "none", "most"))
OWN = frozenset(("rows", "total", "each"))
"""Names in `some` that are no column."""
MOST = 6
"""Values or rows a sentence lists; the others are counted."""

_NAME = re.compile(r"{(\w+)}")
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True, slots=True)
class Sentence:
    """What an answer with rows opens with, and one without."""

    some: str = ""
    each: str = ""
    none: str = ""
    most: int = MOST

    def line(self, columns: Sequence[Column], rows: Sequence[Sequence[Any]], total: str) -> str:
        """The sentence of these rows; `total` is what they add up to, '' where a question does not say.

        >>> says = Sentence("{rows} found: {each}.", "{name}[ of {width}]", "None.")
        >>> says.line((Column("name"), Column("width")), [("a", 4), ("b", None)], ""), says.line((), [], "")
        ('2 found: a of 4; b.', 'None.')
        """
        if not rows:
            return self.none
        if not self.some:
            return total and f"{total}."
        records = [
            {c.name: None if v is None else cell(v, c.show) for c, v in zip(columns, row, strict=True)} for row in rows
        ]
        values = {
            name: self._listed(r[name] or "unknown" for r in records)
            for name in _NAME.findall(self.some)
            if name not in OWN
        }
        each = self._listed(map(self._of_row, records)) if self.each else ""
        return self.some.format_map({**values, "rows": f"{len(rows):,}", "total": total, "each": each})

    def _of_row(self, record: Mapping[str, str | None]) -> str:
        def kept(part: re.Match[str]) -> str:
            return part[1] if all(record[name] for name in _NAME.findall(part[1])) else ""

        known = {name: text or "unknown" for name, text in record.items()}
        return _OPTIONAL.sub(kept, self.each).format_map(known)

    def _listed(self, texts: Iterable[str]) -> str:
        return listed(texts, self.most, ";")


def sentence_of(declared: Mapping[str, Any], columns: Sequence[str]) -> Sentence | str:
    """The sentence that front matter declares, or what is wrong with it."""
    unknown_keys = sorted(set(declared) - KEYS)
    if unknown_keys:
        return f"[answer] has an unknown key {unknown_keys[0]!r}"
    sentence = Sentence(**declared)
    used = {*_NAME.findall(sentence.some)} - OWN | {*_NAME.findall(sentence.each)}
    missing = sorted(used - set(columns))
    if missing:
        return f"[answer] names {missing[0]!r}, which is no column"
    if "{each}" in sentence.some and not sentence.each:
        return "[answer] has {each} and does not say what each row reads"
    return sentence
