"""The sentence that answers: a number, yes or no, paths or values, with what nothing proves told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from archkb.kb.wording import human
from archkb.queries.output.cells import cell
from archkb.queries.questions.grammar.asked import Asked
from archkb.queries.questions.grammar.phrase import phrase
from archkb.queries.questions.grammar.word_table import words

MOST = 4
"""Groups or paths a sentence lists; the others are counted."""

Record = Mapping[str, Any]


def sentence(asked: Asked, rows: Sequence[Record]) -> str:
    """What the rows say."""
    if asked.absent:
        return f"No: nothing here is named {_either(asked.absent)}."
    fitting = [row for row in rows if row.get("holds", True)]
    n, unknown = _many(fitting), _many(rows) - _many(fitting)
    if not n:
        return _nothing(asked, unknown)
    rest = f" Nothing proves it or disproves it for {unknown:,} more." if unknown else ""
    return f"{_some(asked, fitting, n)}.{rest}"


def _either(names: Sequence[str]) -> str:
    return " or ".join(dict.fromkeys(names))


def _many(rows: Iterable[Record]) -> int:
    return sum(row["count"] for row in rows)


def _nothing(asked: Asked, unknown: int) -> str:
    if unknown:
        kind = words().kinds[asked.kind]
        of = f"{unknown:,} {kind.one if unknown == 1 else kind.many}"
        return f"Unknown: no {phrase(asked, 1)} is proved, and of {of} nobody can tell."
    only = f" with {words().properties[asked.of].title}" if asked.of and words().properties[asked.of].only else ""
    trace = words().kinds[asked.kind].trace
    no = "No" if asked.ask == "exists" else "None"
    return f"{no}: there is no {phrase(asked, 1)}{only}{f'; {trace}' if trace else ''}."


def _some(asked: Asked, fitting: Sequence[Record], n: int) -> str:
    if asked.most:
        return _first(asked, fitting)
    if asked.sums:
        total = sum(row["parameters"] for row in fitting)
        return f"{total:,} parameters ({human(total)}) in {n:,} {phrase(asked, n)}"
    if asked.ask == "what":
        return _values(asked, fitting, n)
    counted = f"{n:,} {phrase(asked, n)}"
    if asked.ask == "which":
        return f"{counted}: {_listed((row['path'], row['count']) for row in fitting)}"
    by = _broken_down(asked, fitting)
    return f"{'Yes: ' if asked.ask == 'exists' else ''}{counted}{f': {by}' if by else ''}"


def _first(asked: Asked, fitting: Sequence[Record]) -> str:
    """The first of those sorted, and how many are as large."""
    prop = words().properties[asked.of]
    best = fitting[0][asked.of]
    alike = [row for row in fitting if row[asked.of] == best]
    value = cell(best, "count" if isinstance(best, int) else "plain")
    most = {"largest": "most", "smallest": "fewest"}[asked.most] if prop.counts else asked.most
    paths = _listed((row["path"], row["count"]) for row in alike)
    return f"The {most} {prop.title} of all {phrase(asked, 2)}: {value}, of {paths}"


def _listed(paths: Iterable[tuple[str, int]]) -> str:
    counts: Counter[str] = Counter()
    for path, count in paths:
        counts[path] += count
    parts = [path if n == 1 else f"{path} ({n:,})" for path, n in list(counts.items())[:MOST]]
    more = len(counts) - MOST
    return ", ".join(parts) + (f" and {more:,} more" if more > 0 else "")


def _values(asked: Asked, fitting: Sequence[Record], n: int) -> str:
    """The values of a property, the usual ones first."""
    prop = words().properties[asked.of]
    show = "count" if prop.show == "plain" and prop.counts else prop.show
    values: Counter[str] = Counter()
    for row in fitting:
        value = row[asked.of]
        values["unknown" if value is None else cell(value, show)] += row["count"]
    if list(values) == ["unknown"]:
        return f"Unknown: nothing proves the {prop.title} of {n:,} {phrase(asked, n)}"
    most = values.most_common(MOST)
    more = n - sum(count for _, count in most)
    if len(values) == 1:
        text = most[0][0] if n == 1 else f"{most[0][0]} each"
    else:
        text = ", ".join(f"{value} ({count:,})" for value, count in most) + (f", others ({more:,})" if more else "")
    summed = asked.of == "parameters" and n > 1 and not words().kinds[asked.kind].nested
    total = f"; {sum(row[asked.of] * row['count'] for row in fitting):,} together" if summed else ""
    return f"{prop.title[0].upper()}{prop.title[1:]} of {n:,} {phrase(asked, n)}: {text}{total}"


def _broken_down(asked: Asked, fitting: Sequence[Record]) -> str:
    """How many of each sort, where there are several."""
    kind, said = words().kinds[asked.kind], {f.by for f in asked.filters}
    by = kind.by
    # by what is not asked for already
    if by == "attends" and "attends" in said:
        by = "queries" if "reads" in said else "reads"
    if not by or (by in said and by != "layer"):
        return ""
    # counts by sort, the largest first
    sorts: Counter[str] = Counter()
    for row in fitting:
        value = row["path"].rpartition(".")[0] if by == "stack" else row[by]
        sorts["unknown" if value is None else str(value)] += row["count"]
    if len(sorts) < 2 and by != "reads":
        return ""
    verb = {"reads": "read ", "queries": "of ", "stack": "in "}.get(by, "")
    parts = [
        f"{n:,} {verb if i == 0 or by == 'stack' else ''}{sort}" for i, (sort, n) in enumerate(_ranked(sorts)[:MOST])
    ]
    more = sum(n for _, n in _ranked(sorts)[MOST:])
    return ", ".join(parts) + (f", {more:,} others" if more else "")


def _ranked(sorts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(sorts.items(), key=lambda sort: (-sort[1], sort[0]))
