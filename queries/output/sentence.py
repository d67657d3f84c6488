"""The sentence an answer opens with: what its rows say, before the rows.

Front matter of a question declares it:

    [answer]
    some = "Positions are coded by {each}."
    each = "{value}[ with {name}]"
    none = "Unknown: no configuration states how positions are coded."

`some` may hold {rows} (how many), {total} (the line of what rows add up to), {each} (each row by the pattern `each`,
equal ones once, the first few) and the name of a column (its values, likewise). A part of `each` in brackets is left
out where a value in it is null; what stands in it behind | is said instead. `sum` names a column of `each`: rows that
read alike but for it are one, and it is added up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archkb.kb.wording import listed
from archkb.queries.output.answer import Column
from archkb.queries.output.cells import cell

KEYS = frozenset(("some", "each", "none", "most", "sum"))
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
    sum: str = ""

    def line(self, columns: Sequence[Column], rows: Sequence[Sequence[Any]], total: str) -> str:
        """The sentence of these rows; `total` is what they add up to, '' where a question does not say.

        >>> says = Sentence("{rows} found: {each}.", "{name}[ of {width}]", "None.")
        >>> says.line((Column("name"), Column("width")), [("a", 4), ("b", None)], ""), says.line((), [], "")
        ('2 found: a of 4; b.', 'None.')
        >>> Sentence("{each}.", "{n} of [{w}|no width]", sum="n").line(
        ...     (Column("n"), Column("w")), [(2, 8), (1, None), (3, 8)], ""
        ... )
        '5 of 8; 1 of no width.'
        """
        if not rows:
            return self.none
        if not self.some:
            return total and f"{total}."
        records = [_texts(columns, row) for row in rows]
        values = {
            name: self._listed(r[name] or "unknown" for r in records)
            for name in _NAME.findall(self.some)
            if name not in OWN
        }
        each = self._listed(map(self._of_row, self._added(columns, rows) if self.sum else records)) if self.each else ""
        return self.some.format_map({**values, "rows": f"{len(rows):,}", "total": total, "each": each})

    def _added(self, columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> Iterator[dict[str, str | None]]:
        """Rows as texts, those that `each` says alike but for the column `sum` as one, in the order of the first."""
        summed = next(i for i, c in enumerate(columns) if c.name == self.sum)
        alike: dict[str, list[Any]] = {}
        for row in rows:
            others = _texts(columns, [0 if i == summed else value for i, value in enumerate(row)])
            first = alike.setdefault(self._of_row(others), [*row[:summed], 0, *row[summed + 1 :]])
            first[summed] += row[summed] or 0
        return (_texts(columns, row) for row in alike.values())

    def _of_row(self, record: Mapping[str, str | None]) -> str:
        def kept(part: re.Match[str]) -> str:
            known_part, _, otherwise = part[1].partition("|")
            return known_part if all(record[name] for name in _NAME.findall(known_part)) else otherwise

        known = {name: text or "unknown" for name, text in record.items()}
        return _OPTIONAL.sub(kept, self.each).format_map(known)

    def _listed(self, texts: Iterable[str]) -> str:
        return listed(texts, self.most, ";")


def _texts(columns: Sequence[Column], row: Sequence[Any]) -> dict[str, str | None]:
    """A row as people read it, by column; None stays."""
    return {c.name: None if v is None else cell(v, c.show) for c, v in zip(columns, row, strict=True)}


def sentence_of(declared: Mapping[str, Any], columns: Sequence[str]) -> Sentence | str:
    """The sentence that front matter declares, or what is wrong with it."""
    unknown_keys = sorted(set(declared) - KEYS)
    if unknown_keys:
        return f"[answer] has an unknown key {unknown_keys[0]!r}"
    sentence = Sentence(**declared)
    used = {*_NAME.findall(sentence.some)} - OWN | {*_NAME.findall(sentence.each)} | {*filter(None, (sentence.sum,))}
    missing = sorted(used - set(columns))
    if missing:
        return f"[answer] names {missing[0]!r}, which is no column"
    if "{each}" in sentence.some and not sentence.each:
        return "[answer] has {each} and does not say what each row reads"
    return sentence
