"""Safetensors files: the first 8 bytes and the header are read, the data never is, and nothing is mapped."""

from __future__ import annotations

from pathlib import Path

from archkb.ingest.sources.files import read_exactly, read_start, regular_file
from archkb.ingest.sources.formats import SAFETENSORS
from archkb.ingest.sources.refusals import START, refuse_misnamed, refuse_start
from archkb.ingest.sources.safetensors_header import MAX_LENGTH, PREFIX, header_length, read
from archkb.kb.errors import SourceError
from archkb.kb.values import Header


def read_safetensors(path: str | Path) -> Header:
    """The header of one safetensors file; reads 8 + N bytes of it, with N its length.

    Raises SourceError for a file that cannot be read, or that is not what the format says.
    """
    shown = str(path)
    with regular_file(path) as (descriptor, size):
        prefix = read_exactly(descriptor, PREFIX, shown)
        _refuse_foreign(prefix, size, shown)
        length = header_length(prefix, size, path=shown)
        raw = read_exactly(descriptor, length, shown)
    if len(raw) < length:
        raise SourceError("the file shrank while it was read", path=shown, cure="try again")
    data = size - PREFIX - length
    tensors, metadata = read(raw, path=shown, file=Path(path).name, data_bytes=data)
    return Header(tensors, metadata, source=shown, format="safetensors", size=size)


def _refuse_foreign(prefix: bytes, size: int, shown: str) -> None:
    """Name what the file is instead, where its first bytes tell, and cannot be the length of what follows."""
    length = int.from_bytes(prefix, "little")
    if length <= MAX_LENGTH and PREFIX + length <= size:
        return
    start = read_start(shown, START)
    if start[PREFIX:].lstrip()[:1] == b"{":
        return  # a header that is cut off, or lies about its length
    refuse_misnamed(start, shown, SAFETENSORS)
    refuse_start(start, shown)
    if length >> 32 and prefix.isascii() and prefix.decode().isprintable():
        raise SourceError("is text, not safetensors", path=shown, offset=0, cure="fetch the file itself")
