"""More than one process on an embedded store, and processes that are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from archkb.kb.errors import StoreBusyError, StoreError
from archkb.kb.store import Store, open_store
from archkb.kb.store.read_back import canonical
from archkb.kb.tables import GraphTables
from tests.stores import wipe
from tests.tables import model_tables

pytestmark = pytest.mark.slow

HOLD = """
import sys
from archkb.kb.store import open_store
store = open_store(sys.argv[1], read_only=sys.argv[2] == "ro")
print("open", flush=True)
sys.stdin.read()
store.close()
"""
INGEST = """
import sys, time
from archkb.kb.store import open_store
from tests.tables import model_tables
store = open_store(sys.argv[1])
print("open", flush=True)
for turn in range(1000):
    time.sleep(float(sys.argv[3]) if turn else 0)
    tables = model_tables("victim", blocks=int(sys.argv[2]), version=f"v{turn}")
    print("writing", flush=True)
    store.replace(tables)
"""


def start(program: str, *words: str) -> subprocess.Popen[str]:
    """A process that runs a program from the checkout, once it has said 'open'."""
    process = subprocess.Popen(
        [sys.executable, "-c", program, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "open\n"
    return process


def stop(process: subprocess.Popen[str]) -> None:
    process.communicate(timeout=30)


def test_a_second_writer_is_told_who_holds_the_store(embedded_uri: str) -> None:
    holder = start(HOLD, embedded_uri, "rw")

    with pytest.raises(StoreBusyError, match=rf"process {holder.pid} \(writing") as caught:
        open_store(embedded_uri, wait=0.3)

    assert "ARCHKB_STORE_WAIT" in caught.value.cure
    stop(holder)
    open_store(embedded_uri, wait=0.3).close()


def test_a_reader_does_not_get_in_while_another_writes(embedded_uri: str) -> None:
    holder = start(HOLD, embedded_uri, "rw")

    with pytest.raises(StoreBusyError, match=str(holder.pid)):
        open_store(embedded_uri, read_only=True, wait=0.3)

    stop(holder)


def test_a_writer_waits_for_readers_and_names_them(embedded_uri: str) -> None:
    open_store(embedded_uri).close()
    holder = start(HOLD, embedded_uri, "ro")

    with pytest.raises(StoreBusyError, match=rf"process {holder.pid} \(reading"):
        open_store(embedded_uri, wait=0.3)

    stop(holder)


def test_readers_share(embedded_uri: str) -> None:
    store = open_store(embedded_uri)
    store.replace(model_tables())
    store.close()
    holders = [start(HOLD, embedded_uri, "ro") for _ in range(2)]

    store = open_store(embedded_uri, read_only=True, wait=0.1)

    assert [model.name for model in store.models()] == ["toy"]
    store.close()
    for holder in holders:
        stop(holder)


def test_who_waits_gets_in_when_the_other_is_done(embedded_uri: str) -> None:
    holder = start(HOLD, embedded_uri, "rw")
    assert holder.stdin
    holder.stdin.close()

    store = open_store(embedded_uri, wait=10)

    store.replace(model_tables())
    store.close()
    holder.wait(timeout=10)
    assert holder.stdout
    holder.stdout.close()


def test_a_killed_holder_holds_nothing(embedded_uri: str) -> None:
    holder = start(HOLD, embedded_uri, "rw")
    holder.kill()
    holder.communicate(timeout=10)

    open_store(embedded_uri, read_only=True, wait=0.3).close()
    open_store(embedded_uri, wait=0.3).close()

    assert list(Path(embedded_uri, "holders").iterdir()) == []


def test_an_error_while_opening_gives_the_lock_back(embedded_uri: str) -> None:
    folder = Path(embedded_uri)
    folder.mkdir()
    (folder / "db").write_text("a file, where the engine wants a folder")

    with pytest.raises(StoreError):
        open_store(embedded_uri, wait=0.1)

    (folder / "db").unlink()
    open_store(embedded_uri, wait=0.1).close()


def test_reading_a_store_that_is_not_there_makes_none(embedded_uri: str) -> None:
    with pytest.raises(StoreError, match="ingest"):
        open_store(embedded_uri, read_only=True)

    assert not Path(embedded_uri).exists()


def check_whole(store: Store, name: str, blocks: int) -> GraphTables:
    """Load a model of :func:`model_tables`, which must be all there."""
    tables = store.load(name)
    expected = model_tables(name, blocks=blocks, version=tables.uid.removeprefix(f"{name}-"))
    assert canonical(tables) == canonical(expected)
    return tables


def only_whole(uri: str, blocks: int) -> int:
    """Open after a kill, for reading first; every model is whole, and nothing else is there. How many victims."""
    with closing(open_store(uri, read_only=True)) as store:
        names = [model.name for model in store.models()]
        nodes = edges = 0
        for name in names:
            tables = check_whole(store, name, blocks if name == "victim" else 2)
            nodes += sum(len(t.rows) for t in tables.nodes if not t.shared)
            edges += sum(len(t.rows) for t in tables.edges)
        owned = store.read("MATCH (n) WHERE NOT (n:Meta OR n:Template OR n:Rule OR n:Metadata) RETURN count(n) AS n")
        assert owned.rows == ((nodes,),)
        assert store.read("MATCH ()-[r]->() WHERE NOT type(r) IN ['SAME_AS', 'SPEAKER'] RETURN count(r) AS n").rows == (
            (edges,),
        )
    return names.count("victim")


def kill_while_writing(uri: str, blocks: int, after: float) -> None:
    process = start(INGEST, uri, str(blocks), "0")
    assert process.stdout
    assert process.stdout.readline() == "writing\n"
    time.sleep(after)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=30)


@pytest.mark.slow
@pytest.mark.parametrize("round_", range(4))
def test_twenty_kills_leave_whole_models_in_the_embedded_store(embedded_uri: str, round_: int) -> None:
    store = open_store(embedded_uri)
    store.replace(model_tables("kept"))
    store.close()

    for turn in range(5):
        kill_while_writing(embedded_uri, 100, after=0.03 + 0.04 * (5 * round_ + turn))
        only_whole(embedded_uri, 100)


@pytest.mark.slow
@pytest.mark.server
def test_kills_of_the_client_leave_whole_models_in_neo4j(neo4j_uri: str) -> None:
    wipe(neo4j_uri)
    store = open_store(neo4j_uri)
    store.replace(model_tables("kept"))
    store.close()

    for turn in range(20):
        kill_while_writing(neo4j_uri, 60, after=0.02 + 0.02 * turn)
        until_settled(neo4j_uri)
        only_whole(neo4j_uri, 60)


def until_settled(uri: str) -> None:
    """Wait for what a killed client had asked the server to commit."""
    with closing(open_store(uri)) as store:
        for _ in range(100):
            others = store.read("SHOW TRANSACTIONS YIELD transactionId RETURN count(*) AS n").rows
            if others == ((1,),):
                return
            time.sleep(0.1)
    pytest.fail("the server still works for a client that is gone")


@pytest.mark.server
def test_who_reads_while_another_writes_sees_whole_models_in_neo4j(neo4j_uri: str) -> None:
    wipe(neo4j_uri)
    with closing(open_store(neo4j_uri)) as store:
        store.replace(model_tables("victim", blocks=60, version="v"))
        writer = start(INGEST, neo4j_uri, "60", "0.5")
        seen = set()
        until = time.monotonic() + 40
        while time.monotonic() < until and len(seen) < 4:
            assert [model.name for model in store.models()] in ([], ["victim"], ["victim", "victim"])
            seen.add(check_whole(store, "victim", 60).uid)
        writer.kill()
        writer.communicate(timeout=30)
    until_settled(neo4j_uri)
    assert len(seen) > 1


@pytest.mark.server
def test_writers_of_one_name_take_turns_in_neo4j(neo4j_uri: str) -> None:
    wipe(neo4j_uri)
    with closing(open_store(neo4j_uri)) as one, closing(open_store(neo4j_uri)) as two:

        def write(store: Store, mark: str) -> None:
            for turn in range(5):
                store.replace(model_tables("contested", blocks=30, version=f"{mark}{turn}"))

        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(write, one, "a"), pool.submit(write, two, "b")]:
                done.result()

        assert [model.name for model in one.models()] == ["contested"]
        check_whole(one, "contested", 30)


@pytest.mark.parametrize("read_only", [True, False])
def test_the_terminal_stays_silent(embedded_uri: str, read_only: bool, tmp_path: Path) -> None:
    store: Store = open_store(embedded_uri)
    store.replace(model_tables())
    store.close()
    program = f"""
from archkb.kb.errors import StoreError
from archkb.kb.store import open_store
store = open_store({embedded_uri!r}, read_only={read_only})
store.models()
for bad in ("MATCH (n RETURN n", "CREATE (n:X)", "MATCH (n) RETURN n.x / 0", "RETURN toInteger([1]) + date('x')"):
    try:
        store.read(bad)
    except StoreError:
        continue
store.load("toy")
store.close()
"""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ARCADEDB")} | {
        "PYTHONPATH": str(Path.cwd())
    }

    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment,
        cwd=tmp_path,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["store"]


def test_importing_the_stores_imports_no_driver() -> None:
    program = (
        "import sys, archkb.kb.store, archkb.kb.store.cypher_store; print({'neo4j', 'arcadedb'} & set(sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"
