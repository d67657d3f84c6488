"""Closed and full streams, odd variables, bytes that are no text: one clear line, never a traceback.

Exit codes are those the program documents; see :func:`archkb.queries.cli.main`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="streams of a POSIX shell")]

LATIN = os.fsdecode(b"caf\xe9")
"""A name in bytes that are no UTF-8, as the operating system hands it over."""
DESIGN = "design:aiprod-hwvae"


def shell(
    arguments: Sequence[str | bytes],
    redirect: str = "",
    environment: Mapping[str, str | None] | None = None,
    *,
    cwd: Path,
    stdin: bytes | None = None,
    before: str = "",
) -> subprocess.CompletedProcess[bytes]:
    """Run the program under a shell that redirects its streams; a variable that is None is not set at all."""
    env: dict[str, str] = {"PYTHONPATH": str(Path(__file__).parents[3]), **os.environ}
    for name, value in (environment or {}).items():
        env.pop(name, None)
        if value is not None:
            env[name] = value
    command = [
        b"sh",
        b"-c",
        f'{before}exec "$@" {redirect}'.encode(),
        b"sh",
        sys.executable.encode(),
        b"-m",
        b"archkb.queries.cli",
    ]
    return subprocess.run(
        [*command, *(os.fsencode(a) for a in arguments)],
        capture_output=True,
        check=False,
        env=env,
        cwd=cwd,
        input=stdin,
        timeout=120,
    )


def clean(done: subprocess.CompletedProcess[bytes], code: int, said: str | None) -> None:
    """No traceback, this exit code, and one line of the program's that says so; None where there is nothing to say."""
    text = done.stderr.decode("utf-8", "replace")
    assert "Traceback" not in text + done.stdout.decode("utf-8", "replace"), text
    assert "Exception ignored" not in text, text
    assert done.returncode == code, text
    if said:
        (line,) = [line for line in text.splitlines() if line.startswith("archkb: ")]
        assert said in line


@pytest.mark.parametrize(
    ("redirect", "code", "said"),
    [
        (">&-", 2, "stdout"),
        ("<&-", 0, None),
        ("2>&-", 0, None),
        (">&- 2>&-", 2, None),
        ("<&- >&-", 2, "stdout"),
        ("<&- >&- 2>&-", 2, None),
        (">/dev/full", 2, "stdout"),
        ("2>/dev/full", 0, None),
        (">/dev/full 2>/dev/full", 2, None),
        ("</dev/full", 0, None),
        (">/dev/null", 0, None),
    ],
)
@pytest.mark.parametrize("arguments", [["designs"], ["models"]], ids=" ".join)
def test_streams(small: Path, arguments: list[str], redirect: str, code: int, said: str | None) -> None:
    if "full" in redirect and not Path("/dev/full").exists():
        redirect, code = redirect.replace("/dev/full", "/dev/null"), 0
        said = None
    clean(shell(arguments, redirect, {"ARCHKB_STORE": str(small)}, cwd=small.parent), code, said)


@pytest.mark.parametrize(("redirect", "cure"), [(">&-", "open file or pipe"), (">/dev/full", "free some space")])
def test_the_cure_is_that_of_the_stream(small: Path, redirect: str, cure: str) -> None:
    if "full" in redirect and not Path("/dev/full").exists():
        return
    done = shell(["designs"], redirect, {"ARCHKB_STORE": str(small)}, cwd=small.parent)
    text = done.stderr.decode()
    assert cure in text
    assert ("space" in text) == ("full" in redirect)


@pytest.mark.parametrize(
    ("arguments", "redirect"),
    [
        (["designs", "--json"], ">/dev/full"),
        (["--help"], ">/dev/full"),
        (["--version"], ">/dev/full"),
        (["--help"], ">&-"),
        (["--version"], ">&-"),
        (["nonsense"], "2>/dev/full"),
        (["nonsense"], "2>&-"),
        (["models", "--nonsense"], ">&- 2>&-"),
        (["explain", "no-such-model.safetensors"], "2>/dev/full"),
        (["explain", "no-such-model.safetensors"], "2>&-"),
    ],
    ids=str,
)
def test_what_cannot_be_written_is_an_error(small: Path, arguments: list[str], redirect: str) -> None:
    if "full" in redirect and not Path("/dev/full").exists():
        redirect = redirect.replace("/dev/full", "&-")
    clean(shell(arguments, redirect, {"ARCHKB_STORE": str(small)}, cwd=small.parent), 2, None)


@pytest.mark.parametrize(
    ("stdin", "redirect", "said"),
    [
        (b"", "<&-", "stdin"),
        (b"MATCH (m:Model) RETURN m.name // caf\xe9", "", "UTF-8"),
        (b"\xff\xfe", "", "UTF-8"),
        (b"RETURN \x00", "", ""),
        (b"", "", ""),
    ],
    ids=["closed", "latin-1", "utf-16", "a zero byte", "empty"],
)
def test_queries_from_stdin(small: Path, stdin: bytes, redirect: str, said: str) -> None:
    clean(shell(["cypher", "-"], redirect, {"ARCHKB_STORE": str(small)}, cwd=small.parent, stdin=stdin), 2, said)


@pytest.mark.parametrize(
    "arguments",
    [
        ["cypher", f"RETURN '{LATIN}' AS x"],
        ["cypher", "RETURN $x AS x", "-p", f"x={LATIN}"],
        ["ask", LATIN],
        ["explain", LATIN],
        ["tree", LATIN],
        ["similar", f"{LATIN}.safetensors"],
        ["diff", LATIN, DESIGN],
        ["forget", LATIN],
        ["ingest", f"{LATIN}.safetensors"],
        ["ingest", DESIGN, "--name", LATIN, "--dry-run"],
        ["models", "--store", LATIN],
        ["design", DESIGN, "--output", f"{LATIN}/{LATIN}"],
        [LATIN],
    ],
    ids=lambda a: ascii(" ".join(a)),
)
def test_arguments_that_are_no_text(small: Path, arguments: list[str]) -> None:
    clean(shell(arguments, "", {"ARCHKB_STORE": str(small)}, cwd=small.parent), 2, "UTF-8")


def test_arguments_that_are_no_text_in_a_plain_locale(small: Path) -> None:
    plain = {"ARCHKB_STORE": str(small), "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    clean(shell(["explain", LATIN], "", plain, cwd=small.parent), 2, "UTF-8")


@pytest.mark.parametrize(
    ("variables", "code", "said"),
    [
        ({"ARCHKB_STORE": "bolt://[::1"}, 2, "bolt://[::1"),
        ({"ARCHKB_STORE": "file://[x"}, 2, "file://[x"),
        ({"ARCHKB_STORE": "~nouser-at-all/x"}, 2, "~nouser-at-all"),
        ({"ARCHKB_STORE": "x" * 5000}, 2, "too long"),
        ({"ARCHKB_STORE": LATIN}, 2, "UTF-8"),
        ({"ARCHKB_STORE": "/dev/null"}, 2, "/dev/null"),
        ({"ARCHKB_STORE": "/dev/null/x"}, 2, "/dev/null/x"),
        ({"ARCHKB_STORE": "ftp://host/x"}, 2, "ftp://"),
        ({"ARCHKB_STORE": "bolt://h:port"}, 2, "bolt://h:port"),
        ({"ARCHKB_STORE": "bolt://h:99999999"}, 2, "bolt://h:99999999"),
        ({"ARCHKB_STORE": "\n"}, 2, ""),
        ({"ARCHKB_STORE": ""}, 2, ".archkb"),
        ({"ARCHKB_STORE_WAIT": "abc"}, 2, "ARCHKB_STORE_WAIT"),
        ({"ARCHKB_STORE_WAIT": "nan"}, 2, "ARCHKB_STORE_WAIT"),
        ({"ARCHKB_STORE_WAIT": "-1"}, 2, "ARCHKB_STORE_WAIT"),
        ({"ARCHKB_STORE_WAIT": ""}, 0, None),
        ({"ARCHKB_STORE_WAIT": "1e-3"}, 0, None),
        ({"COLUMNS": "²"}, 0, None),
        ({"COLUMNS": "0"}, 0, None),
        ({"COLUMNS": "1"}, 0, None),
        ({"COLUMNS": "-80"}, 0, None),
        ({"COLUMNS": "9" * 30}, 0, None),
        ({"COLUMNS": "9" * 5000}, 0, None),
        ({"HOME": None}, 0, None),
        ({"HOME": "/nonexistent"}, 0, None),
        ({"HOME": "", "USER": None, "LOGNAME": None}, 0, None),
        ({"PATH": None}, 0, None),
        ({"TMPDIR": "/nonexistent", "TEMP": None, "TMP": None}, 0, None),
        ({"LC_ALL": "xx_XX.nothing", "LANG": "\n"}, 0, None),
        ({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, 0, None),
        ({"PYTHONIOENCODING": "ascii"}, 0, None),
        ({"PYTHONIOENCODING": "utf-16"}, 0, None),
        ({"PYTHONUNBUFFERED": "1", "PYTHONOPTIMIZE": "2"}, 0, None),
        ({"TERM": "dumb", "NO_COLOR": "1", "FORCE_COLOR": "1"}, 0, None),
        ({"TERM": LATIN, "EDITOR": LATIN}, 0, None),
        ({"ARCHKB_NEO4J_USER": LATIN, "ARCHKB_NEO4J_PASSWORD": "\n"}, 0, None),
        ({"_TYPER_STANDARD_TRACEBACK": "1", "_TYPER_COMPLETE_ARGS": "x"}, 0, None),
    ],
    ids=ascii,
)
def test_variables(small: Path, variables: dict[str, str | None], code: int, said: str | None) -> None:
    clean(shell(["models"], "", {"ARCHKB_STORE": str(small), **variables}, cwd=small.parent), code, said)


@pytest.mark.parametrize(
    ("arguments", "code"), [(["designs"], 0), (["models"], 2), (["ingest", DESIGN, "--dry-run"], 0)], ids=str
)
def test_a_working_folder_that_is_gone(tmp_path: Path, arguments: list[str], code: int) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    clean(shell(arguments, before='rmdir "$PWD"; ', environment={"ARCHKB_STORE": None}, cwd=gone), code, None)


@pytest.mark.parametrize("metadata", ['{"a": NaN}', '{"a": "\\ud800"}', '{"\\udc00": 1}', '{"a": [Infinity]}'])
def test_an_index_whose_metadata_is_no_text(tmp_path: Path, metadata: str) -> None:
    path = tmp_path / "m.safetensors.index.json"
    path.write_text(f'{{"metadata": {metadata}, "weight_map": {{"a": "m.safetensors"}}}}')
    clean(shell(["ingest", path.name, "--dry-run"], cwd=tmp_path), 2, "index")
