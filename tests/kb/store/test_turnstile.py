"""Readers that come and go without a pause do not keep a writer out, and none of them sees half a model."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest

from archkb.kb.errors import StoreBusyError
from archkb.kb.store import open_store
from archkb.kb.store.lock import Lock
from tests.tables import model_tables

READER = """
import json, sys, time
from archkb.kb.errors import StoreError
from archkb.kb.store import open_store
from archkb.kb.store.read_back import canonical
from tests.tables import model_tables
uri, end = sys.argv[1], time.monotonic() + float(sys.argv[2])
looks = refused = 0
versions = set()
print("open", flush=True)
while time.monotonic() < end:
    try:
        store = open_store(uri, read_only=True, wait=30)
    except StoreError as error:
        print(error, file=sys.stderr)
        refused += 1
        continue
    tables = store.load("victim")
    store.close()
    assert canonical(tables) == canonical(model_tables("victim", blocks=20, version=tables.uid[7:])), tables.uid
    looks += 1
    versions.add(tables.uid)
print(json.dumps({"looks": looks, "refused": refused, "versions": len(versions)}))
"""


def test_who_waits_to_write_is_next(tmp_path: Path) -> None:
    """Two readers overlap for as long as they can get in; the writer gets in all the same."""
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            lock = Lock(tmp_path, 10)
            with suppress(StoreBusyError):
                lock.acquire(shared=True)
                time.sleep(0.1)
            lock.release()

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
        time.sleep(0.025)
    writer = Lock(tmp_path, 3)
    for _ in range(3):
        writer.acquire(shared=False)
        writer.release()
    stop.set()
    for reader in readers:
        reader.join()


def test_a_reader_is_told_of_the_writer_that_waits(tmp_path: Path) -> None:
    held = Lock(tmp_path, 1)
    held.acquire(shared=True)
    writer = Lock(tmp_path, 2)
    waits = threading.Thread(target=lambda: _busy(writer, shared=False))
    waits.start()
    time.sleep(0.3)

    with pytest.raises(StoreBusyError, match="waiting to write"):
        Lock(tmp_path, 0.2).acquire(shared=True)

    waits.join()
    held.release()


def test_two_that_read_may_both_go_on_to_write(tmp_path: Path) -> None:
    one, two = Lock(tmp_path, 3), Lock(tmp_path, 3)
    one.acquire(shared=True)
    two.acquire(shared=True)
    changes = threading.Thread(target=lambda: (one.acquire(shared=False), one.acquire(shared=True), one.release()))
    changes.start()
    time.sleep(0.2)
    two.acquire(shared=False)
    two.release()

    changes.join(5)

    assert not changes.is_alive()


def _busy(lock: Lock, shared: bool) -> None:
    with suppress(StoreBusyError):
        lock.acquire(shared=shared)
    lock.release()


@pytest.mark.slow
def test_a_writer_beside_eight_readers(embedded_uri: str) -> None:
    seconds, readers = 60.0, 8
    with closing(open_store(embedded_uri)) as store:
        store.replace(model_tables("victim", blocks=20, version="v0"))
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", READER, embedded_uri, str(seconds)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(readers)
    ]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "open\n"
    end, written = time.monotonic() + seconds - 1, 0
    while time.monotonic() < end:
        with closing(open_store(embedded_uri, wait=30)) as store:
            written += 1
            store.replace(model_tables("victim", blocks=20, version=f"v{written}"))

    ended = [process.communicate(timeout=120) for process in processes]
    assert [err for _, err in ended] == [""] * readers
    told = [json.loads(out) for out, _ in ended]
    assert written > 1
    assert all(reader["looks"] > 0 and not reader["refused"] for reader in told)
    assert sum(reader["versions"] for reader in told) > readers
