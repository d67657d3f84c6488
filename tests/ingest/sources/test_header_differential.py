"""The reader against the `safetensors` package: the same files are accepted, the same refused, with the same content.

Where the two differ on purpose, DELIBERATE says why; a disagreement that is not in it fails. The package's answers
are its own (0.8), not a copy of them, so a new version that changes its mind fails here too.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from safetensors import SafetensorError, safe_open

from archkb.ingest.sources.safetensors import read_safetensors
from archkb.kb.errors import SourceError
from archkb.kb.values import DTYPE_BITS

Content = tuple[dict[str, tuple[str, tuple[int, ...]]], dict[str, str]]


class Verdict(NamedTuple):
    """What a reader makes of a file: its tensors and metadata, or why it refuses."""

    content: Content | None
    reason: str = ""


class Difference(NamedTuple):
    """A file that the package accepts and this reader refuses."""

    header: str
    data: int
    says: str
    reason: str


A = '"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}'
B = '"b":{"dtype":"U8","shape":[1],"data_offsets":[8,9]}'

DELIBERATE = {
    "duplicate tensor": Difference(
        '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},' + A + "}",
        8,
        "given twice",
        "the package keeps the last of two tensors with one name; which one was meant, nobody can know",
    ),
    "duplicate in metadata": Difference(
        '{"__metadata__":{"x":"1","x":"2"},' + A + "}", 8, "given twice", "as for tensors: one of the two is lost"
    ),
    "duplicate unknown field": Difference(
        '{"a":{"z":1,"z":2,"dtype":"F32","shape":[2],"data_offsets":[0,8]}}',
        8,
        "given twice",
        "the package ignores unknown fields and so does not see it",
    ),
    "entry as array": Difference(
        '{"a":["F32",[2],[0,8]]}',
        8,
        "must be an object",
        "a leftover of how the package decodes structs; the format knows objects only, no writer makes arrays",
    ),
    "dtype as object": Difference(
        '{"a":{"dtype":{"F32":null},"shape":[2],"data_offsets":[0,8]}}',
        8,
        "dtype must be a string",
        "a leftover of how the package decodes enums; the format knows strings only",
    ),
    "a million empty arrays": Difference(
        '{"a":{"z":[' + "[]," * 1_000_000 + '[]],"dtype":"F32","shape":[2],"data_offsets":[0,8]}}',
        8,
        "more than tensors can need",
        "the package walks past unknown fields, a parser that builds objects needs 75 times their size in memory",
    ),
}


def theirs(path: Path) -> Verdict:
    try:
        with safe_open(path, framework="np") as file:
            slices = {key: file.get_slice(key) for key in file.keys()}  # noqa: SIM118 (not a mapping)
            tensors = {key: (s.get_dtype(), tuple(s.get_shape())) for key, s in slices.items()}
            return Verdict((tensors, file.metadata() or {}))
    except SafetensorError as err:
        return Verdict(None, str(err))


def ours(path: Path) -> Verdict:
    try:
        header = read_safetensors(path)
    except SourceError as err:
        return Verdict(None, str(err))
    return Verdict(({t.key: (t.dtype, t.shape) for t in header.tensors}, dict(header.metadata)))


def compare(path: Path, raw: bytes, reader: Callable[[Path], Verdict] = ours) -> bool:
    """Fail where the two disagree and no deliberate difference explains it; tell whether the package accepts."""
    path.write_bytes(raw)
    package, mine = theirs(path), reader(path)
    if package.content is None:
        assert mine.content is None, f"accepted, but the package says: {package.reason}"
    elif mine.content is None:
        known = any(difference.says in mine.reason for difference in DELIBERATE.values())
        assert known, f"refused, but the package accepts: {mine.reason}"
    else:
        assert mine.content == package.content
    return package.content is not None


def file_of(header: str | bytes, data: int = 0, length: int | None = None) -> bytes:
    raw = header if isinstance(header, bytes) else header.encode("utf-8", "surrogatepass")
    return struct.pack("<Q", len(raw) if length is None else length) + raw + bytes(data)


def entry(dtype: Any = "F32", shape: Any = (2,), offsets: Any = (0, 8), more: str = "", key: str = '"a"') -> str:
    """A header of one tensor; strings in `shape` and `offsets` go into the JSON as they are."""

    def listed(value: Any) -> str:
        return value if isinstance(value, str) else "[" + ",".join(map(str, value)) + "]"

    return f'{{{key}:{{{more}"dtype":{json.dumps(dtype)},"shape":{listed(shape)},"data_offsets":{listed(offsets)}}}}}'


def plain_cases() -> Iterator[tuple[str, bytes]]:
    yield "plain", file_of(f"{{{A}}}", 8)
    yield "two tensors", file_of(f"{{{A},{B}}}", 9)
    yield "out of order", file_of(f"{{{B},{A}}}", 9)
    yield "no tensors", file_of("{}")
    yield "no tensors, but data", file_of("{}", 1)
    yield "spaces around", file_of(f" \t\r\n{{{A}}}\n   ", 8)
    yield "not at the start", file_of(f"\x0c{{{A}}}", 8)
    yield "byte order mark", file_of(f"\ufeff{{{A}}}", 8)
    yield "zero bytes after", file_of(f"{{{A}}}\0\0", 8)
    yield "text after", file_of(f"{{{A}}}x", 8)
    for top in ("", "[]", "null", "1", '"x"', "[null]", "{", "}", "{]", '{"a"}', "{,}", f"{{{A},}}"):
        yield f"top {top}", file_of(top)
    for bad in (b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xc3"):
        yield f"UTF-8 {bad!r}", file_of(b'{"' + bad + b'":' + entry()[5:].encode(), 8)
    for escape in ("\\ud800", "\\udc00", "\\ud83d\\ude00", "\\ud800\\u0041", "\\u0000", "\\u0022", "\\x41", "\\u12"):
        yield f"key {escape}", file_of(entry(key=f'"{escape}"'), 8)
        yield f"field {escape}", file_of(entry(more=f'"z":"{escape}",'), 8)
        yield f"metadata {escape}", file_of(f'{{"__metadata__":{{"x":"{escape}"}},{A}}}', 8)
    for char in ("\x01", "\x1f", "\x7f", "\x85", "\u2028", "\ufeff", "\ufffe", "\n", "\t", ""):
        yield f"key {char!r}", file_of(entry(key=f'"{char}"'), 8)


def metadata_cases() -> Iterator[tuple[str, bytes]]:
    for value in ("null", "{}", "[]", '"x"', "1", "true", '{"a":1}', '{"a":null}', '{"a":{}}', '{"a":"b"}', '{"":""}'):
        yield f"metadata {value}", file_of(f'{{"__metadata__":{value},{A}}}', 8)
        yield f"metadata twice {value}", file_of(f'{{"__metadata__":{value},"__metadata__":{value},{A}}}', 8)
    yield "metadata escaped", file_of('{"__met\\u0061data__":{"a":"b"},' + A + "}", 8)
    yield "metadata alone", file_of('{"__metadata__":{"a":"b"}}')
    yield "metadata with quotes", file_of('{"__metadata__":{"a\\"":"\\"b\\" -0, ]"},' + A + "}", 8)
    yield "metadata as tensor", file_of(f'{{"__metadata__":{A[4:]}}}', 8)


def entry_cases() -> Iterator[tuple[str, bytes]]:
    for value in ("null", "1", '"x"', "[]", "{}", "true", "[1,2,3]"):
        yield f"entry {value}", file_of(f'{{"a":{value}}}')
        yield f"entry {value} given again", file_of(f'{{"a":{value},{A}}}', 8)
    for field in ("dtype", "shape", "data_offsets"):
        fields = {"dtype": '"F32"', "shape": "[2]", "data_offsets": "[0,8]"}
        for value in (
            "null",
            "1",
            '"x"',
            "[]",
            "{}",
            "true",
            "[true,8]",
            '["0","8"]',
            "[0,8,9]",
            "[[0,8]]",
            "[0,null]",
        ):
            body = ",".join(f'"{k}":{value if k == field else v}' for k, v in fields.items())
            yield f"{field} {value}", file_of(f'{{"a":{{{body}}}}}', 8)
        body = ",".join(f'"{k}":{v}' for k, v in fields.items() if k != field)
        yield f"no {field}", file_of(f'{{"a":{{{body}}}}}', 8)
        yield f"{field} twice", file_of(entry(more=f'"{field}":{fields[field]},'), 8)
    for more in ('"z":1,', '"z":-0,', '"z":1.5,', '"z":NaN,', '"z":-Infinity,', '"z":1e999,', '"z":[{"y":[]}],'):
        yield f"field {more}", file_of(entry(more=more), 8)
    for digits in (19, 20, 21, 300, 308, 309, 310, 400, 5000):
        yield f"number of {digits} digits", file_of(entry(more='"z":' + "9" * digits + ","), 8)
        yield f"dimension of {digits} digits", file_of(entry(shape=["9" * digits, 0], offsets=(0, 0)))
    for depth in (1, 100, 124, 125, 126, 127, 128, 900, 2000, 100_000):
        yield f"{depth} arrays deep", file_of(entry(more='"z":' + "[" * depth + "]" * depth + ","), 8)
        yield f"{depth} objects deep", file_of(entry(more='"z":' + '{"y":' * depth + "1" + "}" * depth + ","), 8)
        yield f"entry {depth} arrays deep", file_of('{"a":' + "[" * depth + "]" * depth + "}")


def size_cases() -> Iterator[tuple[str, bytes]]:
    for dtype in (*DTYPE_BITS, "C128", "I4", "F8_E4M3FN", "f32", "F32 ", "", "F6"):
        for count in (0, 1, 2, 3, 4, 5, 8):
            for held in sorted({0, count, count * DTYPE_BITS.get(dtype, 8) // 8, -(-count * 6 // 8)}):
                yield f"{dtype} x {count} in {held}", file_of(entry(dtype, (count,), (0, held)), held)
    big = (2**20, 2**31, 2**32, 2**40, 2**61, 2**62, 2**63 - 1, 2**63, 2**64 - 1, 2**64, 2**65)
    for n in big:
        for shape in ((0, n), (n, 0), (n, n, 0), (0, n, n), (n,), (n, n), (1, n), (2**64 // n, n)):
            yield f"shape {shape}", file_of(entry("U8", shape, (0, 0)))
            yield f"shape {shape} F64", file_of(entry("F64", shape, (0, 0)))
        yield f"offsets to {n}", file_of(entry("U8", (n,), (0, n)))
    for shape in ((), (2,), (1, 2), (2, 1, 1), (-2,), (-1, -2), ("-0",), ("2.0",), ("2e0",), ("02",), ("+2",)):
        for held in (0, 4, 8):
            yield f"shape {shape} in {held}", file_of(entry(shape=shape, offsets=(0, held)), held)
    for offsets in ((0, 8), (1, 9), (8, 0), (-8, 0), ("-0", 8), ("0.0", 8), (0, "8.0"), (0, 7), (0, 9), (8, 16)):
        for data in (0, 7, 8, 9, 16):
            yield f"offsets {offsets} of {data}", file_of(entry(offsets=offsets), data)


def layout_cases() -> Iterator[tuple[str, bytes]]:
    spans = [(0, 1), (0, 2), (1, 2), (1, 1), (0, 0), (2, 3), (2, 2), (1, 3), (3, 3)]
    for first in spans:
        for second in spans:
            body = ",".join(
                f'"{k}":{{"dtype":"U8","shape":[{e - b}],"data_offsets":[{b},{e}]}}'
                for k, (b, e) in zip("ab", (first, second), strict=True)
            )
            for data in (1, 2, 3):
                yield f"{first} {second} of {data}", file_of(f"{{{body}}}", data)
    good = f"{{{A}}}"
    for length in (0, 1, len(good) - 1, len(good) + 1, len(good) + 8, len(good) + 9, 100_000_000, 100_000_001, 2**63):
        yield f"length {length}", file_of(good, 8, length)
    yield "length 2^64-1", file_of(good, 8, 2**64 - 1)
    yield "length 2^64-8", file_of(good, 8, 2**64 - 8)
    for n in range(9):
        yield f"{n} zero bytes", bytes(n)
    whole = file_of(f"{{{A},{B}}}", 9)
    for cut in range(len(whole)):
        yield f"cut at {cut}", whole[:cut]


GROUPS = [plain_cases, metadata_cases, entry_cases, size_cases, layout_cases]


@pytest.mark.parametrize("group", GROUPS, ids=lambda g: g.__name__)
def test_the_same_files_are_accepted_and_refused(group: Callable[[], Iterator[tuple[str, bytes]]], tmp_path: Path):
    accepted = {True: 0, False: 0}
    for name, raw in group():
        try:
            accepted[compare(tmp_path / "m.safetensors", raw)] += 1
        except AssertionError as err:
            err.add_note(f"case: {name}")
            raise
    assert min(accepted.values()) >= 3, f"a group with one verdict only proves little: {accepted}"


@pytest.mark.parametrize("length", [100_000_000, 100_000_001])
def test_the_longest_header_is_equally_long(length: int, tmp_path: Path):
    assert compare(tmp_path / "m.safetensors", file_of(b"{}" + b" " * (length - 2))) == (length == 100_000_000)


@pytest.mark.parametrize("name", DELIBERATE)
def test_each_deliberate_difference_is_one(name: str, tmp_path: Path):
    difference = DELIBERATE[name]
    path = tmp_path / "m.safetensors"
    path.write_bytes(file_of(difference.header, difference.data))

    assert theirs(path).content is not None
    assert difference.says in ours(path).reason


def test_a_reader_that_checks_less_is_noticed(tmp_path: Path):
    """The comparison itself: a reader that trusts the JSON disagrees with the package on cases of every group."""

    def trusting(path: Path) -> Verdict:
        raw = path.read_bytes()
        try:
            top = json.loads(raw[8 : 8 + int.from_bytes(raw[:8], "little")])
            metadata = top.pop("__metadata__", None) or {}
            return Verdict(({k: (v["dtype"], tuple(v["shape"])) for k, v in top.items()}, metadata))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as err:
            return Verdict(None, str(err))

    for group in GROUPS:
        disagreements = 0
        for _, raw in group():
            try:
                compare(tmp_path / "m.safetensors", raw, trusting)
            except AssertionError:
                disagreements += 1
        assert disagreements, group.__name__


_odd = st.one_of(
    st.sampled_from(["null", "-0", "-1", "1.0", "1e3", "true", '"F32"', "[]", "{}", str(2**63), str(2**64), "NaN"]),
    st.integers(-2, 40).map(str),
    st.text(max_size=3).map(json.dumps),
)


@st.composite
def _headers(draw: st.DrawFn) -> tuple[str, int]:
    """A lawful header as JSON text and the size of its data, with names of any kind."""
    text = st.text(st.characters(exclude_categories=("Cs",)), max_size=6)
    shape = st.lists(st.integers(0, 4), max_size=3)
    entries, end = [], 0
    for key in draw(st.lists(text.filter(lambda k: k != "__metadata__"), max_size=4, unique=True)):
        dtype, dims = draw(st.sampled_from(sorted(DTYPE_BITS))), draw(shape)
        if prod(dims) * DTYPE_BITS[dtype] % 8:
            dims = [*dims, 8]
        begin, end = end, end + prod(dims) * DTYPE_BITS[dtype] // 8
        entries.append((key, {"dtype": dtype, "shape": dims, "data_offsets": [begin, end]}))
    if draw(st.booleans()):
        entries.append(("__metadata__", draw(st.dictionaries(text, text, max_size=2))))
    ascii_only, pad = draw(st.booleans()), draw(st.sampled_from(["", " ", "\n  "]))
    return json.dumps(dict(draw(st.permutations(entries))), ensure_ascii=ascii_only) + pad, end


@st.composite
def _mutated(draw: st.DrawFn) -> bytes:
    """A lawful file, damaged at most three times: a token exchanged, text cut or doubled, data cut or added."""
    header, data = draw(_headers())
    for _ in range(draw(st.integers(0, 3))):
        at, till = sorted(draw(st.tuples(*[st.integers(0, len(header))] * 2)))
        kind = draw(st.sampled_from(["number", "string", "cut", "double", "insert"]))
        if kind == "number":
            spots = [i for i, c in enumerate(header) if c.isdigit() and c.isascii()]
            at = draw(st.sampled_from(spots)) if spots else at
            header = header[:at] + draw(_odd) + header[at + 1 :]
        elif kind == "string":
            spots = [i for i, c in enumerate(header) if c == '"']
            at = draw(st.sampled_from(spots)) if spots else at
            header = header[:at] + draw(_odd) + header[header.find('"', at + 1) + 1 :]
        elif kind == "cut":
            header = header[:at] + header[till:]
        elif kind == "double":
            header = header[:till] + header[at:]
        else:
            header = header[:at] + draw(_odd) + header[at:]
    grown = max(0, data + draw(st.sampled_from([0, 0, 0, 0, 1, -1, 8])))
    length = draw(st.sampled_from([None, None, None, None, len(header), len(header) + 1]))
    return file_of(header, grown, length)


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(raw=_mutated())
@example(raw=file_of('{"a":{"dtype":"U8","shape":[1],"data_offsets":[-0,1]}}', 1))
def test_damaged_files_of_any_kind_meet_the_same_fate(raw: bytes, tmp_path: Path):
    compare(tmp_path / "m.safetensors", raw)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=_headers())
def test_lawful_headers_are_read_alike(made: tuple[str, int], tmp_path: Path):
    assert compare(tmp_path / "m.safetensors", file_of(*made))
