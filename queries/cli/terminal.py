"""What goes where: data to stdout, everything else to stderr, progress only to a terminal."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from kb.errors import ArchkbError
from kb.text import printable

CLOSED = 141
"""Exit code when the reader of stdout went away, as a program ended by SIGPIPE has."""

_PIECE = 16_384
_PAGE = 160


def say(text: str) -> None:
    """Data, to stdout, as it is. Ends the program where nobody reads it any more.

    In pieces, because an unbuffered stdout (PYTHONUNBUFFERED) swallows the rest of a piece that was cut short.
    """
    try:
        for start in range(0, len(text), _PIECE):
            sys.stdout.write(text[start : start + _PIECE])
        sys.stdout.flush()
    except BrokenPipeError:
        _quiet_end()
        raise SystemExit(CLOSED) from None


def tell(text: str) -> None:
    """A line for the person, to stderr; what files say in it cannot drive the terminal."""
    sys.stderr.write("\n".join(printable(line) for line in text.split("\n")) + "\n")
    sys.stderr.flush()


def columns() -> int | None:
    """Width to fit tables into: $COLUMNS, else that of the terminal; None where stdout is no terminal."""
    named = os.environ.get("COLUMNS", "")
    if not (named.isdigit() and int(named)) and not sys.stdout.isatty():
        return None  # lines stay whole for grep and the like
    return shutil.get_terminal_size((_PAGE, 24)).columns


def interactive() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


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


def _quiet_end() -> None:
    """Point stdout at nothing, so that the interpreter's last flush does not complain about a closed pipe."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


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
