"""What the header reader says of broken headers: file, key, byte offset and cure, several faults at once."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from archkb.ingest.sources.safetensors_header import header_length, read
from archkb.kb.errors import SourceError

TWO = b'{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[1],"data_offsets":[8,9]}}'


def test_a_good_header_gives_its_tensors_in_its_own_order():
    tensors, metadata = read(b'{"__metadata__":{"k":"v"},' + TWO[1:], file="m.safetensors", data_bytes=9)

    assert [(t.key, t.dtype, t.shape, t.file, t.span) for t in tensors] == [
        ("a", "F32", (2,), "m.safetensors", (0, 8)),
        ("b", "U8", (1,), "m.safetensors", (8, 9)),
    ]
    assert metadata == {"k": "v"}


@pytest.mark.parametrize(
    ("raw", "says", "key", "offset"),
    [
        (b'{"a":{"dtype":"F3","shape":[2],"data_offsets":[0,8]}}', "unknown dtype 'F3'", "a", 9),
        (b'{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}', "takes 12 bytes, data_offsets hold 8", "a", 9),
        (TWO.replace(b"[8,9]", b"[9,10]"), "a hole of 1 bytes", "b", 8 + TWO.index(b'"b"')),
        (TWO.replace(b"[8,9]", b"[7,8]"), "overlap a tensor that ends at 8", "b", 8 + TWO.index(b'"b"')),
        (TWO.replace(b'"b"', b'"a"'), "given twice", "a", 8 + TWO.index(b'"b"')),
        (TWO.replace(b"[1]", b"[-1]"), "shape must be an array of integers", "b", 8 + TWO.index(b'"b"')),
        (TWO.replace(b"[1]", b"[true]"), "shape must be an array of integers", "b", 8 + TWO.index(b'"b"')),
        (b'{"__metadata__":{"k":1}}', "the value of 'k' must be a string, is an integer", "__metadata__", 9),
        (TWO[:-1], "no JSON", "", 8 + len(TWO) - 1),
        (b'{"\xc3\xa9":\xff}', "not UTF-8", "", 14),
        ('{"é":{}, x}'.encode(), "no JSON", "", 8 + 10),
        (b"[" * 100_000, "nested deeper", "", None),
        (b"[1]", "not an object", "", 8),
        (b'{"a":{"z":' + b"9" * 5000 + b"}}", "no JSON", "", None),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_place(raw: bytes, says: str, key: str, offset: int | None):
    with pytest.raises(SourceError) as caught:
        read(raw, path="x.safetensors")

    assert says in str(caught.value)
    assert (caught.value.path, caught.value.key, caught.value.offset) == ("x.safetensors", key, offset)
    assert caught.value.cure


def test_several_faults_are_told_at_once_and_counted():
    entries = {f"t{i}": {"dtype": "F33", "shape": [1], "data_offsets": [0, 4]} for i in range(12)}

    with pytest.raises(SourceError, match=r"unknown dtype.*t1: unknown.*t2: unknown.*9 more faults of 12") as caught:
        read(json.dumps(entries).encode(), path="x")

    assert caught.value.key == "t0"


def test_names_cannot_write_to_the_terminal():
    raw = b'{"\\u001b[2Jevil":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}}'

    with pytest.raises(SourceError) as caught:
        read(raw)

    assert str(caught.value).isprintable()


def test_a_cut_off_file_is_told_from_one_with_a_tail():
    with pytest.raises(SourceError, match=r"cut off: the tensors take 9 bytes, the data has 8"):
        read(TWO, data_bytes=8)
    with pytest.raises(SourceError, match="bytes no tensor owns"):
        read(TWO, data_bytes=10)


@pytest.mark.parametrize(
    ("prefix", "size", "says"),
    [
        (b"", 0, "the file is empty"),
        (b"\1\0", 2, "2 bytes are too few"),
        ((100_000_001).to_bytes(8, "little"), 1 << 40, "100,000,001 bytes long, and 100,000,000 is the limit"),
        ((10).to_bytes(8, "little"), 17, "announced with 10 bytes, and only 9 follow"),
    ],
)
def test_lengths_that_lie_are_refused(prefix: bytes, size: int, says: str):
    with pytest.raises(SourceError, match=says):
        header_length(prefix, size)


def _seconds(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def test_reading_takes_a_few_times_what_json_takes(shared: Path):
    """The whole way from header to tables may take ten times `json.loads`; the reader leaves most of it to others.

    Measured 2 to 2.7 times. Each ratio is of two measurements side by side, for the machine is not always as fast.
    """
    with gzip.open(shared / "checkpoints" / "ltx-2-19b-dev-fp8.json.gz") as file:
        raw = file.read()

    ratios = [_seconds(lambda: read(raw)) / _seconds(lambda: json.loads(raw)) for _ in range(9)]

    assert min(ratios) < 4
