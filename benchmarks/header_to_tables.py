"""A header's bytes to graph tables, against a bare `json.loads` of the same header."""

from __future__ import annotations

import json
import struct
import tempfile
from pathlib import Path

from archkb.ingest.read_tables import read_tables
from archkb.ingest.sources import read_header
from archkb.kb.values import Header
from benchmarks.paired import Ratio, pair


def header_bytes(header: Header) -> bytes:
    """The JSON text of a safetensors header with these tensors, spans in the order given."""
    out: dict[str, object] = {"__metadata__": dict(header.metadata)} if header.metadata else {}
    at = 0
    for t in header.tensors:
        out[t.key] = {"dtype": t.dtype, "shape": list(t.shape), "data_offsets": [at, at + t.n_bytes]}
        at += t.n_bytes
    return json.dumps(out, separators=(",", ":")).encode()


def sparse_file(header: Header, path: Path) -> bytes:
    """Write a real-size file whose data is a hole; returns its header's text."""
    text = header_bytes(header)
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.truncate(8 + len(text) + sum(t.n_bytes for t in header.tensors))
    return text


def run() -> Ratio:
    """The LTX-2 19B fp8 header: 6,404 tensors."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ltx-2-19b-dev-fp8.safetensors"
        text = sparse_file(read_header("design:ltx-2-19b-dev-fp8"), path)
        return pair(
            "header to tables (6,404 tensors)",
            "json.loads of the header",
            lambda: read_tables(path, name="ltx"),
            lambda: json.loads(text),
            runs=15,
            aim=10.0,
        )
