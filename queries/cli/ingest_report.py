"""What a person is told while many sources are ingested: how far it is, what failed, and how to go on."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from archkb.kb.errors import ArchkbError
from archkb.kb.text import is_text, printable
from archkb.kb.wording import listed
from archkb.queries.cli import terminal
from archkb.queries.interface.ingest_many import Outcome
from archkb.queries.interface.ingest_source import Ingested, failure

if TYPE_CHECKING:
    from archkb.ingest.extraction import Request
    from archkb.kb.store.port import Progress
    from archkb.queries.interface.ingest_plan import Plan

_MINUTE, _HOUR = 60, 3600
_NAMED = 3
"""Names that are shown of many."""
_ROUND = 10
"""Sources a second from which their fraction is left out."""


class Report:
    """Counts what became of each source; says what failed at once, the rest as it is asked to."""

    def __init__(self, planned: Plan, *, quiet: bool = False) -> None:
        self.ingested: list[Ingested] = []
        self.failed: list[Outcome] = []
        self._rows: list[Ingested] = []
        self._planned, self._total, self._quiet = planned, planned.total, quiet
        self._line = not quiet and self._total > 1 and sys.stderr.isatty()
        self._start = time.monotonic()

    @property
    def done(self) -> int:
        """Sources of which it is known what became of them."""
        return len(self.ingested) + len(self.failed)

    def rows(self, *, failures: bool) -> list[Ingested]:
        """What became of each source, in order; those that failed where they are wanted."""
        return self._rows if failures else self.ingested

    def of_rows(self) -> Callable[[str], Progress | None]:
        """From a model's name to what shows its rows being written: nothing where models are counted."""
        return terminal.progress if self._total == 1 and not self._quiet else lambda _: None

    def begin(self) -> None:
        """Say what is known before anything is read."""
        if self._planned.renamed and not self._quiet:
            shown = listed(self._planned.renamed, _NAMED)
            self._tell(f"files that share a name get their folder's in front: {shown}")
        for request, error in self._planned.unreadable:
            self.take(Outcome(request, error=error))
        self._show("")

    def take(self, outcome: Outcome) -> None:
        """Count what became of a source, and tell it."""
        if outcome.ingested is not None:
            self.ingested.append(outcome.ingested)
            self._rows.append(outcome.ingested)
            for note in () if self._quiet else outcome.ingested.notes:
                self._tell(note)
        else:
            self.failed.append(outcome)
            self._rows.append(failure(outcome.request.name, str(outcome.error)))
            self._tell(str(outcome.error))
        self._show(outcome.request.name)

    def end(self) -> None:
        """Say what became of all of them."""
        if self._total > 1 and not self._quiet:
            self._tell(self._counts())

    def stopped(self) -> None:
        """Say how far it came and how to go on."""
        if self._total == 1:
            return
        self._tell(
            f"stopped: {self._counts()}, {self._total - self.done:,} not reached. What was written is whole; the same "
            "command goes on from there"
        )

    def write_failed(self, path: Path) -> None:
        """Write the sources that failed as a list that `ingest` reads. ArchkbError where it cannot be written."""
        write_list(path, [(outcome.request, str(outcome.error)) for outcome in self.failed])

    def _counts(self) -> str:
        there = sum(model.there for model in self.ingested)
        return f"{len(self.ingested) - there:,} read, {there:,} already there, {len(self.failed):,} failed"

    def _tell(self, text: str) -> None:
        if self._line:
            sys.stderr.write("\r\x1b[K")
        terminal.tell(f"archkb: {text}")

    def _show(self, name: str) -> None:
        """The line that tells how far it is, on a terminal; taken away when all is done."""
        if not self._line:
            return
        line = f"{self.done:,} of {self._total:,}"
        if self.done:
            line += f", {pace(self.done, self._total, time.monotonic() - self._start)}: {printable(name)}"
        width = terminal.columns_of_stderr() - 1
        sys.stderr.write(f"\r\x1b[K{line[:width]}" if self.done < self._total else "\r\x1b[K")
        sys.stderr.flush()


def pace(done: int, total: int, seconds: float) -> str:
    """How many a second, and how long the rest will take.

    >>> pace(30, 90, 10.0), pace(3, 4000, 60.0), pace(1000, 5000, 10.0)
    ('3.0 a second, 20 s left', '0.1 a second, 22 h 12 min left', '100 a second, 40 s left')
    """
    rate = done / max(seconds, 1e-6)
    left = round((total - done) / rate)
    if left < 2 * _MINUTE:
        time_left = f"{left} s"
    elif left < 2 * _HOUR:
        time_left = f"{left // _MINUTE} min"
    else:
        time_left = f"{left // _HOUR:,} h {left % _HOUR // _MINUTE} min"
    return f"{rate:,.{0 if rate >= _ROUND else 1}f} a second, {time_left} left"


def check_writable(path: Path) -> None:
    """ArchkbError where a list could not be written at the end; what the file holds stays."""
    try:
        with path.open("a", encoding="utf-8"):
            pass
    except OSError as error:
        raise _unwritable(path, error) from None


def write_list(path: Path, failed: Sequence[tuple[Request, str]]) -> None:
    """A list of sources with the reason above each, as a comment; behind a tab the name, where it is not the file's."""
    from archkb.queries.interface.model_names import default_name

    lines = []
    for request, reason in failed:
        lines.append(f"# {printable(reason)}")
        if not is_text(request.source):
            continue  # a list could not name it
        place = request.source if request.source.startswith("design:") else os.path.abspath(request.source)  # noqa: PTH100
        lines.append(place if request.name == default_name(place) else f"{place}\t{request.name}")
    try:
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    except OSError as error:
        raise _unwritable(path, error) from None


def _unwritable(path: Path, error: OSError) -> ArchkbError:
    return ArchkbError(f"cannot be written: {error.strerror}", where=str(path), cure="name another file")
