"""The command line: each command parses, calls one function, prints, and sets the exit code."""

from __future__ import annotations

import sys

from kb.errors import ArchkbError
from queries.cli import terminal

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> None:
    """Run `archkb` with these arguments (default: those of the process); ends by SystemExit.

    Exit codes: 0 yes, 1 models differ, 2 wrong usage or input, 130 interrupted, 141 the reader of stdout went away.
    """
    from queries.cli.app import app

    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        app(arguments, prog_name="archkb")
    except ArchkbError as error:
        terminal.tell(f"archkb: {error}")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        terminal.tell(f"archkb: {error}")
        sys.exit(ArchkbError.exit_code)
