"""Headers on their own: the JSON of a safetensors header in a file, packed with gzip or not, without any data."""

from __future__ import annotations

from pathlib import Path

from ingest.header import MAX_LENGTH, read
from ingest.sources.files import read_small
from kb.values import Header


def read_header_json(path: str | Path) -> Header:
    """A header kept as JSON or .json.gz. Offsets must be contiguous from 0; there is no data to hold them against.

    Raises SourceError as :func:`ingest.header.read` does. Offsets in messages count from the start of the JSON.
    """
    shown = str(path)
    tensors, metadata = read(read_small(path, MAX_LENGTH), path=shown, file=Path(path).name, start=0)
    return Header(tensors, metadata, source=shown, format="header-json")
