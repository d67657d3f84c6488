"""An answer as text: a table for people, JSON and CSV for programs, Markdown for documents.

JSON is a contract: objects, one a row, keys are the columns in order, values as the store gave them; around them, where
a question was asked, an object with the sentence that answers it. In a
table and in Markdown indices are ranges, sizes have units, and a null that nothing could prove reads 'unknown'.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from io import StringIO
from typing import Any

from archkb.kb.text import csv_text, json_text, markdown_text, printable
from archkb.queries.output.answer import Answer, Column
from archkb.queries.output.cells import cell
from archkb.queries.output.layout import lay_out
from archkb.queries.output.wrap import hung

SCHEMA = "archkb.answer/1"
"""What the JSON of an answer to a question calls itself."""

FORMATS = ("table", "json", "csv", "markdown")
PEOPLE = frozenset(("table", "markdown"))
"""Forms that people read."""


def render(answer: Answer, format: str = "table", *, columns: int | None = None) -> str:
    """The answer as text that ends with a line break, in one of :data:`FORMATS`. A table is fitted into `columns`."""
    if answer.parts and format in PEOPLE:
        return "\n".join(f"{printable(title)}\n{render(part, format, columns=columns)}" for title, part in answer.parts)
    if format == "table":
        return table(answer, columns)
    makers: dict[str, Callable[[Answer], str]] = {"json": as_json, "csv": as_csv, "markdown": as_markdown}
    return makers[format](answer)


def as_json(answer: Answer) -> str:
    """Rows as an array of objects; NaN and infinities, which JSON has not, are null.

    The answer to a question is an object that holds them: its id, the sentence, and the rows.
    """
    records = [json_text(json.dumps(_finite(r), ensure_ascii=False)) for r in answer.records()]
    rows = "[\n " + ",\n ".join(records) + "\n]" if records else "[]"
    if not answer.sentence:
        return f"{rows}\n"
    head = (json_text(json.dumps(text, ensure_ascii=False)) for text in (answer.question, answer.sentence))
    question, sentence = head
    return f'{{"schema": "{SCHEMA}", "question": {question}, "answer": {sentence}, "rows": {rows}}}\n'


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(v) for v in value]
    return value


def as_csv(answer: Answer) -> str:
    """RFC 4180 with a header and bare line feeds; null is empty, lists and maps are JSON text.

    A text that a spreadsheet would take for a formula begins with an apostrophe.
    """
    import csv

    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(map(csv_text, answer.columns))
    for row in answer.rows:
        writer.writerow([_csv_cell(value) for value in row])
    return out.getvalue()


def _csv_cell(value: Any) -> Any:
    if isinstance(value, (list, tuple, dict, bool)):
        return json_text(json.dumps(_finite(value), ensure_ascii=False))
    return csv_text(value) if isinstance(value, str) else value


def as_markdown(answer: Answer) -> str:
    """The sentence, and a pipe table below it where there are rows."""
    answer = answer.named()
    rule = "|".join("---:" if number else "---" for number in _numeric(answer))
    lines = [_piped(list(map(printable, answer.headings))), f"|{rule}|", *(_piped(row) for row in shown(answer))]
    first = [markdown_text(answer.sentence)] if answer.sentence else []
    if not answer.rows and first:
        return first[0] + "\n"
    return "\n".join([*first, *([""] if first else []), *lines]) + "\n"


def _piped(cells: Sequence[str]) -> str:
    return "| " + " | ".join(map(markdown_text, cells)) + " |"


def shown(answer: Answer) -> list[list[str]]:
    """The rows as a reader sees them: the confidence of what is known by nothing stays empty."""
    how = [answer.column(name) for name in answer.columns]
    basis = answer.columns.index("basis") if "basis" in answer.columns else None

    def seen(value: Any, column: Column, row: Sequence[Any]) -> str:
        if value is None and column.show == "confidence" and basis is not None and row[basis] in (None, "none"):
            return ""
        return cell(value, column.show, unknown=column.unknown)

    return [[seen(v, c, row) for v, c in zip(row, how, strict=True)] for row in answer.rows]


def _numeric(answer: Answer) -> list[bool]:
    """Which columns hold only numbers (and nulls): these are set flush right."""
    kinds = [{type(row[i]) for row in answer.rows} - {type(None)} for i in range(len(answer.columns))]
    return [bool(kind) and kind <= {int, float} for kind in kinds]


def table(answer: Answer, columns: int | None = None) -> str:
    """The sentence, and an aligned table below it where there are rows, fitted into `columns` where given; see
    :mod:`archkb.queries.output.layout`.
    """
    answer = answer.named()
    lines = [*(hung(answer.sentence, columns) if columns else [answer.sentence])] if answer.sentence else []
    first = "".join(f"{printable(line)}\n" for line in lines)
    if not answer.rows and first:
        return first
    text = lay_out(list(map(printable, answer.headings)), shown(answer), _numeric(answer), columns)
    return f"{first}\n{text}" if first else text
