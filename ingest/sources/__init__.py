"""Sources: what a model's header can be read from. One file a format; which one it is, SOURCES tells."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from archkb.ingest.remote import refuse_remote
from archkb.ingest.sources.design_files import SCHEME, read_design, read_shipped, shipped
from archkb.ingest.sources.files import GZIP_MAGIC, read_start
from archkb.ingest.sources.foreign import START, refuse_name, refuse_start
from archkb.ingest.sources.header_json import read_header_json
from archkb.ingest.sources.index import read_index
from archkb.ingest.sources.safetensors import read_safetensors
from archkb.ingest.sources.tensor_names import check_names
from archkb.kb.errors import SourceError
from archkb.kb.values import Header

__all__ = ["SOURCES", "Source", "read_header", "shipped"]


class Source(NamedTuple):
    """A kind of file: its format's name, the ends of file names that tell it, what its first bytes look like."""

    format: str
    suffixes: tuple[str, ...]
    begins: Callable[[bytes], bool]
    read: Callable[[str | Path], Header]


def _is_safetensors(start: bytes) -> bool:
    return start[8:].lstrip()[:1] == b"{" and not start.startswith(b"{")


SOURCES = (
    Source("index", (".safetensors.index.json",), lambda start: b'"weight_map"' in start, read_index),
    Source("safetensors", (".safetensors",), _is_safetensors, read_safetensors),
    Source("design", (".yaml", ".yml"), lambda start: b"\ntensors:" in b"\n" + start, read_design),
    Source(
        "header-json", (".json", ".json.gz"), lambda s: s.lstrip()[:1] == b"{" or s[:2] == GZIP_MAGIC, read_header_json
    ),
)
"""All sources. A file name's end decides, the first that fits; after that its content, again the first that fits."""


def read_header(path: str | Path) -> Header:
    """Read a model's header from a file of any known kind, or from a shipped design by `design:NAME`.

    Never reads tensor data. Raises SourceError for a file that is none of these or breaks its format, NotFoundError
    for a design that is not shipped.
    """
    text = str(path)
    if text.startswith(SCHEME):
        return read_shipped(text)
    refuse_remote(text)
    return check_names(_source_of(text).read(path))


def _source_of(path: str) -> Source:
    for source in SOURCES:
        if path.lower().endswith(source.suffixes):
            return source
    start = read_start(path, START)
    for source in SOURCES:
        if source.begins(start):
            return source
    refuse_start(start, path)
    refuse_name(path)
    known = ", ".join(suffix for source in SOURCES for suffix in source.suffixes)
    what = "neither its name nor its first bytes tell what kind of file it is" if start else "the file is empty"
    raise SourceError(what, path=path, cure=f"name one of {known}")
