"""The command line: each command parses, calls one function, prints, and sets the exit code."""

from __future__ import annotations

import sys

from archkb.kb.errors import ArchkbError
from archkb.kb.text import is_text, printable
from archkb.queries.cli import terminal

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> None:
    """Run `archkb` with these arguments (default: those of the process); ends by SystemExit.

    Exit codes: 0 yes, 1 models differ, or some of several could not be kept; 2 wrong usage or input, 130 interrupted,
    141 the reader of stdout went away.
    """
    terminal.open_streams()
    code = _run(sys.argv[1:] if arguments is None else arguments)
    sys.exit(terminal.close_streams(code))


def _run(arguments: list[str]) -> int:
    from archkb.queries.cli.app import app

    try:
        _check(arguments)
        app(arguments, prog_name="archkb")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0 if end.code is None else ArchkbError.exit_code
    except ArchkbError as error:
        terminal.tell(f"archkb: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        where = f"{error.filename}: " if error.filename else "reading or writing failed: "
        terminal.tell(f"archkb: {where}{error.strerror or error}")
        return ArchkbError.exit_code
    return 0


def _check(arguments: list[str]) -> None:
    """ArchkbError for bytes that are no text: no name in a store, no query and no message could hold them."""
    for argument in arguments:
        if not is_text(argument):
            what = f"the argument {printable(argument)} is not UTF-8"
            raise ArchkbError(what, cure="write it as UTF-8, or give the file or folder another name")
