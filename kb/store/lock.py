"""Who may open an embedded store: many readers or one writer, across processes, by a lock of the operating system.

The engine has a lock of its own, but it tells a reader that the database "needs recovery" while a writer is at
work, and lets a writer in while others read. This lock is taken first, dies with its process, and says who has it.

Readers that come and go would keep a writer out for ever, since one of them always has it. So there is a turnstile
before it: whoever waits to write holds the turnstile, and readers that come later wait behind.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from archkb.kb.errors import StoreBusyError

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
        """Take the lock, or change the kind of it that is held. StoreBusyError where others hold it too long.

        To write, what is held is given back first: two that read and want to write would wait for each other. Who wrote
        and goes on to read has its turn already, so it does not queue behind a writer that waits for it.
        """
        deadline = time.monotonic() + self._wait
        if self._handle is not None and not shared:
            self._close()
        if self._handle is not None:
            self._until(self._handle, shared, deadline)
        else:
            with _closed_after(_open(self._folder / "turn")) as turnstile:
                self._until(turnstile, shared, deadline)
                if not shared:
                    self._write_note("waiting to write")
                self._handle = _open(self._folder / "lock")
                self._until(self._handle, shared, deadline)
        if not shared:
            list(_holders(self._note))  # who was killed left a note
        self._write_note("reading" if shared else "writing")

    def _until(self, handle: IO[str] | None, shared: bool, deadline: float) -> None:
        """Try for a lock until the deadline. A folder that can have no lock file is read without."""
        while handle is not None and not _try(handle, shared):
            if time.monotonic() >= deadline:
                holders = ", ".join(_holders(self._note)) or "another process"
                self.release()
                raise StoreBusyError(
                    f"{holders} holds the store; waited {self._wait:g} s",
                    where=str(self._folder),
                    cure="try again when it is done, or wait longer with ARCHKB_STORE_WAIT=60",
                )
            time.sleep(0.02)

    def release(self) -> None:
        """Give the lock back. Twice is no error."""
        with suppress(OSError):
            self._note.unlink(missing_ok=True)
        self._close()

    def _close(self) -> None:
        if self._handle is not None:
            self._handle.close()
            self._handle = None

    def _write_note(self, what: str) -> None:
        """Say who does what; a folder that cannot be written has readers only, and needs no note."""
        with suppress(OSError):
            self._note.parent.mkdir(exist_ok=True)
            self._note.write_text(f"{what}: {_command()}", "utf-8")


@contextmanager
def _closed_after(handle: IO[str] | None) -> Iterator[IO[str] | None]:
    """The handle, closed afterwards; with it goes its lock."""
    try:
        yield handle
    finally:
        if handle is not None:
            handle.close()


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
