"""Nothing leaves the machine unless a server is named: no telemetry, no look-up, no download."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

GUARD = """\
import socket

def refuse(*arguments, **options):
    raise AssertionError(f"a socket was asked for: {arguments}")

for name in ("connect", "connect_ex", "bind", "sendto"):
    setattr(socket.socket, name, refuse)
for name in ("create_connection", "getaddrinfo", "gethostbyname"):
    setattr(socket, name, refuse)
"""
"""Put before the program as sitecustomize; the engine's own threads are outside of it, hence the second test."""

COMMANDS = (
    ("ingest", "design:aiprod-hwvae", "design:aiprod-shdt-2026-02-14"),
    ("models",),
    ("ask", "stacks", "aiprod-shdt-2026-02-14"),
    ("ask", "which blocks do cross-attention?", "aiprod-shdt-2026-02-14"),
    ("explain", "aiprod-hwvae"),
    ("diff", "aiprod-hwvae", "aiprod-shdt-2026-02-14"),
    ("similar", "aiprod-hwvae"),
    ("doctor",),
)


def run(words: tuple[str, ...], store: Path, *before: str, path: str = "") -> subprocess.CompletedProcess[str]:
    command = [*before, sys.executable, "-m", "archkb.queries.cli", *words]
    found_in = os.pathsep.join(p for p in (path, str(Path.cwd())) if p)
    env = {**os.environ, "ARCHKB_STORE": str(store), "PYTHONPATH": found_in}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env, timeout=120)


def test_no_command_asks_python_for_a_socket(tmp_path: Path) -> None:
    (tmp_path / "guard").mkdir()
    (tmp_path / "guard" / "sitecustomize.py").write_text(GUARD)
    for words in COMMANDS:
        done = run(words, tmp_path / "store", path=str(tmp_path / "guard"))
        assert done.returncode == 0, (words, done.stderr)


def test_the_guard_itself_is_in_force(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(GUARD)
    code = "import socket; socket.create_connection(('127.0.0.1', 9))"
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=env)
    assert "a socket was asked for" in done.stderr


def test_all_works_in_a_network_namespace_with_no_interface(tmp_path: Path) -> None:
    """The engine runs in native code, which only the kernel can hold: not even loopback is up."""
    alone = ("unshare", "--net", "--map-root-user")
    try:
        subprocess.run([*alone, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this system gives no network namespace to a user")
    for words in COMMANDS:
        done = run(words, tmp_path / "store", *alone)
        assert done.returncode == 0, (words, done.stderr)
