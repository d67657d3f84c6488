"""Reading files of every kind: what is chosen, what is refused, and what it says."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from archkb.ingest.sources import read_header, shipped
from archkb.ingest.sources.formats import SAFETENSORS, SOURCES, Source
from archkb.kb.errors import NotFoundError, SourceError

HEADER = '{"%s":{"dtype":"U8","shape":[%d],"data_offsets":[0,%d]}}'


def write_model(path: Path, key: str = "a", size: int = 2, metadata: dict[str, str] | None = None) -> Path:
    header = json.loads(HEADER % (key, size, size))
    if metadata:
        header["__metadata__"] = metadata
    raw = json.dumps(header).encode()
    path.write_bytes(len(raw).to_bytes(8, "little") + raw + bytes(size))
    return path


def write_index(folder: Path, weight_map: dict[str, object], **more: object) -> Path:
    path = folder / "m.safetensors.index.json"
    path.write_text(json.dumps({"weight_map": weight_map, **more}))
    return path


def test_a_safetensors_file(tmp_path: Path):
    path = write_model(tmp_path / "m.safetensors", metadata={"format": "pt"})

    header = read_header(path)

    assert (header.format, header.source, header.size) == ("safetensors", str(path), path.stat().st_size)
    assert header.metadata == {"format": "pt"}
    assert [(t.key, t.file, t.span) for t in header.tensors] == [("a", "m.safetensors", (0, 2))]


def test_a_header_on_its_own_packed_or_not(tmp_path: Path):
    (tmp_path / "h.json").write_text(HEADER % ("a", 2, 2))
    with gzip.open(tmp_path / "h.json.gz", "wt") as file:
        file.write(HEADER % ("a", 2, 2))

    for name in ("h.json", "h.json.gz"):
        header = read_header(tmp_path / name)
        assert (header.format, header.size, header.tensors[0].key) == ("header-json", None, "a")


SAMPLES: dict[str, Callable[[Path], object]] = {
    "safetensors": write_model,
    "index": lambda path: path.write_text(json.dumps({"weight_map": {"a": "shard.safetensors"}})),
    "design": lambda path: path.write_text("name: m\ntensors:\n  a: u8 [2]\n"),
    "header-json": lambda path: path.write_bytes(gzip.compress((HEADER % ("a", 2, 2)).encode())),
}
"""A file of each format with one tensor, `a`: a new source has its line here."""


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.format)
def test_without_a_telling_name_the_content_tells(source: Source, tmp_path: Path):
    write_model(tmp_path / "shard.safetensors")
    SAMPLES[source.format](tmp_path / "blob")

    header = read_header(tmp_path / "blob")

    assert (header.format, [t.key for t in header.tensors]) == (source.format, ["a"])


@pytest.mark.parametrize("source", [s for s in SOURCES if s is not SAFETENSORS], ids=lambda source: source.format)
def test_under_the_name_of_another_format_it_is_told_how_to_call_it(source: Source, tmp_path: Path):
    write_model(tmp_path / "shard.safetensors")
    SAMPLES[source.format](tmp_path / "m.safetensors")

    with pytest.raises(SourceError, match=rf"begins as .* does.*a name that ends in {source.suffixes[0]}"):
        read_header(tmp_path / "m.safetensors")


def test_what_nothing_tells_is_refused_with_the_known_kinds(tmp_path: Path):
    (tmp_path / "blob").write_bytes(b"hello")

    with pytest.raises(SourceError, match=r"name one of \.safetensors\.index\.json, \.safetensors, \.yaml"):
        read_header(tmp_path / "blob")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("m.pt", b"PK\x03\x04" + bytes(30), r"PyTorch checkpoint.*torch\.load\(sys"),
        ("m.bin", b"\x80\x02}q", r"pickle.*weights_only=True.*save_file"),
        ("m.pt", b"hello", "by its name a PyTorch checkpoint"),
        ("m.gguf", b"GGUF\x03\0\0\0", r"GGUF file.*does not read yet.*without reading a weight.*gguf\.GGUFReader"),
        ("m.npz", b"PK\x03\x04" + bytes(26) + b"w.npy", r"NumPy archive.*numpy\.load"),
        ("m.onnx", b"\x08\x07", "ONNX graph.*safetensors file it was made from"),
        ("m", b"", "the file is empty"),
        ("config.json", b'{"hidden_size": 8}', r"configuration \(keys hidden_size\).*index\.json"),
        ("other.json", b'{"a": 1, "b": 2, "c": 3, "d": 4}', r"JSON without any tensor \(keys a, b, c, \.\.\.\)"),
        ("index.json", b'{"weight_map": {}}', r"the index of a sharded model.*\.safetensors\.index\.json"),
        ("broken.json", b"{not json", r"at byte 1: is no JSON.*give the model's"),
        ("list.json", b"[1, 2]", "is JSON, but no object"),
        ("m.safetensors", b"hello world, this is a text", "is text, not safetensors"),
    ],
)
def test_what_is_no_header_is_named_with_what_to_give_instead(name: str, content: bytes, says: str, tmp_path: Path):
    (tmp_path / name).write_bytes(content)

    with pytest.raises(SourceError, match=says):
        read_header(tmp_path / name)


def test_a_header_with_faults_is_told_by_its_faults(tmp_path: Path):
    (tmp_path / "h.json").write_text('{"a":{"dtype":"U9","shape":[1],"data_offsets":[0,1]}}')

    with pytest.raises(SourceError, match="unknown dtype 'U9'"):
        read_header(tmp_path / "h.json")


def test_what_is_no_regular_file_is_refused_without_waiting(tmp_path: Path):
    os.mkfifo(tmp_path / "f.safetensors")
    (tmp_path / "d.safetensors").mkdir()
    write_model(tmp_path / "d.safetensors" / "inside.safetensors")

    with pytest.raises(SourceError, match="is a FIFO"):
        read_header(tmp_path / "f.safetensors")
    with pytest.raises(SourceError, match=r"is a directory.*name a file in it: inside\.safetensors"):
        read_header(tmp_path / "d.safetensors")
    with pytest.raises(SourceError, match="is a device"):
        read_header("/dev/zero")


def test_what_cannot_be_opened_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(SourceError, match="no such file"):
        read_header(tmp_path / "absent.safetensors")
    with pytest.raises(SourceError, match="zero byte"):
        read_header("a\0.safetensors")

    def denied(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    path = write_model(tmp_path / "m.safetensors")
    monkeypatch.setattr(os, "open", denied)  # root may read everything, so the system call has to say it
    with pytest.raises(SourceError, match="may not read"):
        read_header(path)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        (b"PK\x03\x04\x14\x00\x00\x00\x08\x00", "zip archive"),
        (b"GGUF\x03\x00\x00\x00\x01\x00", "GGUF"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"\x80\x02\x8a\nl\xfc\x9cF\xf9", "pickle"),
        (b"", "empty"),
        (b"\x02\0\0", "too few"),
    ],
)
def test_files_of_another_kind_are_named(content: bytes, says: str, tmp_path: Path):
    (tmp_path / "m.safetensors").write_bytes(content)

    with pytest.raises(SourceError, match=says):
        read_header(tmp_path / "m.safetensors")


def test_broken_gzip_is_refused_and_a_bomb_is_not_unpacked(tmp_path: Path):
    packed = gzip.compress((HEADER % ("a", 2, 2)).encode())
    (tmp_path / "cut.json.gz").write_bytes(packed[:-12])
    (tmp_path / "bad.json.gz").write_bytes(packed[:12] + b"\xff\xff\xff" + packed[15:])
    (tmp_path / "bomb.json.gz").write_bytes(gzip.compress(bytes(100_000_001), 9))

    with pytest.raises(SourceError, match="cut off"):
        read_header(tmp_path / "cut.json.gz")
    with pytest.raises(SourceError, match="damaged gzip"):
        read_header(tmp_path / "bad.json.gz")
    with pytest.raises(SourceError, match="more than 100,000,000 bytes"):
        read_header(tmp_path / "bomb.json.gz")


def test_an_index_joins_its_shards(tmp_path: Path):
    one = write_model(tmp_path / "1.safetensors", "a", 2, {"format": "pt", "part": "1"})
    two = write_model(tmp_path / "2.safetensors", "b", 3, {"format": "pt", "part": "2"})
    index = write_index(tmp_path, {"a": "1.safetensors", "b": "2.safetensors"}, metadata={"total_size": 5, "by": "me"})

    header = read_header(index)

    assert [(t.key, t.file, t.span) for t in header.tensors] == [
        ("a", "1.safetensors", (0, 2)),
        ("b", "2.safetensors", (0, 3)),
    ]
    assert header.metadata == {
        "format": "pt",
        "1.safetensors:part": "1",
        "2.safetensors:part": "2",
        "index.total_size": "5",
        "index.by": "me",
    }
    assert (header.format, header.size) == ("index", one.stat().st_size + two.stat().st_size)


@pytest.mark.parametrize(
    ("weight_map", "says"),
    [
        ({"a": "1.safetensors", "b": "2.safetensors"}, "1 of 2 shards missing: 2.safetensors"),
        ({"a": "1.safetensors", "z": "1.safetensors"}, "not in the shard the index names: 1 tensor, z"),
        ({"z": "1.safetensors"}, "not where the index says: 1 tensor of the shards, a"),
        ({"a": "../1.safetensors"}, "not a plain file name"),
        ({"a": "/etc/passwd"}, "not a plain file name"),
        ({"a": "..\\1.safetensors"}, "not a plain file name"),
        ({"a": "C:1.safetensors"}, "not a plain file name"),
        ({"a": ".."}, "not a plain file name"),
        ({"a": ""}, "not a plain file name"),
        ({"a": "1\x00.safetensors"}, "not a plain file name"),
        ({"a": 7}, "its shard is not a string"),
        ({}, "names no tensor"),
    ],
)
def test_an_index_that_lies_is_refused(weight_map: dict[str, object], says: str, tmp_path: Path):
    write_model(tmp_path / "1.safetensors")

    with pytest.raises(SourceError, match=says):
        read_header(write_index(tmp_path, weight_map))


def test_a_tensor_in_two_shards_is_refused(tmp_path: Path):
    write_model(tmp_path / "1.safetensors", "a")
    write_model(tmp_path / "2.safetensors", "a")
    (tmp_path / "m.safetensors.index.json").write_text('{"weight_map": {"a": "1.safetensors", "a": "2.safetensors"}}')

    with pytest.raises(SourceError, match="'a' is given twice"):
        read_header(tmp_path / "m.safetensors.index.json")


def test_shipped_designs_are_read_by_name_and_near_misses_are_told():
    assert "ltx-2-19b-dev-fp8" in shipped()
    assert read_header("design:aiprod-hwvae").format == "design"
    with pytest.raises(NotFoundError, match="Did you mean 'ltx-2-19b-dev"):
        read_header("design:ltx-2-19b")
