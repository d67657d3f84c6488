"""Where a model's tensors lie in its files, packed into one text: the graph has no span per tensor. Pure.

Tensors are counted in the order of their keys. The text is Base64 of a zlib stream of variable-length integers, four a
tensor in the order of files and places: steps in the numbers of tensor and file, the gap behind the tensor before, and
how far the length is from what dtype and shape give. Files that are written in the order of dtypes and keys, as most
are, come to a few bytes a thousand tensors; any other order of LTX-2's 6,404 to 21 kB.

>>> spans = {"b": ("x.safetensors", 0, 8), "a": ("x.safetensors", 8, 24)}
>>> packed = pack(spans, {"a": 16, "b": 8})
>>> unpack(*packed, {"a": 16, "b": 8}) == spans
True
"""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter

from archkb.kb.errors import StoreError
from archkb.kb.values import TensorSpec

Span = tuple[str, int, int]
"""The file a tensor lies in, its first byte in the data region, and the byte after its last."""

_NEXT = (0, 0, 0, 0)
"""The steps to a tensor right behind the one before, in the order of keys and in its file, as long as it should be."""
_NEXT_BYTES = bytes(4)


def pack(spans: Mapping[str, Span], sizes: Mapping[str, int]) -> tuple[list[str], str]:
    """The files, and the packed text. `spans` by key; `sizes`: bytes of each tensor of the model by key."""
    files = sorted({file for file, _, _ in spans.values()})
    number = {file: i for i, file in enumerate(files)}
    keys = {key: i for i, key in enumerate(sorted(sizes))}
    placed = sorted((number[file], begin, stop, keys[key], sizes[key]) for key, (file, begin, stop) in spans.items())
    return files, _packed(placed)


def pack_tensors(tensors: Iterable[TensorSpec]) -> tuple[list[str], str]:
    """The same of tensors, those without a span left out; made of what they are, as a header may list a million.

    >>> pack_tensors([TensorSpec("b", "F32", (2,), "x", (0, 8)), TensorSpec("a", "F32", (4,), "x", (8, 24))]) == pack(
    ...     {"b": ("x", 0, 8), "a": ("x", 8, 24)}, {"a": 16, "b": 8})
    True
    """
    ranked = sorted(tensors, key=attrgetter("key"))
    order = sorted(
        (rank for rank, tensor in enumerate(ranked) if tensor.span), key=lambda rank: ranked[rank].span or ()
    )
    order.sort(key=lambda rank: ranked[rank].file)
    files = list(dict.fromkeys(ranked[rank].file for rank in order))
    number = {file: i for i, file in enumerate(files)}
    in_order = ((rank, ranked[rank]) for rank in order)
    return files, _packed((number[t.file], *(t.span or (0, 0)), rank, t.n_bytes) for rank, t in in_order)


def _packed(placed: Iterable[tuple[int, int, int, int, int]]) -> str:
    """The text of places in their order: file, first byte, byte after the last, rank of the key, bytes by shape."""
    out = bytearray()
    last_rank = last_file = end = 0
    for file, begin, stop, rank, size in placed:
        if file != last_file:
            end = 0
        steps = (rank - last_rank - 1, file - last_file, begin - end, stop - begin - size)
        if steps == _NEXT:
            out += _NEXT_BYTES
        else:
            for step in steps:
                left = 2 * step if step >= 0 else -2 * step - 1
                while left > 0x7F:
                    out.append(left & 0x7F | 0x80)
                    left >>= 7
                out.append(left)
        last_rank, last_file, end = rank, file, stop
    return b64encode(zlib.compress(bytes(out), 9)).decode()


def unpack(files: Iterable[str], text: str, sizes: Mapping[str, int]) -> dict[str, Span]:
    """The spans by key. StoreError for a text that is not of these tensors."""
    names, keys = list(files), sorted(sizes)
    spans: dict[str, Span] = {}
    at = file = end = 0
    try:
        numbers = _numbers(zlib.decompress(b64decode(text)))
        for step in numbers:
            to, gap, more = next(numbers), next(numbers), next(numbers)
            at += step + 1
            end = 0 if to else end
            file += to
            key, begin = keys[at], end + gap
            end = begin + sizes[key] + more
            spans[key] = (names[file], begin, end)
    except (ValueError, IndexError, StopIteration, zlib.error) as error:
        raise StoreError("what says where tensors lie is damaged", cure="ingest the model anew") from error
    return spans


def _numbers(data: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in data:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield (number >> 1) ^ -(number & 1)
            number = shift = 0
    if shift:
        raise ValueError("cut off")
