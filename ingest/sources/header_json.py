"""Headers on their own: the JSON of a safetensors header in a file, packed with gzip or not, without any data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from archkb.ingest.sources.files import read_small, read_unpacked_start
from archkb.ingest.sources.formats import INDEX, SAFETENSORS
from archkb.ingest.sources.safetensors_errors import shown as shown_key
from archkb.ingest.sources.safetensors_header import MAX_LENGTH, METADATA, read
from archkb.kb.errors import SourceError
from archkb.kb.values import Header

_CURE = f"give the model's {SAFETENSORS.suffix}, its {INDEX.suffix}, or the header of one of them as JSON"
_FIELDS = {"dtype", "shape", "data_offsets"}
_CONFIG = {"architectures", "model_type", "hidden_size", "_class_name", "num_hidden_layers", "torch_dtype"}
"""Keys that tell a model's configuration."""
_SHOWN = 3
_SEARCHED = 1 << 20
"""Bytes at the beginning of a file, unpacked, in which a tensor is looked for."""


def read_header_json(path: str | Path) -> Header:
    """A header kept as JSON or .json.gz. Offsets must be contiguous from 0; there is no data to hold them against.

    Raises SourceError as :func:`archkb.ingest.sources.safetensors_header.read` does, and one that says what the JSON
    is where it is no header at all. Offsets in messages count from the start of the JSON.
    """
    shown = str(path)
    raw = read_small(path, MAX_LENGTH)
    try:
        tensors, metadata = read(raw, path=shown, file=Path(path).name, start=0)
    except SourceError as error:
        raise _no_header(raw, shown) or error from None
    return Header(tensors, metadata, source=shown, format="header-json")


def may_be_header(path: str | Path) -> bool:
    """Whether a JSON file lists tensors, or is too damaged to tell; SourceError where it cannot be read.

    A model's folder has JSON of other kinds (a configuration, a tokenizer), none of which names offsets of data.
    """
    start = read_unpacked_start(path, _SEARCHED)
    if b'"data_offsets"' in start or len(start) >= _SEARCHED:
        return b'"data_offsets"' in start
    try:
        json.loads(start)
    except (ValueError, RecursionError):
        return True
    return False


def _no_header(raw: bytes, shown: str) -> SourceError | None:
    """The error for JSON that describes no tensor; None for a header with faults."""
    try:
        top: Any = json.loads(raw.decode("utf-8-sig"))
    except json.JSONDecodeError as err:
        return SourceError(f"is no JSON ({err.msg})", path=shown, offset=err.pos, cure=_CURE)
    except (ValueError, RecursionError):
        return None
    if not isinstance(top, dict):
        return SourceError("is JSON, but no object, so no safetensors header", path=shown, cure=_CURE)
    if any(isinstance(v, dict) and _FIELDS & v.keys() for k, v in top.items() if k != METADATA):
        return None
    if "weight_map" in top:
        cure = f"rename it so that it ends in {INDEX.suffix}, and keep its shards beside it"
        return SourceError("is the index of a sharded model, which its name does not say", path=shown, cure=cure)
    names = ", ".join(shown_key(k) for k in list(top)[:_SHOWN]) + (", ..." if len(top) > _SHOWN else "")
    what = "a model's configuration" if _CONFIG & top.keys() else "JSON without any tensor"
    return SourceError(f"is {what} (keys {names or 'none'}), not a safetensors header", path=shown, cure=_CURE)
