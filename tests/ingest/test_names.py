"""Names that cannot be a tree are refused before anything is made of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.sources import read_header
from kb.errors import SourceError


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
