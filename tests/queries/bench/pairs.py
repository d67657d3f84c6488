"""Small pairs with their truth, as records and as files."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from archkb.queries.bench.pairs import DiffPair, pair_of

Shapes = Mapping[str, tuple[int, ...]]


def record(
    a: Shapes,
    b: Shapes,
    entries: Sequence[tuple[list[str], list[str], str]],
    *,
    name: str = "small",
    kind: str = "version",
    **truth: Any,
) -> dict[str, Any]:
    """A record whose removed, added, reshaped and retyped follow from its map; all tensors are F32."""
    ours, theirs = {k for x, _, _ in entries for k in x}, {k for _, y, _ in entries for k in y}
    ones = [(x[0], y[0]) for x, y, kind in entries if len(x) == len(y) == 1 and kind != "transpose"]
    return {
        "name": name,
        "kind": kind,
        **{
            side: {k: {"dtype": "F32", "shape": list(s)} for k, s in shapes.items()}
            for side, shapes in (("a", a), ("b", b))
        },
        "truth": {
            "map": [list(e) for e in entries],
            "removed": [k for k in a if k not in ours],
            "added": [k for k in b if k not in theirs],
            "reshaped": [[x, y] for x, y in ones if a[x] != b[y]],
            "retyped": [],
            **truth,
        },
    }


def pair(*given: Any, **more: Any) -> DiffPair:
    """The pair of a :func:`record`."""
    return pair_of(record(*given, **more))


def stored(folder: Path, *records: Mapping[str, Any]) -> Path:
    """The folder, with the records as files."""
    folder.mkdir(parents=True, exist_ok=True)
    for r in records:
        (folder / f"{r['name']}.json.gz").write_bytes(gzip.compress(json.dumps(r).encode()))
    return folder
