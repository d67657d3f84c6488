"""A safetensors header: bytes in, checked tensors out. Pure; reading files is for :mod:`archkb.ingest.sources`.

The layout (huggingface/safetensors, `README.md`, "Format"): 8 bytes with the length N of the header, unsigned
and little-endian; N bytes of JSON, one object that maps each tensor's name to its `dtype`, `shape` and
`data_offsets`, plus an optional `__metadata__` of strings; then the data, which the offsets must cover without
hole or overlap.

`read` is fast because regular headers are checked in bulk. Whatever is not plainly regular goes to
:mod:`archkb.ingest.sources.safetensors_errors`, which looks at every entry, reports what is wrong and where, and lets
odd but lawful headers pass.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain, repeat, tee
from math import prod
from operator import itemgetter, mul
from sys import intern
from typing import Any, cast

from archkb.ingest.sources.safetensors_errors import check_entries, json_fault
from archkb.kb.errors import SourceError
from archkb.kb.values import DTYPE_BITS, TensorSpec

MAX_LENGTH = 100_000_000
"""Longest header in bytes that the format allows (`MAX_HEADER_SIZE` of the Rust crate)."""

PREFIX = 8
"""Bytes in front of the header: its length."""

MANY_BRACKETS = 1_000_000
"""Up to so many arrays and objects are parsed without a second thought."""

DENSITY = 16
"""Characters per array or object that any lawful header has: three of them make a tensor, in 50 characters or more."""

METADATA = "__metadata__"
_AXES = 64
"""Up to so many axes, a product is taken without a second thought."""
_FIELDS = (itemgetter("dtype"), itemgetter("shape"), itemgetter("data_offsets"))
_SPEC = cast(Callable[[Iterable[Any]], TensorSpec], partial(tuple.__new__, TensorSpec))
"""Make a TensorSpec of its five fields; TensorSpec._make does the same at half the speed."""
_FETCH = "the file is cut off or damaged: fetch it again"
_U64 = 1 << 64
_HIDING_ESCAPE = re.compile(r"\\u(?:0022|[dD][89a-fA-F])")
"""Escapes that stand for a quote or for half a character."""
_MINUS_ZERO = re.compile(r"-0(?=[\s,\]}])")
"""-0, which is an integer to :mod:`json` and a float to everybody else."""


def header_length(prefix: bytes, size: int, *, path: str = "") -> int:
    """The length of the header that `prefix`, the first 8 bytes of a file of `size` bytes, announces.

    Raises SourceError when the file is too short for it or the length is over the limit of the format.

    >>> header_length(bytes([2, 0, 0, 0, 0, 0, 0, 0]), 10)
    2
    """
    if len(prefix) < PREFIX:
        what = "the file is empty" if not size else f"{size} bytes are too few: a header begins with {PREFIX}"
        raise SourceError(what, path=path, offset=size, cure=_FETCH)
    length = int.from_bytes(prefix[:PREFIX], "little")
    if length > MAX_LENGTH:
        what = f"the header would be {length:,} bytes long, and {MAX_LENGTH:,} is the limit of the format"
        raise SourceError(what, path=path, offset=0, cure="check that this is a safetensors file at all")
    if PREFIX + length > size:
        what = f"the header is announced with {length:,} bytes, and only {size - PREFIX:,} follow"
        raise SourceError(what, path=path, offset=0, cure=_FETCH)
    return length


def read(
    raw: bytes, *, path: str = "", file: str = "", data_bytes: int | None = None, start: int = PREFIX
) -> tuple[tuple[TensorSpec, ...], dict[str, str]]:
    """The tensors of a header in the order it lists them, and its metadata.

    `raw` is the JSON alone; `path` is for messages, `file` is what each tensor is said to lie in; `data_bytes` is
    the size of the data region, None when it is not known; `start` is the offset of `raw` in its file.
    Raises SourceError with everything that is wrong: the first faults in words, and how many there are.

    >>> read(b'{"w": {"dtype": "F16", "shape": [2, 3], "data_offsets": [0, 12]}}', file="m", data_bytes=12)
    ((TensorSpec(key='w', dtype='F16', shape=(2, 3), file='m', span=(0, 12)),), {})
    """
    text, top = _parse(raw, path, start)
    metadata = top.pop(METADATA, None)
    metadata = {} if metadata is None else metadata
    columns = _columns(top)
    if not (_is_regular(columns, data_bytes) and _is_plain_text(text, top, metadata)):
        check_entries(text, path=path, start=start, data_bytes=data_bytes)
        columns = _columns(top, exactly=False)
    dtypes, shapes, spans = columns
    rows = zip(top, map(intern, dtypes), _once(map(tuple, shapes)), repeat(file, len(top)), _spans(spans), strict=True)
    return tuple(map(_SPEC, rows)), metadata


def _spans(spans: list[list[int]]) -> Iterator[tuple[int, ...]]:
    """Offsets as tuples; where each tensor begins at the end of the one before, both are one number."""
    ends = [end for _, end in spans]
    begins = [0, *ends[:-1]]
    return zip(begins, ends, strict=True) if begins == [begin for begin, _ in spans] else map(tuple, spans)


def _once(shapes: Iterable[tuple[int, ...]]) -> Iterator[tuple[int, ...]]:
    """The shapes, equal ones as one value: a million tensors have few."""
    first: dict[tuple[int, ...], tuple[int, ...]] = {}
    return map(first.setdefault, *tee(shapes))


def _parse(raw: bytes, path: str, start: int) -> tuple[str, dict[str, Any]]:
    """The header as text and as an object; of duplicate keys the last one, as `json` does it."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as err:
        what = f"the header is not UTF-8 ({err.reason})"
        raise SourceError(what, path=path, offset=start + err.start, cure=_FETCH) from None
    brackets = text.count("[") + text.count("{")
    if brackets > max(MANY_BRACKETS, len(text) // DENSITY):
        what = f"{brackets:,} arrays and objects in a header of {len(raw):,} bytes are more than tensors can need"
        raise SourceError(
            what, path=path, offset=start, cure="do not trust this file: parsing it would fill the memory"
        )
    try:
        top = json.loads(text)
    except (ValueError, RecursionError) as err:
        raise json_fault(err, text, path=path, start=start) from None
    if not isinstance(top, dict):
        raise SourceError("the header is JSON, but not an object", path=path, offset=start, cure=_FETCH)
    return text, top


def _columns(entries: Mapping[str, Any], *, exactly: bool = True) -> list[list[Any]]:
    """Dtypes, shapes and offsets of the entries; [] when one has not these fields or, if `exactly`, has others."""
    try:
        if exactly and set(map(len, entries.values())) - {len(_FIELDS)}:
            return []
        return [list(map(field, entries.values())) for field in _FIELDS]
    except (KeyError, TypeError):
        return []


def _is_plain_text(text: str, entries: Mapping[str, Any], metadata: Any) -> bool:
    """Whether nothing of the text got lost on the way into the parsed object, as a duplicate key would.

    Each string costs two quotes, and five strings make an entry: its name, three fields, the dtype. So when every
    quote is accounted for, every string is.
    """
    if _HIDING_ESCAPE.search(text) or _MINUS_ZERO.search(text):
        return False
    if type(metadata) is not dict or set(map(type, metadata.values())) - {str}:
        return False
    inside = sum("".join(part).count('"') for part in (entries, metadata, metadata.values()))
    strings = 5 * len(entries) + 2 * len(metadata) + (f'"{METADATA}"' in text)
    return text.count('"') == 2 * strings + inside


def _is_regular(columns: list[list[Any]], data_bytes: int | None) -> bool:
    """Whether the entries are certainly good; False means only that they deserve a closer look.

    Empty and absurdly large tensors deserve it, since the format bounds products that are zero in the end.
    """
    if not columns or not columns[0]:
        return False
    dtypes, shapes, spans = columns
    if set(map(type, dtypes)) - {str} or (set(map(type, shapes)) | set(map(type, spans))) - {list}:
        return False
    if set(dtypes) - DTYPE_BITS.keys() or set(map(len, spans)) - {2}:
        return False
    if set(map(type, chain(chain.from_iterable(shapes), chain.from_iterable(spans)))) - {int}:
        return False
    if max(map(len, shapes)) > _AXES:
        return False  # the product would have as many digits as the shape has axes
    bits = list(map(mul, map(prod, shapes), map(DTYPE_BITS.__getitem__, dtypes)))
    if min(chain.from_iterable(shapes), default=1) < 1 or max(bits) >= _U64:
        return False
    ordered = sorted(spans)
    ends = list(map(itemgetter(1), ordered))
    if list(map(itemgetter(0), ordered)) != [0, *ends[:-1]] or data_bytes not in (None, ends[-1]):
        return False
    return bits == [8 * (end - begin) for begin, end in spans]
