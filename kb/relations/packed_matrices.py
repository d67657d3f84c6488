"""What an adapter may change in a model, or changes, as one text a structure keeps: matching reads no graph. Pure.

The text is Base64 of a zlib stream of JSON: a row a path. LTX-2's 3,060 matrices come to 20 kB, an adapter to 1 or 2.

>>> unpack_widths(pack_widths({"a.b": (8, 16)}))
{'a.b': (8, 16)}
"""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from typing import Any

from archkb.kb.errors import StoreError
from archkb.kb.relations.adapter import Target

_LEVEL = 1
"""A third larger than at level 9, in a tenth of the time."""


def pack_widths(widths: Mapping[str, tuple[int, int]]) -> str:
    """(width read, width written) of each matrix by path."""
    return _packed((path, *sizes) for path, sizes in widths.items())


def unpack_widths(text: str) -> dict[str, tuple[int, int]]:
    """What was packed, in the same order. StoreError for a text that is none of these."""
    return {path: (reads, writes) for path, reads, writes in _rows(text)}


def pack_targets(targets: Mapping[str, Target]) -> str:
    """What an adapter changes."""
    return _packed((t.path, t.rank, t.reads, t.writes, t.whole) for t in targets.values())


def unpack_targets(text: str) -> dict[str, Target]:
    """What was packed, in the same order. StoreError for a text that is none of these."""
    return {row[0]: Target(*row) for row in _rows(text)}


def _packed(rows: Iterable[tuple[Any, ...]]) -> str:
    text = json.dumps(list(rows), separators=(",", ":"))
    return b64encode(zlib.compress(text.encode(), _LEVEL)).decode()


def _rows(text: str) -> list[Any]:
    try:
        return list(json.loads(zlib.decompress(b64decode(text))))
    except (ValueError, zlib.error) as error:
        raise StoreError("what says which matrices a model has is damaged", cure="ingest the model anew") from error
