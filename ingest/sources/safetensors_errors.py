"""What is wrong with a header, entry by entry. Slow and exact, for what
:mod:`archkb.ingest.sources.safetensors_header` finds not plainly regular.

The rules are those of the Rust crate (`safetensors/src/tensor.rs`: `HashMetadata`, `TensorInfo`,
`Metadata::validate`), down to how its JSON reader takes numbers: `-0` and whatever does not fit 64 bits is a
float there, and a float is no dimension. Stricter than the crate on purpose: no key may be given twice, and an
entry is an object with a plain dtype.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from math import inf, prod
from typing import Any, NamedTuple, NoReturn

from archkb.kb.errors import SourceError
from archkb.kb.values import DTYPE_BITS

MAX_DEPTH = 127
"""Deepest nesting of JSON that the crate reads (serde_json's recursion limit)."""

SHOWN = 3
"""How many faults a message spells out."""

_SIZES_SHOWN = 8
_LIMIT = 1 << 64
_REWRITE = "save the model again with `safetensors.torch.save_file`, or fetch the file again"


class Fault(NamedTuple):
    """One thing that is wrong: the tensor's name ("" for the header itself), what, and which of equal keys."""

    key: str
    what: str
    nth: int = 0


class _Object(tuple[tuple[str, Any], ...]):
    """A JSON object with its pairs as they stand, duplicates included."""


def shown(key: str) -> str:
    """A name fit for a terminal: at most 120 characters, no control characters.

    >>> shown("a.weight"), shown("a\\x1b[2J")
    ('a.weight', "'a\\\\x1b[2J'")
    """
    text = key if key.isprintable() and key else repr(key)
    return text if len(text) <= 120 else f"{text[:117]}..."


def json_fault(err: ValueError | RecursionError, text: str, *, path: str, start: int) -> SourceError:
    """The error for a header that is no JSON, with its place in the file where the parser knows it."""
    offset = None
    if isinstance(err, json.JSONDecodeError):
        what, offset = f"the header is no JSON ({err.msg})", start + len(text[: err.pos].encode())
    elif isinstance(err, RecursionError):
        what = f"the header is nested deeper than {MAX_DEPTH} levels"
    else:
        what = f"the header is no JSON ({shown(str(err))})"
    return SourceError(what, path=path, offset=offset, cure=_REWRITE)


def check_entries(text: str, *, path: str, start: int, data_bytes: int | None) -> None:
    """Look at every entry of a header that parses as a JSON object; raise one SourceError for all faults."""
    try:
        top = _strict(text)
    except (ValueError, RecursionError) as err:
        raise json_fault(err, text, path=path, start=start) from None
    faults = [*_duplicates(top), *_depth_and_text(top)]
    spans: list[tuple[int, int, str]] = []
    for key, value in top:
        if key == "__metadata__":
            faults += _metadata_faults(value)
        else:
            entry_faults = list(_entry_faults(key, value))
            faults += entry_faults
            if not entry_faults:
                begin, end = dict(value)["data_offsets"]
                spans.append((begin, end, key))
    if not faults:
        faults += _layout_faults(sorted(spans), data_bytes)
    if faults:
        _refuse(faults, text, path, start)


def _refuse(faults: list[Fault], text: str, path: str, start: int) -> NoReturn:
    first, *others = faults
    what = first.what
    for fault in others[: SHOWN - 1]:
        what += f"; {shown(fault.key)}: {fault.what}" if fault.key else f"; {fault.what}"
    if len(faults) > SHOWN:
        what += f"; and {len(faults) - SHOWN:,} more faults of {len(faults):,}"
    key = shown(first.key) if first.key else ""
    raise SourceError(what, path=path, key=key, offset=_offset(text, first, start), cure=_REWRITE)


def _offset(text: str, fault: Fault, start: int) -> int | None:
    """Byte offset in the file of the key a fault is about; None when it is written with unusual escapes."""
    for token in (json.dumps(fault.key, ensure_ascii=False), json.dumps(fault.key)):
        at = text.find(token)
        for _ in range(fault.nth):
            at = text.find(token, at + 1) if at >= 0 else at
        if fault.key and at >= 0:
            return start + len(text[:at].encode("utf-8"))
    return None


def _strict(text: str) -> _Object:
    """The header with duplicate keys kept and numbers as the crate reads them."""
    top: _Object = json.JSONDecoder(
        object_pairs_hook=_Object, parse_int=_number, parse_float=_finite, parse_constant=_finite
    ).decode(text)
    return top


def _finite(literal: str) -> float:
    value = float(literal)
    if value != value or value in (inf, -inf):
        raise ValueError(f"number out of range: {literal[:40]}")
    return value


def _number(literal: str) -> int | float:
    if literal == "-0" or len(literal) > 20:
        return _finite(literal)
    value = int(literal)
    return value if -(_LIMIT >> 1) <= value < _LIMIT else _finite(literal)


def _duplicates(top: _Object) -> Iterator[Fault]:
    """Keys that are given twice in the header itself or in an object inside it."""
    known_keys: dict[str, int] = {}
    for key, value in top:
        if key in known_keys:
            yield Fault(key, "the key is given twice", known_keys[key])
        known_keys[key] = known_keys.get(key, 0) + 1
        for inner in _values(value):
            if isinstance(inner, _Object):
                yield from (
                    Fault(key, f"its field {shown(name)!r} is given twice") for name in twice(name for name, _ in inner)
                )


def twice(names: Iterable[str]) -> list[str]:
    """Those of the names that come more than once, in their order.

    >>> twice(["a", "b", "a", "c", "a"])
    ['a']
    """
    return [name for name, count in Counter(names).items() if count > 1]


def _values(value: Any) -> Iterator[Any]:
    """A value and all values inside it, without recursion."""
    todo = [value]
    while todo:
        item = todo.pop()
        yield item
        if isinstance(item, _Object):
            todo.extend(inner for _, inner in item)
        elif isinstance(item, list):
            todo.extend(item)


def _depth_and_text(top: _Object) -> Iterator[Fault]:
    """Nesting beyond the limit, and strings with half a surrogate pair, which no UTF-8 can hold."""
    todo: list[tuple[str, Any, int]] = [("", top, 1)]
    while todo:
        key, item, depth = todo.pop()
        if isinstance(item, str) and not _is_text(item):
            yield Fault(key, "a string holds half a surrogate pair")
        if not isinstance(item, (_Object, list)):
            continue
        if depth > MAX_DEPTH:
            yield Fault(key, f"nested deeper than {MAX_DEPTH} levels")
            continue
        if isinstance(item, _Object):
            todo.extend((key or name, inner, depth + 1) for name, inner in item)
            todo.extend((key, name, depth) for name, _ in item)
        else:
            todo.extend((key, inner, depth + 1) for inner in item)


def _is_text(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _metadata_faults(value: Any) -> Iterator[Fault]:
    if value is None:
        return
    if not isinstance(value, _Object):
        yield Fault("__metadata__", f"must map strings to strings, is {_kind(value)}")
        return
    for name, inner in value:
        if not isinstance(inner, str):
            yield Fault("__metadata__", f"the value of {shown(name)!r} must be a string, is {_kind(inner)}")


def _kind(value: Any) -> str:
    """What JSON calls a value, in words for a message."""
    if isinstance(value, _Object):
        return "an object"
    names = {str: "a string", bool: "a boolean", int: "an integer", float: "a fraction", list: "an array"}
    return names.get(type(value), "null")


def _entry_faults(key: str, value: Any) -> Iterator[Fault]:
    """Faults of one tensor on its own: fields, dtype, shape, offsets, and whether they fit one another."""
    if not isinstance(value, _Object):
        yield Fault(key, f"must be an object with dtype, shape and data_offsets, is {_kind(value)}")
        return
    fields = dict(value)
    checks: dict[str, Callable[[Any], str]] = {
        "dtype": _dtype_fault, "shape": _shape_fault, "data_offsets": _offsets_fault,
    }  # fmt: skip
    sound = True
    for name, check in checks.items():
        what = check(fields[name]) if name in fields else f"has no field {name!r}"
        if what:
            sound = False
            yield Fault(key, what)
    if sound:
        what = _size_fault(fields["dtype"], fields["shape"], fields["data_offsets"])
        if what:
            yield Fault(key, what)


def _dtype_fault(value: Any) -> str:
    if not isinstance(value, str):
        return f"dtype must be a string, is {_kind(value)}"
    return "" if value in DTYPE_BITS else f"unknown dtype {shown(value)!r}; known are {', '.join(DTYPE_BITS)}"


def _shape_fault(value: Any) -> str:
    return "" if _are_sizes(value) else "shape must be an array of integers from 0 to 2^64 - 1"


def _offsets_fault(value: Any) -> str:
    if not _are_sizes(value) or len(value) != 2:
        return "data_offsets must be two integers from 0 to 2^64 - 1"
    begin, end = value
    return f"data_offsets end before they begin: {begin}, {end}" if end < begin else ""


def _are_sizes(value: Any) -> bool:
    return isinstance(value, list) and all(type(n) is int and n >= 0 for n in value)  # else _number made a float


def bits_fault(dtype: str, shape: Sequence[int]) -> str:
    """Why no tensor can have this dtype and shape, or "".

    Products are bounded step by step and in order, as in the crate, so `[2**40, 2**40, 0]` overflows.

    >>> bits_fault("F4", (3,)), bits_fault("F4", (4,))
    ('12 bits of F4 do not end on a byte', '')
    """
    bits = 1
    for factor in (*shape, DTYPE_BITS[dtype]):
        bits *= factor
        if bits >= _LIMIT:
            return f"the shape {_shape(shape)} overflows 64 bits"
    return f"{bits} bits of {dtype} do not end on a byte" if bits % 8 else ""


def _size_fault(dtype: str, shape: list[int], offsets: list[int]) -> str:
    """Whether the span is as long as dtype and shape say."""
    if fault := bits_fault(dtype, shape):
        return fault
    needed, held = prod(shape) * DTYPE_BITS[dtype] // 8, offsets[1] - offsets[0]
    return "" if held == needed else f"{dtype} {_shape(shape)} takes {needed:,} bytes, data_offsets hold {held:,}"


def _shape(shape: Sequence[int]) -> str:
    """A shape fit for a message."""
    more = f", ... {len(shape):,} axes" if len(shape) > _SIZES_SHOWN else ""
    return f"[{', '.join(map(str, shape[:_SIZES_SHOWN]))}{more}]"


def _layout_faults(spans: list[tuple[int, int, str]], data_bytes: int | None) -> Iterator[Fault]:
    """Holes and overlaps between tensors in the order of their offsets, and a data region of another size."""
    expected = 0
    for begin, end, key in spans:
        if begin > expected:
            yield Fault(key, f"a hole of {begin - expected:,} bytes before data_offsets [{begin}, {end}]")
        elif begin < expected:
            yield Fault(key, f"data_offsets [{begin}, {end}] overlap a tensor that ends at {expected}")
        expected = max(expected, end)
    if data_bytes is not None and data_bytes != expected:
        verb = "is cut off" if data_bytes < expected else "has bytes no tensor owns"
        yield Fault("", f"the file {verb}: the tensors take {expected:,} bytes, the data has {data_bytes:,}")
