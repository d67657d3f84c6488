"""What the sentence of an answer says of rows that read alike, of shares and of what is unknown."""

from __future__ import annotations

import pytest

from archkb.queries.output.sentence import Sentence, sentence_of
from archkb.queries.questions.catalog import open_catalog


def line(question: str, *records: dict[str, object]) -> str:
    """The sentence of a shipped question about rows, of which what is not given is null."""
    asked = open_catalog().get(question)
    rows = [tuple(record.get(column.name) for column in asked.columns) for record in records]
    return asked.says.line(asked.columns, rows, "TOTAL")


@pytest.mark.parametrize(
    ("question", "records", "says"),
    [
        (
            "size-by-component",
            [{"component": "vae", "params": 18_876_176_944, "bytes": 21_000_000_000, "share": 0.796}],
            "vae 18,876,176,944 parameters, 21 GB (79.6 %).",
        ),
        ("odd-blocks", [{"stack": "up", "blocks": ["0"], "of": 3}], "block 0 of 3 blocks in up."),
        (
            "blocks",
            [{"stack": "down", "count": n, "params": 64} for n in (1, 2, 6)],
            "TOTAL of 3 templates: 9 alike in down of 64 parameters each.",
        ),
        (
            "feed-forward",
            [{"count": 2, "width": 8, "hidden": 32}, {"count": 4, "width": 8, "hidden": 32}],
            "TOTAL (6 of 8 to 32).",
        ),
        ("text-path", [{"attentions": 8}], "Text: unknown source, read by 8 attentions."),
        (
            "text-path",
            [
                {"source": "project", "reads_width": 64, "width": 32, "attentions": 2},
                {"source": "caption", "reads_width": 32, "width": 16, "attentions": 8},
            ],
            "Text: project writes 32 from 64, read by 2 attentions; caption writes 16 from 32, read by 8 attentions.",
        ),
        ("components", [{"component": "(root)"}], "TOTAL: (root), role unknown."),
    ],
)
def test_a_sentence_says_what_its_rows_say(question: str, records: list[dict[str, object]], says: str) -> None:
    assert line(question, *records) == says


def test_what_is_added_up_must_be_a_column() -> None:
    declared = {"some": "{each}", "each": "{a}", "none": "None.", "sum": "b"}
    assert sentence_of(declared, ("a",)) == "[answer] names 'b', which is no column"
    assert isinstance(sentence_of(declared, ("a", "b")), Sentence)
