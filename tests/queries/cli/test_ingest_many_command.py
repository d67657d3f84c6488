"""`archkb ingest` of folders and lists: names, what failed, going on, being stopped."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from archkb.kb.store import open_store
from archkb.queries.cli.ingest_report import pace
from tests.queries.conftest import Archkb

BAD = b"\x08\x00\x00\x00\x00\x00\x00\x00{"


@pytest.fixture
def models(header, tmp_path: Path) -> Path:
    """A folder of three models and a damaged one, two of one name."""
    folder = tmp_path / "models"
    for name, width in (("a/model.json", 8), ("b/model.json", 16), ("c.json", 24)):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        header("made.json", width).rename(path)
    (folder / "bad.safetensors").write_bytes(BAD)
    return folder


def test_a_folder_is_every_model_in_it(archkb: Archkb, models: Path) -> None:
    called = archkb("ingest", models, "--json")

    assert called.code == 1
    assert [(r["name"], r["status"][:7]) for r in called.json] == [
        ("bad", "failed:"), ("c", "written"), ("a-model", "written"), ("b-model", "written")
    ]  # fmt: skip
    assert "files that share a name get their folder's in front: a-model, b-model" in called.err
    assert "3 read, 0 already there, 1 failed" in called.err
    assert [m["name"] for m in archkb("models", "--json").json] == ["a-model", "b-model", "c"]
    assert "bad" not in archkb("ingest", models).out


def test_what_failed_is_a_list_that_is_read_again(archkb: Archkb, models: Path, tmp_path: Path, header) -> None:
    (models / "a/model.json").write_text("{")
    failed = tmp_path / "failed.txt"
    called = archkb("ingest", models, "--jobs", "2", "--failed", failed)
    assert called.code == 1
    lines = failed.read_text().splitlines()
    assert lines[1::2] == [str(models / "bad.safetensors"), f"{models / 'a/model.json'}\ta-model"]
    assert all(line.startswith("# ") for line in lines[::2])
    assert "bad.safetensors" in lines[0]

    header("made.json", 32).rename(models / "a/model.json")
    assert archkb("ingest", failed, "--failed", failed, "--json").json[1]["name"] == "a-model"
    assert [line for line in failed.read_text().splitlines() if line[0] != "#"] == [str(models / "bad.safetensors")]
    (models / "bad.safetensors").unlink()
    assert archkb("ingest", models, "--failed", failed).code == 0
    assert failed.read_text() == ""


def test_the_list_of_what_failed_is_tried_before_anything_is_read(archkb: Archkb, models: Path, tmp_path: Path) -> None:
    called = archkb("ingest", models, "--failed", tmp_path / "no" / "such.txt")
    assert called.code == 2
    assert "Cure: name another file." in called.err
    assert not (tmp_path / "own").exists()


def test_a_second_call_passes_over_what_is_there(archkb: Archkb, models: Path) -> None:
    archkb("ingest", models / "a", models / "c.json", "--jobs", "2")
    (models / "bad.safetensors").unlink()
    called = archkb("ingest", models / "a", models / "c.json", "--jobs", "auto", "--json")
    assert called.code == 0
    assert [r["status"] for r in called.json] == ["unchanged", "unchanged"]
    assert "0 read, 2 already there, 0 failed" in called.err


def test_quiet_says_only_what_failed(archkb: Archkb, models: Path) -> None:
    called = archkb("ingest", models, "--quiet")
    [line] = called.err.splitlines()
    assert "bad.safetensors" in line


def test_all_of_several_failed(archkb: Archkb, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.safetensors").write_bytes(BAD)
    called = archkb("ingest", tmp_path, "--json")
    assert called.code == 1
    assert [r["status"][:6] for r in called.json] == ["failed", "failed"]


def test_a_folder_without_models_says_so(archkb: Archkb, tmp_path: Path) -> None:
    called = archkb("ingest", tmp_path)
    assert called.code == 2
    assert "is a directory, not a file" in called.err


@pytest.mark.parametrize("jobs", ["-1", "two", "1.5", ""])
def test_a_number_of_processes_that_is_none(archkb: Archkb, header, jobs: str) -> None:
    called = archkb("ingest", header(), f"--jobs={jobs}")
    assert called.code == 2
    assert "--jobs" in called.err


def test_name_is_of_one_model_in_a_folder_too(archkb: Archkb, models: Path) -> None:
    assert archkb("ingest", models / "a", "--name", "x", "--json").json[0]["name"] == "x"
    assert "--name names one model" in archkb("ingest", models, "--name", "x").err


def test_a_dry_run_in_processes_writes_nothing(archkb: Archkb, models: Path, tmp_path: Path) -> None:
    called = archkb("ingest", models, "--dry-run", "--jobs", "2", "--json")
    assert [r["status"][:7] for r in called.json] == ["failed:", "dry run", "dry run", "dry run"]
    assert not (tmp_path / "own").exists()


def test_the_pace_is_told() -> None:
    assert pace(1, 1, 0.0).endswith("0 s left")
    assert pace(10, 1000, 60.0) == "0.2 a second, 99 min left"


HEEDING = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # which a test run in the background has turned off
from archkb.queries.cli import main
if __name__ == "__main__":
    main(sys.argv[1:])
"""


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "archkb.queries.cli", *map(str, arguments)]


@pytest.fixture
def population(tmp_path: Path) -> Path:
    """A folder of models that no two are alike, enough to be stopped among them."""
    folder = tmp_path / "population"
    folder.mkdir()
    for i in range(40):
        tensors, at = {}, 0
        for block in range(8):
            for part in ("to_q", "to_k", "to_v", "to_out"):
                size = 4 * (i + 1) ** 2
                name = f"blocks.{block}.attn.{part}.weight"
                tensors[name] = {"dtype": "F32", "shape": [i + 1, i + 1], "data_offsets": [at, at + size]}
                at += size
        (folder / f"m{i:02}.json").write_text(json.dumps(tensors))
    return folder


def environment(tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "ARCHKB_STORE": str(tmp_path / "own"), "PYTHONPATH": str(Path.cwd())}


def seen(master: int) -> Iterator[str]:
    """What a terminal shows, piece by piece."""
    while True:
        try:
            piece = os.read(master, 4096)
        except OSError:
            return
        if not piece:
            return
        yield piece.decode(errors="replace")


@pytest.mark.slow
def test_ctrl_c_stops_cleanly_and_the_same_command_goes_on(population: Path, tmp_path: Path) -> None:
    master, terminal = pty.openpty()
    program = tmp_path / "heeding.py"
    program.write_text(HEEDING)
    words = [sys.executable, str(program), *command("ingest", population, "--jobs", "2")[3:]]
    words += ["--failed", str(tmp_path / "failed.txt")]
    process = subprocess.Popen(
        words, stderr=terminal, stdout=subprocess.DEVNULL, env=environment(tmp_path), start_new_session=True
    )
    os.close(terminal)
    shown = ""
    stopped = False
    for piece in seen(master):
        shown += piece
        if "10 of 40" in shown and not stopped:
            os.killpg(process.pid, signal.SIGINT)
            stopped = True
    assert process.wait(30) == 130
    os.close(master)

    assert "10 of 40, " in shown
    assert " a second, " in shown
    assert "s left: m09" in shown
    assert "the same command goes on from there" in shown
    assert "Traceback" not in shown
    store = open_store(str(tmp_path / "own"), read_only=True)
    written = len(store.models())
    assert 10 <= written < 40
    assert not store.health().faults
    store.close()

    again = subprocess.run([*words, "--json"], capture_output=True, text=True, env=environment(tmp_path), check=True)
    statuses = [row["status"] for row in json.loads(again.stdout)]
    assert statuses.count("unchanged") == written
    assert len(statuses) == 40


@pytest.mark.slow
def test_a_killed_call_leaves_whole_models_and_no_process(population: Path, tmp_path: Path) -> None:
    words = command("ingest", population, "--jobs", "2")
    process = subprocess.Popen(
        words, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment(tmp_path), start_new_session=True
    )
    deadline = time.monotonic() + 60
    while not list((tmp_path / "own").glob("db/Tensor_*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1.0)
    process.kill()
    assert process.wait(30) == -signal.SIGKILL
    process.communicate(timeout=30)  # ends when no worker holds the pipe any more

    again = subprocess.run(command("ingest", population, "--jobs", "2", "--json"), capture_output=True, text=True,
                           env=environment(tmp_path), check=True)  # fmt: skip
    assert len(json.loads(again.stdout)) == 40
    store = open_store(str(tmp_path / "own"), read_only=True)
    assert len(store.models()) == 40
    assert not store.health().faults
    store.close()
