"""How an answer is shown. The JSON form is a contract."""

from __future__ import annotations

import csv
import io
import json

import pytest

from archkb.queries.output.answer import Answer, Column
from archkb.queries.output.cells import cell, ranges, width
from archkb.queries.output.render import render

ABOUT = {
    "blocks": Column("blocks", "", "ranges"),
    "heads": Column("heads", "", unknown=True),
    "bytes": Column("bytes", "", "bytes"),
}
ANSWER = Answer(
    "demo",
    ("path", "blocks", "heads", "bytes", "gated"),
    (
        ("blocks.{i}.attn", ["0", "1", "2", "10"], None, 27077673866, True),
        ("a | b", [], 32, 940, False),
    ),
    about=ABOUT,
)
TABLE = [
    "path             blocks     heads    bytes  gated",
    "───────────────  ───────  ───────  ───────  ─────",
    "blocks.{i}.attn  0-2, 10  unknown  27.1 GB  yes",
    "a | b                          32    940 B  no",
]
EMPTY = Answer("demo", ("a", "b"), ())


def test_json_is_an_array_of_objects_with_keys_in_order() -> None:
    loaded = json.loads(render(ANSWER, "json"))
    assert [list(r) for r in loaded] == [list(ANSWER.columns)] * 2
    assert loaded[0] == {
        "path": "blocks.{i}.attn",
        "blocks": ["0", "1", "2", "10"],
        "heads": None,
        "bytes": 27077673866,
        "gated": True,
    }
    assert json.loads(render(EMPTY, "json")) == []


def test_json_is_valid_for_every_value() -> None:
    odd = Answer(
        "q", ("x",), ((float("nan"),), (float("inf"),), ([1.5, float("nan")],), ({"a": float("-inf")},), ("µ\n\x1b",))
    )
    assert [r["x"] for r in json.loads(render(odd, "json"))] == [None, None, [1.5, None], {"a": None}, "µ\n\x1b"]


def test_table() -> None:
    assert render(ANSWER, "table").splitlines() == TABLE


def test_markdown() -> None:
    assert render(ANSWER, "markdown").splitlines() == [
        "| path | blocks | heads | bytes | gated |",
        "|---|---|---:|---:|---|",
        "| blocks.{i}.attn | 0-2, 10 | unknown | 27.1 GB | yes |",
        "| a \\| b |  | 32 | 940 B | no |",
    ]


def test_csv_reads_back() -> None:
    rows = list(csv.reader(io.StringIO(render(ANSWER, "csv"))))
    assert rows[0] == list(ANSWER.columns)
    assert rows[1] == ["blocks.{i}.attn", '["0", "1", "2", "10"]', "", "27077673866", "true"]
    assert "\r" not in render(ANSWER, "csv")


@pytest.mark.parametrize("format", ["table", "csv", "markdown"])
def test_an_empty_answer_still_names_its_columns(format: str) -> None:
    assert render(EMPTY, format).splitlines()[0].replace("|", " ").replace(",", " ").split() == ["a", "b"]


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_a_table_is_wrapped_to_the_terminal(columns: int) -> None:
    answer = Answer(
        "q", ("path", "n", "why"), (("model.diffusion_model.transformer_blocks.{i}.attn2", 48, "a sentence " * 12),)
    )
    text = render(answer, "table", columns=columns)
    assert max(width(line) for line in text.splitlines()) <= columns
    assert "".join(text.split()).count("sentence") == 12


def test_names_from_files_cannot_drive_the_terminal() -> None:
    hostile = Answer("q", ("key",), (("a\x1b[2J\x07\nb\u202ec",),))
    for format in ("table", "markdown", "csv", "json"):
        text = render(hostile, format)
        assert "\x1b" not in text
        assert "\u202e" not in text
    for format in ("table", "markdown"):
        text = render(hostile, format)
        assert "a\\x1b[2J\\x07\\nb\\u202ec" in text.replace("\\\\", "\\")


@pytest.mark.parametrize(
    ("value", "show", "text"),
    [
        (None, "plain", ""),
        (True, "plain", "yes"),
        (0.123456, "plain", "0.1235"),
        ([1, 2], "plain", "1, 2"),
        ({"a": 1}, "plain", '{"a": 1}'),
        (1234567, "count", "1,234,567"),
        ([3, 3, 3], "shape", "3×3×3"),
        ([], "shape", "scalar"),
        (0.5, "share", "50 %"),
        (0.98765, "confidence", "0.9877"),
        (None, "confidence", "unmeasured"),
        (999, "bytes", "999 B"),
        (1_000_000, "bytes", "1 MB"),
    ],
)
def test_cells(value: object, show: str, text: str) -> None:
    assert cell(value, show) == text


@pytest.mark.parametrize(
    ("indices", "text"),
    [
        ([], ""),
        ([""], ""),
        (["3"], "3"),
        (["10", "9", "2"], "2, 9-10"),
        ([0, 1, 2], "0-2"),
        (["0.0", "0.1", "1.0", "1.1"], "0-1.0-1"),
        (["0.0", "0.1", "1.0"], "0.0-1, 1.0"),
        (["1.0.0", "1.0.1", "2.0.0", "2.0.1", "5.1.0"], "1-2.0.0-1, 5.1.0"),
        (["1", "1.0", "2"], "1-2, 1.0"),
    ],
)
def test_indices_as_ranges(indices: list[str], text: str) -> None:
    assert ranges(indices) == text


def _diff(columns: int) -> str:
    rows = (("precision", "BF16 > 99.9 %, F32 < 0.1 %", "F32 0.04 %, F8_E4M3 99.96 %"), ("size", "21.6B", "1,234,567"))
    return render(Answer("q", ("aspect", "first_model-v1", "second_model-v2"), rows), "table", columns=columns)


@pytest.mark.parametrize("columns", [20, 30, 40, 50, 60, 80, 160])
def test_no_number_is_broken_at_any_width(columns: int) -> None:
    text = _diff(columns)
    for whole in ("99.9 %", "0.1 %", "0.04 %", "99.96 %", "21.6B", "1,234,567", "F8_E4M3"):
        assert whole in text
    assert max(width(line) for line in text.splitlines()) <= max(columns, 37)


def test_what_fits_no_other_way_is_written_as_records() -> None:
    lines = _diff(36).splitlines()
    assert lines[0] == "aspect           precision"
    assert lines[1].startswith("first_model-v1   BF16")
    assert lines.count("") == 1
    assert "─" not in "".join(lines)


def test_names_are_broken_between_their_words_before_that() -> None:
    rows = (("diffusion_pipeline of one", "diffusion_transformer"),)
    text = render(Answer("q", ("a", "b"), rows), "table", columns=26)
    assert "diffusion_\n" in text
    assert "─" in text


def test_long_texts_of_a_node_are_shortened_for_people_only() -> None:
    answer = Answer("q", ("m",), (({"sketch": "x" * 500, "name": "n"},),))
    assert "(500 characters)" in render(answer, "table")
    assert "x" * 500 in render(answer, "json")
    assert "x" * 500 in render(answer, "csv")


def test_wrapped_rows_are_set_apart() -> None:
    answer = Answer("q", ("a", "why"), (("x", "word " * 20), ("y", "short")))
    assert "" in render(answer, "table", columns=40).splitlines()
    assert "" not in render(answer, "table", columns=200).splitlines()


def test_a_csv_cell_is_no_formula_and_numbers_are_left_alone() -> None:
    answer = Answer("q", ("=name", "n"), (("=HYPERLINK(1)", -1), ("-1.5", -0.5), ("@x", None)))
    assert render(answer, "csv").splitlines() == ["'=name,n", "'=HYPERLINK(1),-1", "-1.5,-0.5", "'@x,"]


def test_markdown_of_a_strangers_names_holds_no_tag_and_no_link() -> None:
    answer = Answer("q", ("key",), (("<img src=x onerror=alert(1)> [a](javascript:alert(1))",),))
    assert render(answer, "markdown").splitlines()[-1] == (
        "| \\<img src=x onerror=alert(1)> [a\\](javascript:alert(1)) |"
    )
