"""Files in a format that is not read: the error that says what each is, from its declaration in `unread_formats.py`."""

from __future__ import annotations

import re
from shlex import quote
from typing import NoReturn

from archkb.ingest.sources.files import read_end
from archkb.ingest.sources.unread_formats import UNREAD_FORMATS, UnreadFormat
from archkb.kb.errors import SourceError

START = 512
"""Bytes at the beginning of a file that tell what it is."""
_END = 1 << 16
"""Bytes at the end of a zip archive in which its names are looked for."""


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
