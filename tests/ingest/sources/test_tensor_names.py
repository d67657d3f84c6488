"""Names that cannot be a tree are refused before anything is made of them."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from pathlib import Path

import pytest

from archkb.ingest.sources import read_header
from archkb.ingest.sources.tensor_names import check_names
from archkb.kb.errors import SourceError
from archkb.kb.values import Header, TensorSpec


def written(folder: Path, key: str) -> Path:
    path = folder / "odd.header.json"
    tensors = {"fine.0.weight": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}}
    path.write_text(json.dumps(tensors | {key: {"dtype": "F32", "shape": [1], "data_offsets": [16, 20]}}))
    return path


@pytest.mark.parametrize(
    ("key", "what"),
    [
        ("blocks.².weight", "a digit that is no number"),
        (f"blocks.{'9' * 19}.weight", "a number that no block can have"),
        (f"w{'1' * 5000}", "a number that no block can have"),
        (".".join("a" * 300), "300 names one below the other are over 200"),
    ],
)
def test_a_name_no_tree_can_be_made_of(tmp_path: Path, key: str, what: str) -> None:
    with pytest.raises(SourceError, match=what) as caught:
        read_header(written(tmp_path, key))
    assert "rename the tensor" in caught.value.cure


@pytest.mark.parametrize("key", ["blocks.٣.weight", "größe.0.weight", f"x{'1' * 30}.weight", ".".join("a" * 150)])
def test_unusual_names_are_names(tmp_path: Path, key: str) -> None:
    assert read_header(written(tmp_path, key)).tensors[-1].key == key


def headed(keys: list[str]) -> Header:
    return Header(tuple(TensorSpec(key, "F32", (4, 2)) for key in keys), source="odd.safetensors")


@pytest.mark.parametrize(
    "keys",
    [
        [f"b{i}." + "m." * 196 + "weight" for i in range(300)],
        [f"{i}." + "m." * 196 + "weight" for i in range(300)],
        ["x" * 50_000 + f"{i}." + "m." * 190 + "weight" for i in range(3)],
    ],
    ids=["branches", "numbered", "one long name above all"],
)
def test_names_that_make_far_more_modules_than_tensors_are_refused_before_the_tree_is_built(keys: list[str]) -> None:
    with pytest.raises(SourceError, match=r"make more than [0-9,]+ modules") as caught:
        check_names(headed(keys))
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    "keys",
    [
        ["m." * 197 + f"x{i}.weight" for i in range(300)],
        [f"{'a' * i}.b.c.d.weight" for i in range(1, 300)],
        [f"model.layers.{i}.a.b.c.d.weight" for i in range(1000)],
        ["alone." * 150 + "weight"],
    ],
    ids=["one deep trunk", "long names", "wrappers around each", "one tensor"],
)
def test_deep_and_long_names_that_share_their_modules_are_read(keys: list[str]) -> None:
    assert check_names(headed(keys))


@pytest.mark.parametrize("text", ["9" * 999 + "x", "9" * 18 + ".", "a" * 64, ("1" * 18 + "a")])
def test_long_runs_of_digits_take_no_longer_than_other_names(text: str) -> None:
    key = (text * (400_000 // len(text))).strip(".")
    start = time.perf_counter()
    with suppress(SourceError):
        check_names(headed([key]))
    assert time.perf_counter() - start < 1
