"""How many there are in all, and how many of each sort."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archkb.kb.wording import counted

KEYS = frozenset(("noun", "plural", "by", "word", "of"))


@dataclass(frozen=True, slots=True)
class Total:
    """What a question's rows add up to.

    `noun` is in the singular, `plural` given where it is not with an s. `by` is the column that names the sort, or a
    text with several as {column}; `word` goes before it. `of` is the column that counts, '' for one a row.
    """

    noun: str
    by: str = ""
    word: str = ""
    of: str = "count"
    plural: str = ""

    def line(self, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
        """The sentence, '' where there is no row.

        >>> Total("attention", "attends").line(("attends", "count"), [("self", 2), (None, 1), ("self", 1)])
        '4 attentions: 3 self, 1 unknown'
        """
        if not rows:
            return ""
        counting = columns.index(self.of) if self.of else None
        counts = [1 if counting is None else int(row[counting] or 0) for row in rows]
        many = sum(counts)
        text = f"{many:,} {self.plural}" if self.plural and many != 1 else counted(many, self.noun)
        if not self.by:
            return text
        form = self.by if "{" in self.by else f"{{{self.by}}}"
        sorts: Counter[str] = Counter()
        for row, count in zip(rows, counts, strict=True):
            known = ("unknown" if value is None else str(value) for value in row)
            sorts[form.format_map(dict(zip(columns, known, strict=True)))] += count
        word = f"{self.word} " if self.word else ""
        parts = (f"{n:,} {word}{sort}" for sort, n in sorted(sorts.items(), key=lambda s: (-s[1], s[0])))
        return f"{text}: {('; ' if '{' in self.by else ', ').join(parts)}"


def total_of(found: Mapping[str, str], columns: Sequence[str]) -> Total | str:
    """The total that front matter declares, or what is wrong with it."""
    unknown_keys = sorted(set(found) - KEYS)
    if unknown_keys or not found.get("noun"):
        return f"total has an unknown key {unknown_keys[0]!r}" if unknown_keys else "total has no noun"
    total = Total(**found)
    sorts = re.findall(r"{(\w+)}", total.by) or [total.by]
    missing = [c for c in (*sorts, total.of) if c and c not in columns]
    return f"total counts by {missing[0]!r}, which is no column" if missing else total
