"""Headers to tables in several processes, in the order they were asked for, with a bounded number on the way."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context

from archkb.ingest.extraction import PackedHeader, Request, extract_packed, infer_packed, read_packed, start_worker
from archkb.kb.errors import SourceError

Key = tuple[str, str]
"""uids of a structure and of what configurations state of it."""

AHEAD = 2
"""Sources that are on the way at once, for each process."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """What became of a request: tables, or only the header where the structure is known by now; or an error."""

    request: Request
    header: PackedHeader | None = None
    tables: bytes | None = None
    error: Exception | None = None


@dataclass(slots=True)
class _Task:
    """A request on its way: it is read, then decided about, then perhaps inferred."""

    request: Request
    reading: Future[PackedHeader]
    inferring: Future[bytes] | None = None
    decided: threading.Event = field(default_factory=threading.Event)


def extracted(requests: Iterable[Request], jobs: int, known: Iterable[Key]) -> Iterator[Extracted]:
    """Extract each request in one of `jobs` processes.

    `known`: the structures that need no inference. One that is inferred here is known from then on; whoever takes what
    is yielded has it before the next comes. At most `AHEAD` times `jobs` requests are on the way.
    """
    window = _Window(jobs, set(known))
    try:
        for request in requests:
            if window.full:
                yield window.first()
            window.put(request)
        while window.tasks:
            yield window.first()
    finally:
        window.close()


class _Window:
    """The requests on their way, in order.

    It is decided in their order whether a structure is known, so that the first that has it is the one to infer it.
    """

    def __init__(self, jobs: int, known: set[Key]) -> None:
        self.tasks: deque[_Task] = deque()
        self._jobs, self._known = jobs, known
        self._undecided: deque[_Task] = deque()
        self._deciding = threading.RLock()
        self._pool = _pool(jobs)

    @property
    def full(self) -> bool:
        """Whether one has to leave before another comes."""
        return len(self.tasks) >= AHEAD * self._jobs

    def put(self, request: Request) -> None:
        """Begin to read a request."""
        task = _Task(request, self._submitted(lambda: self._pool.submit(read_packed, request)))
        self.tasks.append(task)
        with self._deciding:
            self._undecided.append(task)
        task.reading.add_done_callback(lambda _: self._decide())

    def first(self) -> Extracted:
        """Wait for the first request, and let it go."""
        task = self.tasks.popleft()
        task.decided.wait()
        try:
            header = task.reading.result()
            return Extracted(task.request, header, task.inferring.result() if task.inferring is not None else None)
        except BrokenProcessPool:
            return _alone(task.request)
        except Exception as error:  # noqa: BLE001 - one bad file must not stop the others
            return Extracted(task.request, error=error)

    def close(self) -> None:
        """Drop what has not begun, and wait for what has."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _decide(self) -> None:
        """Say of all that are read, up to the first that is not, whether they have to be inferred."""
        with self._deciding:
            while self._undecided and self._undecided[0].reading.done():
                task = self._undecided.popleft()
                if not task.reading.cancelled() and task.reading.exception() is None:
                    header = task.reading.result()
                    if header.key not in self._known:
                        self._known.add(header.key)
                        task.inferring = self._inferring(header, task.request)
                task.decided.set()

    def _inferring(self, header: PackedHeader, request: Request) -> Future[bytes]:
        try:
            return self._pool.submit(infer_packed, header.header, request.name)
        except RuntimeError as error:  # the pool is broken, or closes
            failed: Future[bytes] = Future()
            failed.set_exception(BrokenProcessPool(str(error)))
            return failed

    def _submitted(self, submit: Callable[[], Future[PackedHeader]]) -> Future[PackedHeader]:
        try:
            return submit()
        except BrokenProcessPool:
            self._pool.shutdown(wait=False)
            self._pool = _pool(self._jobs)
            return submit()


def _pool(jobs: int) -> ProcessPoolExecutor:
    """Processes that begin anew: none inherits a thread, a lock or an open store."""
    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=start_worker)


def _alone(request: Request) -> Extracted:
    """A request that was on the way when a process died, in a process of its own: is it the one that kills it?"""
    with _pool(1) as pool:
        try:
            return Extracted(request, *pool.submit(extract_packed, request).result())
        except BrokenProcessPool:
            what = "the process that read it died, perhaps for want of memory"
            cure = "ingest it alone, or where there is more memory"
            return Extracted(request, error=SourceError(what, path=request.source, cure=cure))
        except Exception as error:  # noqa: BLE001 - one bad file must not stop the others
            return Extracted(request, error=error)
