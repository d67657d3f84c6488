"""Opening files that may be anything: no FIFO blocks, no device is read, no bomb is unpacked, errors name the cure."""

from __future__ import annotations

import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archkb.ingest.sources.model_folder import folder_error
from archkb.kb.errors import SourceError

GZIP_MAGIC = b"\x1f\x8b"


@contextmanager
def regular_file(path: str | Path) -> Iterator[tuple[int, int]]:
    """Open a regular file for reading and yield its descriptor and its size in bytes.

    Raises SourceError when there is no such file, when it may not be read, and for whatever is no regular file.
    """
    shown = str(path)
    try:
        # without O_NONBLOCK the open of a FIFO waits for a writer
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    except ValueError:
        raise SourceError("no file can have this name: it holds a zero byte", path=repr(shown)) from None
    except OSError as err:
        raise _cannot_open(err, shown) from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise _not_regular(status.st_mode, Path(path))
        yield descriptor, status.st_size
    finally:
        os.close(descriptor)


def _cannot_open(err: OSError, shown: str) -> SourceError:
    if isinstance(err, FileNotFoundError):
        return SourceError("there is no such file", path=shown, cure="check the name")
    if isinstance(err, PermissionError):
        return SourceError("this user may not read it", path=shown, cure="give read permission on the file")
    return SourceError(f"cannot be opened ({err.strerror})", path=shown)


def _not_regular(mode: int, path: Path) -> SourceError:
    if stat.S_ISDIR(mode):
        return folder_error(path)
    kinds = {stat.S_IFIFO: "a FIFO", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}
    what = kinds.get(stat.S_IFMT(mode), "something else")
    return SourceError(f"is {what}, not a regular file", path=str(path), cure="save it to a file first")


def read_exactly(descriptor: int, count: int, shown: str) -> bytes:
    """The next `count` bytes of a descriptor, fewer only at the end of the file."""
    parts: list[bytes] = []
    while count > 0:
        try:
            part = os.read(descriptor, count)
        except OSError as err:
            raise SourceError(f"reading failed ({err.strerror})", path=shown) from None
        if not part:
            break
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def read_start(path: str | Path, count: int) -> bytes:
    """The first `count` bytes of a regular file, fewer when it is shorter."""
    with regular_file(path) as (descriptor, _):
        return read_exactly(descriptor, count, str(path))


def read_unpacked_start(path: str | Path, count: int) -> bytes:
    """The first `count` bytes of a regular file, unpacked as far as that goes when it is gzip."""
    start = read_start(path, count)
    if not start.startswith(GZIP_MAGIC):
        return start
    try:
        return zlib.decompressobj(wbits=16 + zlib.MAX_WBITS).decompress(start, count)
    except zlib.error:
        return b""


def read_end(path: str | Path, count: int) -> bytes:
    """The last `count` bytes of a regular file, fewer when it is shorter."""
    with regular_file(path) as (descriptor, size):
        os.lseek(descriptor, max(size - count, 0), os.SEEK_SET)
        return read_exactly(descriptor, count, str(path))


def read_small(path: str | Path, limit: int) -> bytes:
    """A whole regular file, unpacked when it is gzip; SourceError when that is more than `limit` bytes."""
    shown = str(path)
    with regular_file(path) as (descriptor, _):
        raw = read_exactly(descriptor, limit + 1, shown)
    if raw.startswith(GZIP_MAGIC):
        raw = _unpack(raw, limit, shown)
    if len(raw) > limit:
        what = f"holds more than {limit:,} bytes, the limit for this kind of file"
        raise SourceError(what, path=shown, cure="check that this is the file you mean")
    return raw


def _unpack(packed: bytes, limit: int, shown: str) -> bytes:
    """The content of one gzip stream, at most `limit` + 1 bytes of it."""
    unpacker = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        raw = unpacker.decompress(packed, limit + 1)
    except zlib.error as err:
        raise SourceError(f"is damaged gzip ({err})", path=shown, cure="fetch it again") from None
    if not unpacker.eof and len(raw) <= limit:
        raise SourceError("is gzip that is cut off", path=shown, cure="fetch it again")
    return raw
