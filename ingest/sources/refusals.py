"""Files that are not what is read, or not what they are called: the error that says what each is.

A format is known by its declaration, in `formats.py` where it is read and in `unread_formats.py` where it is not.
"""

from __future__ import annotations

import re
from shlex import quote
from typing import NoReturn

from archkb.ingest.sources.files import read_end
from archkb.ingest.sources.formats import SOURCES, Source
from archkb.ingest.sources.unread_formats import UNREAD_FORMATS, UnreadFormat
from archkb.kb.errors import SourceError

START = 512
"""Bytes at the beginning of a file that tell what it is."""
_END = 1 << 16
"""Bytes at the end of a zip archive in which its names are looked for."""


def refuse_misnamed(start: bytes, path: str, named: Source) -> None:
    """SourceError where the first bytes are those of another format that is read, whatever the name says."""
    for source in SOURCES:
        if source is not named and source.begins(start):
            raise SourceError(
                f"begins as {source.about} does, whatever its name says",
                path=path,
                offset=0,
                cure=f"give it a name that ends in {' or '.join(source.suffixes)}",
            )


def refuse_start(start: bytes, path: str) -> None:
    """SourceError that names the format, where the first bytes tell one."""
    for unread in UNREAD_FORMATS:
        if unread.begins is None or not re.match(unread.begins, start, re.DOTALL):
            continue
        if not unread.inside or re.search(unread.inside, read_end(path, _END)):
            _refuse(unread, path, 0)


def refuse_name(path: str) -> None:
    """SourceError that names the format, where the end of the name tells one."""
    for unread in UNREAD_FORMATS:
        if path.lower().endswith(unread.ends):
            _refuse(unread, path, None)


def _refuse(unread: UnreadFormat, path: str, offset: int | None) -> NoReturn:
    raise SourceError(f"is {unread.what}", path=path, offset=offset, cure=unread.cure.format(path=quote(path)))
