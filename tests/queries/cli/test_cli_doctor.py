"""`doctor` says what is wrong when nothing else can: without an engine, without its library, before a damaged store."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from archkb.kb.store import open_store
from archkb.queries.cli import health
from tests.queries.conftest import Archkb
from tests.tables import model_tables

COMMANDS = (
    ["doctor"],
    ["models"],
    ["ask", "largest-tensors"],
    ["ingest", "design:aiprod-shdt"],
    ["forget", "toy", "-y"],
)
ABSENT = "import sys; sys.modules[{package!r}] = None; from archkb.queries.cli import main; main(sys.argv[1:])"


def without(package: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The program where a package is not there."""
    return subprocess.run(
        [sys.executable, "-c", ABSENT.format(package=package), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ | {"COLUMNS": "1000"} | environment,
    )


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_without_the_engine(small: Path, command: list[str]) -> None:
    called = without("arcadedb", *command, ARCHKB_STORE=str(small))

    assert called.returncode == 2
    assert "pip install" in called.stdout + called.stderr
    assert "bolt://HOST:7687" in called.stdout + called.stderr
    assert "Traceback" not in called.stderr


@pytest.mark.parametrize(
    "command",
    [
        ["explain", "design:aiprod-shdt"],
        ["diff", "design:aiprod-shdt", "design:aiprod-shdt-2026-02-14"],
        ["schema"],
        ["questions"],
        ["designs"],
        ["ingest", "design:aiprod-shdt", "--dry-run"],
    ],
    ids=lambda command: command[0],
)
def test_what_needs_no_store_works_without_the_engine(tmp_path: Path, command: list[str]) -> None:
    called = without("arcadedb", *command, ARCHKB_STORE=str(tmp_path / "none"))

    assert called.returncode == 0, called.stderr
    assert called.stdout


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
@pytest.mark.parametrize("library", ["missing", "of another system"])
def test_without_the_engines_library(small: Path, tmp_path: Path, command: list[str], library: str) -> None:
    path = tmp_path / "libarcadedb.so"
    if library != "missing":
        path.write_bytes(b"MZ, and no library of this system")

    called = without("nothing", *command, ARCHKB_STORE=str(small), ARCADEDB_NATIVE_LIB=str(path))

    assert called.returncode == 2
    assert "native library of the embedded store's engine does not load" in called.stdout + called.stderr
    assert "Traceback" not in called.stderr


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_without_the_driver(command: list[str]) -> None:
    called = without("neo4j", *command, ARCHKB_STORE="bolt://127.0.0.1:1")

    assert called.returncode == 2
    assert "driver of Neo4j cannot be imported" in called.stdout + called.stderr
    assert "Traceback" not in called.stderr


def test_doctor_goes_on_after_what_is_missing(small: Path) -> None:
    lines = without("arcadedb", "doctor", "--csv", ARCHKB_STORE=str(small)).stdout.splitlines()

    assert [line.split(",")[0] for line in lines][1:6] == [
        "archkb",
        "python",
        "embedded store",
        "driver of Neo4j",
        "torch",
    ]
    assert [line.rsplit(",", 1)[1] for line in lines].count("false") == 2


def test_doctor_names_version_and_pre_release(archkb: Archkb, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def engine() -> str:
        return next(
            row["state"] for row in archkb("doctor", "--json", store=small).json if row["what"] == "embedded store"
        )

    monkeypatch.setattr(health.metadata, "version", lambda package: "26.11.1.dev2")
    assert engine().startswith("arcadedb 26.11.1.dev2, a pre-release; engine ")
    monkeypatch.setattr(health.metadata, "version", lambda package: "26.11.1")
    assert engine().startswith("arcadedb 26.11.1; engine ")


def test_doctor_tells_damage(archkb: Archkb, tmp_path: Path) -> None:
    uri = str(tmp_path / "damaged")
    store = open_store(uri)
    store.replace(model_tables())
    store.close()
    index = next(Path(uri, "db").glob("Tensor_0_*.umtidx"))
    index.write_bytes(bytes(index.stat().st_size))

    called = archkb("doctor", "--json", store=uri)

    assert called.code == 2
    [damage] = [row for row in called.json if row["what"] == "damage"]
    assert damage["ok"] is False
    assert index.name in damage["state"]


def test_an_empty_answer_of_a_damaged_store_is_an_error(archkb: Archkb, tmp_path: Path) -> None:
    uri = str(tmp_path / "damaged")
    store = open_store(uri)
    store.replace(model_tables())
    store.close()
    for bucket in Path(uri, "db").glob("Tensor_0.*.bucket"):
        bucket.write_bytes(bytes(bucket.stat().st_size))

    called = archkb("ask", "precision", "toy", store=uri)

    assert called.code == 2
    assert "damaged" in called.err
