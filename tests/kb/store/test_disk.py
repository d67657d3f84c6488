"""A disk that is full is one clear error, nothing of it goes to the terminal, and what was whole stays whole."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from archkb.kb.store import open_store
from archkb.kb.store.arcade_fault import translated
from tests.tables import model_tables

WRITE = """
import resource, sys
from archkb.kb.errors import StoreError
from archkb.kb.store import open_store
from tests.tables import model_tables
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
try:
    store = open_store(sys.argv[1])
    try:
        for turn in range(50):
            store.replace(model_tables(f"m{turn}", blocks=100 + turn))
    finally:
        store.close()
except StoreError as error:
    print(error)
"""


@pytest.mark.slow
@pytest.mark.parametrize("most", [100_000, 300_000, 1_000_000, 3_000_000])
def test_no_room_is_one_error_that_says_so(embedded_uri: str, most: int) -> None:
    with closing(open_store(embedded_uri)) as store:
        store.replace(model_tables("kept"))

    done = subprocess.run(
        [sys.executable, "-c", WRITE, embedded_uri, str(most)], capture_output=True, text=True, timeout=120, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        f"{embedded_uri}: the disk is full. Cure: free space on the store's disk and run it again; what was whole "
        "before is whole, the rest is undone.\n"
    )
    with closing(open_store(embedded_uri, read_only=True)) as store:
        assert store.health().faults == ()
        names = [model.name for model in store.models()]
        for name in names:
            store.load(name)
    assert "kept" in names


@pytest.mark.parametrize(
    "said",
    [
        "Error on saving the configuration of database 'db': No space left on device",
        "Error executing Cypher command: CREATE (caused by java.io.IOException: File too large)",
        "java.io.IOException: Disk quota exceeded",
        "java.io.IOException: There is not enough space on the disk",
    ],
)
def test_every_way_to_say_so(said: str) -> None:
    assert "free space" in translated("x", RuntimeError(said)).cure


def test_what_a_library_writes_to_standard_error_is_not_shown(embedded_uri: str, tmp_path: Path) -> None:
    with closing(open_store(embedded_uri)) as store:
        store.replace(model_tables())
    program = """
import os, sys
from archkb.kb.store.cypher_store import CypherStore
from archkb.queries.cli import main
models = CypherStore.models
def noisy(self):
    os.write(2, b"java.util.logging.ErrorManager: 2\\n")
    return models(self)
CypherStore.models = noisy
main(["ask", "largest-tensors"])
"""
    environment = os.environ | {"ARCHKB_STORE": embedded_uri}

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False, env=environment
    )

    assert done.returncode == 0
    assert done.stderr.startswith("archkb: asking about toy, the one model in the store\n")
    assert "java" not in done.stderr
