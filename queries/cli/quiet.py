"""The terminal is the program's own: what a native library writes to standard error is not for a person."""

from __future__ import annotations

import io
import os
import sys


def keep_stderr() -> None:
    """Let the program's own messages go on to where standard error goes, and the libraries' nowhere.

    The embedded engine's log handler writes Java traces to file descriptor 2 where its disk is full; what is wrong is
    told by the error it raises. Twice is no error; a standard error that is closed, or put in the place of the
    process's, stays as it is.
    """
    stream = sys.stderr
    if not isinstance(stream, io.TextIOWrapper):
        return
    try:
        if stream.fileno() != _STDERR:
            return
        stream.flush()
        own = os.dup(_STDERR)
        nowhere = os.open(os.devnull, os.O_WRONLY)
    except (OSError, ValueError):
        return
    sys.stderr = open(own, "w", encoding=stream.encoding, errors=stream.errors, buffering=1)  # noqa: PTH123, SIM115
    os.dup2(nowhere, _STDERR)
    os.close(nowhere)


_STDERR = 2
