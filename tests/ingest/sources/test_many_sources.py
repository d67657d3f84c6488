"""Folders and lists: which sources they stand for."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from archkb.ingest.sources.many_sources import sources_of, stands_for_many

HEADER = json.dumps({"a.weight": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}}).encode()
Place = Callable[[str, bytes], Path]


def safetensors(header: bytes = HEADER, data: int = 16) -> bytes:
    return len(header).to_bytes(8, "little") + header + bytes(data)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Write a file below the test's folder."""

    def write(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    return write


def found(*arguments: object) -> list[str]:
    return [listed.source for listed in sources_of(map(str, arguments))]


def below(folder: Path, *arguments: object) -> list[str]:
    return [Path(source).relative_to(folder).as_posix() for source in found(*(arguments or (folder,)))]


def test_a_folder_stands_for_the_models_in_it_and_below(place: Place, tmp_path: Path) -> None:
    for name in ("b.safetensors", "deep/er/a.SAFETENSORS", ".cache/hidden.safetensors", "notes.txt", "model.gguf"):
        place(name, safetensors())
    place("packed.json.gz", gzip.compress(HEADER))
    place("plain.json", HEADER)
    place("toy.yaml", b"name: toy\ntensors:\n  a: F32 [2, 2]\n")

    assert below(tmp_path) == ["b.safetensors", "packed.json.gz", "plain.json", "toy.yaml", "deep/er/a.SAFETENSORS"]


def test_json_and_yaml_of_other_kinds_are_no_models_but_damaged_json_may_be_one(place: Place, tmp_path: Path) -> None:
    place("config.json", b'{"hidden_size": 8}')
    place("tokenizer.json", json.dumps({"vocab": {str(i): i for i in range(200_000)}}).encode())
    place("train.yaml", b"lr: 0.1\n")
    place("cut.json", HEADER[:20])

    assert below(tmp_path) == ["cut.json"]


def test_an_index_stands_for_its_shards_and_for_nothing_else(place: Place, tmp_path: Path) -> None:
    shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    for name in (*shards, "other.safetensors", "b/x-00001-of-00001.safetensors"):
        place(name, safetensors())
    place("model.safetensors.index.json", json.dumps({"weight_map": {"a": shards[0], "b": shards[1]}}).encode())
    place("b/x.safetensors.index.json", b"{")

    assert below(tmp_path) == ["model.safetensors.index.json", "other.safetensors", "b/x.safetensors.index.json"]


def test_a_folder_without_a_model_stays_itself_and_says_so_when_it_is_read(place: Place, tmp_path: Path) -> None:
    place("empty/readme.md", b"")
    assert found(tmp_path / "empty") == [str(tmp_path / "empty")]


def test_a_list_names_paths_relative_to_itself(place: Place, tmp_path: Path) -> None:
    here = place("in/a.safetensors", safetensors())
    place("models/b.safetensors", safetensors())
    lines = ["\ufeff# mine", "", "a.safetensors\tfirst ", "  ../models", "design:aiprod-hwvae", str(here), "gone.json"]
    names = place("in/LIST.TXT", "\r\n".join(lines).encode())

    listed = sources_of([str(names)])

    assert [(Path(s.source).name, s.name) for s in listed] == [
        ("a.safetensors", "first"), ("b.safetensors", None), ("design:aiprod-hwvae", None), ("gone.json", None)
    ]  # fmt: skip
    assert stands_for_many(str(names))


def test_each_source_is_there_once(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = place("a.safetensors", safetensors())
    monkeypatch.chdir(tmp_path)
    assert found(tmp_path, "a.safetensors", "./a.safetensors", path) == [str(path)]


def test_a_list_that_is_no_text_fails_in_its_place(place: Place) -> None:
    first, bad = place("a.json", HEADER), place("bad.txt", b"\xff\xfe")
    listed = sources_of([str(first), str(bad)])
    assert [s.error is None for s in listed] == [True, False]
    assert "not UTF-8" in str(listed[1].error)


def test_a_name_that_is_no_text_fails_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "caf\udce9.json").write_bytes(HEADER)
    [listed] = sources_of([str(tmp_path)])
    assert "its name is not UTF-8" in str(listed.error)
