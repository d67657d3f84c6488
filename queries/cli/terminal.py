"""What goes where: data to stdout, everything else to stderr, progress only to a terminal."""

from __future__ import annotations

import errno
import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from archkb.kb.errors import ArchkbError
from archkb.kb.text import is_text, printable

CLOSED = 141
"""Exit code when the reader of stdout went away, as a program ended by SIGPIPE has."""

PIPED = 200
"""Width of tables in a pipe or a file: most rows stay one line each, for grep and the like."""

_WIDTH = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
_WIDEST = 100_000
_PIECE = 16_384
_PAGE = 160
_COMMON = 80


def say(text: str) -> None:
    """Data, to stdout, as it is. Ends the program where nobody reads it any more.

    In pieces, because an unbuffered stdout (PYTHONUNBUFFERED) swallows the rest of a piece that was cut short.
    """
    try:
        for start in range(0, len(text), _PIECE):
            sys.stdout.write(text[start : start + _PIECE])
        sys.stdout.flush()
    except BrokenPipeError:
        _quiet_end(sys.stdout)
        raise SystemExit(CLOSED) from None
    except OSError as error:
        _quiet_end(sys.stdout)
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        cure = "free some space, or send the output elsewhere" if full else "send the output to an open file or pipe"
        raise ArchkbError(f"stdout cannot be written: {error.strerror}", cure=cure) from None


def tell(text: str) -> None:
    """A line for the person, to stderr; what files say in it cannot drive the terminal.

    Where stderr cannot be written there is nobody to tell, and the exit code has to do.
    """
    try:
        sys.stderr.write("\n".join(printable(line) for line in text.split("\n")) + "\n")
        sys.stderr.flush()
    except OSError:
        _quiet_end(sys.stderr)


def columns() -> int:
    """Width to fit tables into: $COLUMNS, else that of the terminal, or 200 where stdout is none."""
    named = os.environ.get("COLUMNS", "")
    if not _WIDTH.fullmatch(named) and not sys.stdout.isatty():
        return PIPED
    return min(shutil.get_terminal_size((_PAGE, 24)).columns, _WIDEST)


def columns_of_stderr() -> int:
    """Width of the terminal that stderr is, or of a common one."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or _COMMON
    except (OSError, ValueError):
        return _COMMON


def interactive() -> bool:
    """Whether a person can be asked."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def read_input() -> str:
    """All of stdin as text. ArchkbError where it is closed, cannot be read or is not UTF-8."""
    cure = "pipe UTF-8 text into it"
    if sys.stdin is None:
        raise ArchkbError("stdin is closed", cure=cure)
    try:
        text = sys.stdin.read()
    except OSError as error:
        raise ArchkbError(f"stdin cannot be read: {error.strerror}", cure=cure) from None
    except UnicodeDecodeError:
        text = "\udcff"
    if not is_text(text):
        raise ArchkbError("stdin is not UTF-8", cure=cure)
    return text


def ask(prompt: str) -> str:
    """Ask the person on stderr and read a line."""
    sys.stderr.write(prompt)
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def password() -> str:
    """A password from the person; neither shown nor kept."""
    from getpass import getpass

    return getpass("password of the store: ")


def progress(title: str) -> Callable[[str, int, int], None] | None:
    """A callback that shows rows written on one line of stderr, None where stderr is no terminal."""
    if not sys.stderr.isatty():
        return None

    def show(what: str, done: int, total: int) -> None:
        end = "\r" if done < total else "\r\x1b[K"
        sys.stderr.write(f"\r\x1b[K{printable(title)}: {printable(what)} {done:,} of {total:,}{end}")
        sys.stderr.flush()

    return show


def open_streams() -> None:
    """Put something in the place of streams that came closed, so that no file of the store gets their numbers.

    Data to a closed stdout is an error, as everywhere; messages to a closed stderr are lost.
    """
    for number, name, flags in ((0, "stdin", os.O_RDONLY), (1, "stdout", os.O_RDONLY), (2, "stderr", os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, flags)  # the lowest number that is free
            if name != "stdin":
                setattr(sys, name, open(number, "w", encoding="utf-8", closefd=False))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def close_streams(code: int) -> int:
    """Write out what is left; the exit code, which is 2 where data could not be written."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError as error:
            _quiet_end(stream)
            if stream is sys.stdout and not code:
                code = CLOSED if isinstance(error, BrokenPipeError) else ArchkbError.exit_code
    return code


def _quiet_end(stream: TextIO) -> None:
    """Point a stream at nothing, so that the interpreter's last flush does not complain about it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def put(text: str, path: Path | None) -> None:
    """Data to a file, or to stdout where there is none. ArchkbError where the file cannot be written."""
    if path is None:
        say(text)
        return
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ArchkbError(f"cannot be written: {error.strerror}", where=str(path), cure="name another file") from None
    tell(f"archkb: wrote {path}")
