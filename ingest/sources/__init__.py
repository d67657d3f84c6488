"""Sources: what a model's header can be read from. One file a format; `formats.py` declares them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archkb.ingest.sources.formats import Source
    from archkb.kb.values import Header


def shipped() -> tuple[str, ...]:
    """Names of the designs inside the package, sorted; each reads as `design:NAME`."""
    from archkb.ingest.sources import design_files

    return design_files.shipped()


def read_header(path: str | Path) -> Header:
    """Read a model's header from a file of any known kind, or from a shipped design by `design:NAME`.

    Never reads tensor data. Raises SourceError for a file that is none of these or breaks its format, NotFoundError
    for a design that is not shipped.
    """
    from archkb.ingest.configuration.config_files import beside
    from archkb.ingest.sources.design_files import SCHEME, read_shipped
    from archkb.ingest.sources.remote import refuse_remote
    from archkb.ingest.sources.tensor_names import check_names

    text = str(path)
    if text.startswith(SCHEME):
        return read_shipped(text)
    refuse_remote(text)
    source = _source_of(text)
    header = check_names(source.read(path))
    return replace(header, config=beside(text)) if source.published else header


def _source_of(path: str) -> Source:
    from archkb.ingest.sources import formats
    from archkb.ingest.sources.files import read_start
    from archkb.ingest.sources.refusals import START, refuse_name, refuse_start
    from archkb.kb.errors import SourceError

    for source in formats.SOURCES:
        if path.lower().endswith(source.suffixes):
            return source
    start = read_start(path, START)
    for source in formats.SOURCES:
        if source.begins(start):
            return source
    refuse_start(start, path)
    refuse_name(path)
    what = "neither its name nor its first bytes tell what kind of file it is" if start else "the file is empty"
    raise SourceError(what, path=path, cure=f"name one of {', '.join(formats.suffixes())}")
