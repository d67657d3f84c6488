"""An answer as text: a table for people, JSON and CSV for programs, Markdown for documents.

JSON is a contract: an array of objects, one a row, keys are the columns in order, values as the store gave them. In a
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

FORMATS = ("table", "json", "csv", "markdown")


def render(answer: Answer, format: str = "table", *, columns: int | None = None) -> str:
    """The answer as text that ends with a line break, in one of :data:`FORMATS`. A table is fitted into `columns`."""
    if format == "table":
        return table(answer, columns)
    makers: dict[str, Callable[[Answer], str]] = {"json": as_json, "csv": as_csv, "markdown": as_markdown}
    return makers[format](answer)


def as_json(answer: Answer) -> str:
    """An array of objects; NaN and infinities, which JSON has not, are null."""
    records = [json_text(json.dumps(_finite(r), ensure_ascii=False)) for r in answer.records()]
    return "[\n " + ",\n ".join(records) + "\n]\n" if records else "[]\n"


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
    """A pipe table, and the total below it."""
    answer = answer.named()
    rule = "|".join("---:" if number else "---" for number in _numeric(answer))
    lines = [_piped(list(map(printable, answer.headings))), f"|{rule}|", *(_piped(row) for row in shown(answer))]
    lines += ["", markdown_text(answer.total)] if answer.total else []
    return "\n".join(lines) + "\n"


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
    """An aligned table and the total below it, fitted into `columns` where given; see
    :mod:`archkb.queries.output.layout`.
    """
    answer = answer.named()
    lines = ["", *(hung(answer.total, columns) if columns else [answer.total])] if answer.total else []
    text = lay_out(list(map(printable, answer.headings)), shown(answer), _numeric(answer), columns)
    return text + "".join(f"{printable(line)}\n" for line in lines)
