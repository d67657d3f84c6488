"""Odd sizes, left-overs and metadata of a header as marks."""

from __future__ import annotations

import json

import pytest

from archkb.kb.relations.fingerprint import Sketch, kept_sketch, sketch
from archkb.kb.relations.rare_choices import MOST, is_usual, marks, stated_marks
from tests.kb.relations.test_fingerprint import tables
from tests.queries.diff.diff_nets import transformer


@pytest.mark.parametrize("size", [1, 3, 77, 96, 197, 257, 577, 768, 1000, 11008, 14336, 32000, 49408, 50304, 151936])
def test_usual_sizes(size: int) -> None:
    assert is_usual(size)


@pytest.mark.parametrize("size", [129, 514, 3011, 30522, 32001, 32017, 50257, 51865])
def test_odd_sizes(size: int) -> None:
    assert not is_usual(size)
    assert f"size {size}" in marks([("a.weight", (size, 64))])


def entries(numbers: list[int], names: tuple[str, ...] = ("q", "k", "v", "o")) -> list[tuple[str, tuple[int, ...]]]:
    return [(f"net.blocks.{i}.{name}.weight", (64, 64)) for i in numbers for name in names]


def test_a_missing_entry_is_a_gap() -> None:
    assert set(marks(entries([0, 1, 2, 4, 5]))) == {"stack net.blocks 5", "gap net.blocks 3"}


def test_an_entry_with_little_of_the_others_remains() -> None:
    found = marks([*entries([0, 1, 2, 3]), *entries([4, 5], ("q",))])
    assert set(found) == {"stack net.blocks 6", "remains net.blocks 4", "remains net.blocks 5"}


def test_entries_of_several_sorts_are_made_by_the_code() -> None:
    assert set(marks([*entries([0, 2, 4, 5]), *entries([6, 7], ("conv", "norm"))])) == {"stack net.blocks 6"}


def test_metadata_keys_and_identifiers() -> None:
    said = {
        "format": "pt",
        "modelspec.date": "2026-02-14T12:30:01",
        "training": json.dumps({"run": {"id": "0f8fad5b-d9cb-469f-a165-70867728950e"}}),
        "tool.commit": "0123456789abcdef0123",
    }
    kinds = sorted(text.rpartition(" ")[0] if text.startswith("id") else text for text in stated_marks(said))
    assert kinds == ["id modelspec.date", "id training", "key tool.commit", "key training", "key training.run"]


@pytest.mark.parametrize("value", ["{", "[1, 2]", '{"a": 1}', "", "[" * 10_000])
def test_metadata_of_any_form(value: str) -> None:
    assert stated_marks({"x": value}) == ["key x"]


def test_no_more_than_most() -> None:
    assert len(marks([(f"t{i}", (1001 + 64 * i,)) for i in range(500)])) == MOST


def test_the_sketch_keeps_them_and_makes_them_anew() -> None:
    net = tables({**transformer(), "odd.weight": (1001, 64)})
    assert "size 1001" in kept_sketch(net).parts["marks"]
    assert sketch(net.nodes) == Sketch.from_text(net.facts["sketch"])
