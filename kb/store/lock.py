"""Who may open an embedded store: many readers or one writer, across processes, by a lock of the operating system.

The engine has a lock of its own, but it tells a reader that the database "needs recovery" while a writer is at
work, and lets a writer in while others read. This lock is taken first, dies with its process, and says who has it.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from kb.errors import StoreBusyError

if sys.platform == "win32":
    import msvcrt

    def _try(handle: IO[str], shared: bool) -> bool:
        """One byte, exclusive: Windows has no shared form of this call, so readers take turns there."""
        handle.seek(0)
        try:
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _try(handle: IO[str], shared: bool) -> bool:
        try:
            fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


class Lock:
    """The lock of one store folder. `wait` is how many seconds to try before StoreBusyError."""

    def __init__(self, folder: Path, wait: float) -> None:
        self._folder, self._wait = folder, wait
        self._handle: IO[str] | None = None
        self._note = folder / "holders" / f"{os.getpid()}-{id(self):x}"

    def acquire(self, shared: bool) -> None:
        """Take the lock, or change the kind of it that is held."""
        if self._handle is None:
            self._handle = _open(self._folder / "lock")
        deadline = time.monotonic() + self._wait
        while self._handle is not None and not _try(self._handle, shared):
            if time.monotonic() >= deadline:
                holders = ", ".join(_holders(self._note)) or "another process"
                self.release()
                raise StoreBusyError(
                    f"{holders} holds the store; waited {self._wait:g} s",
                    where=str(self._folder),
                    cure="try again when it is done, or wait longer with ARCHKB_STORE_WAIT=60",
                )
            time.sleep(0.02)
        self._write_note(shared)

    def release(self) -> None:
        """Give the lock back. Twice is no error."""
        if self._handle is not None:
            with suppress(OSError):
                self._note.unlink(missing_ok=True)
            self._handle.close()
            self._handle = None

    def _write_note(self, shared: bool) -> None:
        """Say who holds it; a folder that cannot be written has readers only, and needs no note."""
        with suppress(OSError):
            self._note.parent.mkdir(exist_ok=True)
            if not shared:
                list(_holders(self._note))  # who was killed left a note
            self._note.write_text(f"{'reading' if shared else 'writing'}: {_command()}", "utf-8")


def _open(path: Path) -> IO[str] | None:
    """The lock file, created where that is allowed; None in a folder that has none and cannot get one."""
    try:
        return path.open("a+", encoding="utf-8")
    except OSError:
        with suppress(OSError):
            return path.open(encoding="utf-8")
        return None


def _command() -> str:
    """Program and subcommand, never the arguments: they may hold what is not for others."""
    words = [Path(sys.argv[0] or "python").name, *sys.argv[1:2]]
    return " ".join(word for word in words if not word.startswith("-"))


def _holders(own: Path) -> Iterator[str]:
    """'process 123 (writing: archkb ingest)' for each living holder; notes of the dead are removed."""
    for note in sorted(own.parent.glob("*")):
        pid, _, _ = note.name.partition("-")
        if note == own or not pid.isdigit():
            continue
        if _alive(int(pid)):
            with suppress(OSError):
                yield f"process {pid} ({note.read_text('utf-8')})"
        else:
            with suppress(OSError):
                note.unlink(missing_ok=True)


def _alive(pid: int) -> bool:
    if sys.platform == "win32":
        return True  # signal 0 would end the process there
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def released_on_error(release: Callable[[], None]) -> Iterator[None]:
    """Run `release` when the body fails, and let the error pass."""
    try:
        yield
    except BaseException:
        release()
        raise
