"""Text of a stranger: whatever a file puts into a name, no form it is written in can be driven by it."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archkb.kb.text import csv_text, json_text, markdown_text, printable, xml_text

CONTROLS = "".join(map(chr, [*range(32), *range(0x7F, 0xA0), 0x2028, 0x202E, 0x2066, 0xFEFF, 0xE0001]))


@given(st.text() | st.text(alphabet=CONTROLS))
def test_json_reads_back_equal_and_holds_nothing_that_is_not_printable(text: str) -> None:
    written = json_text(json.dumps({text: [text]}, ensure_ascii=False))
    assert json.loads(written) == {text: [text]}
    assert written.isprintable()


@given(st.text() | st.text(alphabet=CONTROLS))
def test_xml_can_hold_every_text(text: str) -> None:
    element = ElementTree.Element("a", b=xml_text(text))
    assert ElementTree.fromstring(ElementTree.tostring(element)).get("b") == xml_text(text)


@given(st.text(alphabet=CONTROLS + "=+-@a1"))
def test_a_csv_cell_is_no_formula_and_moves_no_cursor(text: str) -> None:
    cell = csv_text(text)
    assert printable(cell, keep="\n") == cell
    if cell[:1] in ("=", "@"):
        raise AssertionError(cell)
    if cell[:1] in ("+", "-"):
        float(cell)


@pytest.mark.parametrize("number", ["-1", "+2.5", "-1e-3", "-.5", "12", "0"])
def test_numbers_stay_numbers_in_csv(number: str) -> None:
    assert csv_text(number) == number


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<script>alert(1)</script>", r"\<script>alert(1)\</script>"),
        ("[x](javascript:alert(1))", r"[x\](javascript:alert(1))"),
        ("![x](https://h/y.png)", r"![x\](https://h/y.png)"),
        ("[x][y]", r"[x\][y]"),
        ("<javascript:alert(1)>", r"\<javascript:alert(1)>"),
        ("&lt;b&gt;", r"\&lt;b\&gt;"),
        ("`code`", r"\`code\`"),
        ("a\\|b", r"a\\\|b"),
        ("weight [64, 8], < 0.1 %, a & b", "weight [64, 8], < 0.1 %, a & b"),
    ],
)
def test_markdown_shows_markup_as_text(text: str, shown: str) -> None:
    assert markdown_text(text) == shown
