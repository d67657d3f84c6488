"""A deadline that holds whatever an engine does.

Both engines have timeouts, and both look at the clock between rows only: one expression over large lists ran on for
258 s (measured on ArcadeDB, asked for 0.7 s). So a query with a deadline runs in a thread of its own, and who waits
for it is released on time. The thread cannot be stopped from outside; it ends with its query or with the process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from archkb.kb.errors import StoreError

T = TypeVar("T")


class TooSlowError(StoreError):
    """A query that was cut off at its deadline."""


class _Call(Generic[T]):
    """One call in a thread, with its result or its error."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self.result: list[T] = []
        self.error: BaseException | None = None
        self.thread = threading.Thread(target=self._run, name="archkb-query", daemon=True)

    def _run(self) -> None:
        try:
            self.result.append(self._work())
        except BaseException as error:  # noqa: BLE001 - it is raised again where the caller waits
            self.error = error


class Deadlines:
    """The overdue queries of one engine: at most one, so that a stranger can keep no more than one core busy."""

    def __init__(self) -> None:
        self._overdue: threading.Thread | None = None

    @property
    def overdue(self) -> bool:
        """Whether a query that was given up still runs."""
        return self._overdue is not None and self._overdue.is_alive()

    def run(self, work: Callable[[], T], seconds: float | None, grace: float = 0.0) -> T:
        """The result of `work`; StoreError after `seconds`, and `grace` for the engine's own cut."""
        if seconds is None:
            return work()
        if self.overdue:
            raise StoreError(
                "an earlier query was cut off and still winds down", cure="wait, or start the program again"
            )
        call = _Call(work)
        call.thread.start()
        call.thread.join(seconds + grace)
        if call.thread.is_alive():
            self._overdue = call.thread
            raise too_slow(seconds)
        if call.error is not None:
            raise call.error
        return call.result[0]


def too_slow(seconds: float) -> TooSlowError:
    """The error for a query that was cut off."""
    return TooSlowError(
        f"the query took longer than {seconds:g} s and was cut off",
        cure="ask for less: name the model, bound every path, or raise the timeout",
    )
