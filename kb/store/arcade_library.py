"""The embedded engine's package and its native library: loaded once a process, with its log and its memory bounded."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from archkb.kb.errors import StoreError

READER_HEAP = 2 << 30
"""Bytes of heap for a process that reads: a query that doubles a list ends there and not with the machine's memory."""

_ELSE = "or use a Neo4j server: --store bolt://HOST:7687"


def load(folder: Path, *, read_only: bool) -> Any:
    """The engine's package, with its log sent to the store's folder before its library is loaded.

    StoreError where the package is not there or its library does not load on this machine.
    """
    log = folder / "log"
    with suppress(OSError):
        log.mkdir(exist_ok=True)
    if not os.access(log, os.W_OK):
        log = Path(tempfile.gettempdir()) / "archkb-log"
    os.environ.setdefault("ARCADEDB_LOG_CONSOLE", "0")
    os.environ.setdefault("ARCADEDB_LOG_DIR", str(log.absolute()))
    if read_only:
        os.environ.setdefault("ARCADEDB_NATIVE_ISOLATE_ARGS", f"-Xmx{min(READER_HEAP, _memory() // 2)}")
    logging.getLogger("arcadedb").addHandler(logging.NullHandler())
    return imported()


def imported() -> Any:
    """The engine's package with its native library loaded; StoreError as of :func:`load`."""
    try:
        import arcadedb
        from arcadedb._native import lib
    except ImportError as error:
        raise StoreError(
            f"the embedded store's engine cannot be imported ({_line(error)})",
            cure=f"`pip install --force-reinstall arcadedb`, {_ELSE}",
        ) from error
    try:
        lib._load()
    except (OSError, arcadedb.ArcadeDBError) as error:
        raise StoreError(
            f"the native library of the embedded store's engine does not load ({_line(error)})",
            cure=f"`pip install --force-reinstall arcadedb` on a system it has a wheel for (decision 2), {_ELSE}",
        ) from error
    return arcadedb


@contextmanager
def own_thread() -> Iterator[None]:
    """Attach this thread to the engine, and detach it here when the work is done.

    The package leaves the second to a finaliser, which the garbage collector may run in another thread, and at the exit
    while the thread still runs: the engine aborts the process at either.
    """
    from arcadedb._native import lib

    lib._thread_handle()
    thread = lib._local.thread
    owned, thread.owned = thread.owned, False
    try:
        yield
    finally:
        if owned:
            del lib._local.thread
            lib._lib.graal_detach_thread(thread.handle)


def _memory() -> int:
    """Bytes of memory this process may use: the machine's, or what its container is limited to."""
    try:
        machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 2 * READER_HEAP
    with suppress(OSError, ValueError):
        return min(machine, int(Path("/sys/fs/cgroup/memory.max").read_text("ascii")))
    return machine


def _line(error: Exception) -> str:
    return str(error).strip().split("\n", maxsplit=1)[0] or type(error).__name__
