"""A query ends, and an answer has an end, on both stores."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time

import pytest

from archkb.kb.errors import StoreError
from archkb.kb.store import Rows, Store, open_store
from archkb.kb.store.deadline import Deadlines
from tests.tables import model_tables

ROWS_LOOP = "UNWIND range(1, 3000) AS x UNWIND range(1, 3000) AS y UNWIND range(1, 3000) AS z RETURN count(*) AS n"
EXPRESSION_LOOP = "RETURN size([x IN range(1, 30000) WHERE size([y IN range(1, 1000) WHERE y = x]) > 0]) AS n"


@pytest.mark.parametrize("loop", ["rows", "expression"])
def test_a_query_is_cut_off(store: Store, loop: str) -> None:
    query = ROWS_LOOP if loop == "rows" else EXPRESSION_LOOP
    if store.uri.startswith("bolt"):
        query = query.replace("30000", "600000")  # about as long there
    start = time.monotonic()

    with pytest.raises(StoreError, match=r"longer than 0\.5 s"):
        store.ask(query, timeout=0.5)

    assert time.monotonic() - start < 5


def test_rows_stop_at_the_limit_and_say_so(store: Store) -> None:
    cut = store.ask("UNWIND range(1, 5000000) AS x RETURN x", limit=3)
    whole = store.ask("UNWIND range(1, 3) AS x RETURN x", limit=3)

    assert cut == Rows(("x",), ((1,), (2,), (3,)), truncated=True)
    assert whole == Rows(("x",), ((1,), (2,), (3,)), truncated=False)


def test_the_limit_does_not_wait_for_all_rows(store: Store) -> None:
    start = time.monotonic()

    store.ask("UNWIND range(1, 30000000) AS x RETURN x", limit=10)

    assert time.monotonic() - start < 3


def test_columns_are_there_without_rows_and_in_order(store: Store) -> None:
    store.replace(model_tables())

    rows = store.ask("MATCH (m:Model {name: 'nope'}) RETURN m.uid AS z, count(*) AS a, [1, m.x] AS l, m.name")

    assert rows == Rows(("z", "a", "l", "m.name"), ())


def test_nulls_lists_and_maps_keep_their_columns(store: Store) -> None:
    rows = store.ask(
        "UNWIND [1, 2] AS x RETURN null AS b, x, [x, null] AS l, {k: [x], n: null} AS m, 1.0 AS f, true AS t ORDER BY x"
    )

    assert rows.columns == ("b", "x", "l", "m", "f", "t")
    assert rows.rows[1] == (None, 2, [2, None], {"k": [2], "n": None}, 1.0, True)
    assert [type(value) for value in rows.rows[0]] == [type(None), int, list, dict, float, bool]


def test_a_node_comes_back_as_its_properties(store: Store) -> None:
    store.replace(model_tables())

    [[stream]] = store.ask("MATCH (s:Stream) RETURN s").rows

    assert stream == {
        "uid": "2-a-n-s~blocks~video",
        "structure": "2-a-n-s",
        "scope": "blocks",
        "name": "video",
        "width": 64,
    }


def test_wrong_cypher_is_one_clear_error(store: Store) -> None:
    with pytest.raises(StoreError) as caught:
        store.ask("MATCH (n RETURN n")

    assert "com.arcadedb" not in str(caught.value)


def test_a_process_ends_though_a_cut_off_query_runs_on(embedded_uri: str) -> None:
    program = f"""
import sys
from archkb.kb.errors import StoreError
from archkb.kb.store import open_store
store = open_store({embedded_uri!r})
try:
    store.ask({EXPRESSION_LOOP!r}, timeout=0.3)
except StoreError as error:
    print(error)
store.close()
"""
    start = time.monotonic()

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert "longer than 0.3 s" in done.stdout
    assert time.monotonic() - start < 5


def test_a_query_that_outgrows_its_memory_is_called_that(embedded_uri: str) -> None:
    open_store(embedded_uri).close()
    program = f"""
from archkb.kb.errors import StoreError
from archkb.kb.store import open_store
store = open_store({embedded_uri!r}, read_only=True)
try:
    store.ask("WITH reduce(s = 'abcdefgh', x IN range(1, 30) | s + s) AS s RETURN size(s) AS n", timeout=50)
except StoreError as error:
    print(error)
print(store.ask("RETURN 1 AS one").rows)
store.close()
"""
    environment = os.environ | {"ARCADEDB_NATIVE_ISOLATE_ARGS": "-Xmx256m"}

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False, env=environment
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("the query: it needs more memory than a query may have. Cure: ")
    assert done.stdout.endswith("((1,),)\n")


def test_a_reading_process_gets_a_heap_of_its_own(embedded_uri: str) -> None:
    open_store(embedded_uri).close()
    program = f"""
import os
from archkb.kb.store import open_store
open_store({embedded_uri!r}, read_only=True).close()
print(os.environ["ARCADEDB_NATIVE_ISOLATE_ARGS"])
"""
    environment = {name: value for name, value in os.environ.items() if name != "ARCADEDB_NATIVE_ISOLATE_ARGS"}

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True, env=environment
    )

    assert int(done.stdout.strip().removeprefix("-Xmx")) <= 2 << 30


def test_one_overdue_query_at_a_time() -> None:
    deadlines = Deadlines()
    with pytest.raises(StoreError, match="longer than"):
        deadlines.run(lambda: time.sleep(0.6), 0.05)

    with pytest.raises(StoreError, match="winds down"):
        deadlines.run(lambda: 1, 1.0)

    time.sleep(0.7)
    assert deadlines.run(lambda: 1, 1.0) == 1


def test_threads_of_finished_queries_are_detached_where_they_ran(embedded_store: Store) -> None:
    """The package's finaliser, run by the garbage collector in another thread, would abort the process."""
    for _ in range(4):
        embedded_store.ask("RETURN 1 AS one", timeout=30)
        with pytest.raises(StoreError):
            embedded_store.ask("RETURN date('nonsense') AS x", timeout=30)
        gc.collect()
    with pytest.raises(StoreError, match="cut off"):
        embedded_store.ask(EXPRESSION_LOOP, timeout=0.3)
    gc.collect()
