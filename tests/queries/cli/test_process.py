"""The program as a process: what it imports, how it ends, what the shell sees."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

HEAVY = ("torch", "neo4j", "arcadedb", "networkx", "yaml", "pydantic", "numpy", "rich")


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "archkb.queries.cli", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


def imported_by(*arguments: str, store: Path | None = None) -> set[str]:
    code = (
        "import sys\nfrom archkb.queries.cli import main\ntry:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "print(' '.join(sys.modules), file=sys.stderr)"
    )
    env = {**os.environ, **({"ARCHKB_STORE": str(store)} if store else {})}
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True, env=env)
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("arguments", [["--help"], ["ask", "--help"], ["questions"], ["--version"]], ids=" ".join)
def test_nothing_heavy_is_imported_for(arguments: list[str]) -> None:
    assert not imported_by(*arguments) & set(HEAVY)


def test_ask_imports_the_engine_and_little_else(small: Path) -> None:
    found = imported_by("ask", "stacks", "duo", store=small)
    assert "arcadedb" in found
    assert not found & {"torch", "neo4j", "networkx", "yaml", "pydantic", "rich", "rapidfuzz", "ingest"}


def test_data_and_messages_are_apart(small: Path) -> None:
    done = run("ask", "cross-attention", "duo", ARCHKB_STORE=str(small))
    assert done.returncode == 0
    assert "12 of 24" not in done.stdout
    assert "12 of 24" in done.stderr


def test_lines_are_whole_where_stdout_is_no_terminal_unless_columns_says_otherwise(small: Path) -> None:
    wide = run("ask", "cross-attention", "duo", ARCHKB_STORE=str(small), COLUMNS="").stdout
    assert any("net.blocks.{i}.attn2  0-11" in line and "keys read 16" in line for line in wide.splitlines())
    narrow = run("ask", "cross-attention", "duo", ARCHKB_STORE=str(small), COLUMNS="60").stdout
    assert max(map(len, narrow.splitlines())) <= 60


def test_a_reader_that_goes_away_is_no_error(small: Path) -> None:
    command = f"'{sys.executable}' -m archkb.queries.cli cypher 'UNWIND range(1, 200000) AS i RETURN i' --limit 200000"
    script = f"{command} | head -1; echo ${{PIPESTATUS[0]}}"
    env = {**os.environ, "ARCHKB_STORE": str(small)}
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, env=env)
    assert done.stdout.split()[-1] == "141"
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_no_arguments_show_the_help() -> None:
    done = run()
    assert "Commands:" in done.stdout + done.stderr


def test_a_wrong_option_is_exit_2() -> None:
    assert run("models", "--colour").returncode == 2


def test_the_shell_completes_questions_and_models(small: Path) -> None:
    def offered(line: str) -> list[str]:
        done = run(
            _ARCHKB_COMPLETE="complete_bash",
            COMP_WORDS=line,
            COMP_CWORD=str(len(line.split(" ")) - 1),
            ARCHKB_STORE=str(small),
        )
        return done.stdout.split()

    assert "cross-attention" in offered("archkb ask cross")
    assert offered("archkb tree so") == ["solo", "solo-copy"]
    assert "design:aiprod-shdt" in offered("archkb ingest design:aiprod-s")
