"""A real Neo4j for one test run, from jars that Maven fetches once. It dies with the run, even when that is killed.

As a program (`python neo4j_server.py COMMAND...`) this file is the supervisor: it starts the command, and ends it
as soon as its own standard input closes, which the operating system does when the test run is gone, however it
went.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

POM = Path(__file__).parent / "neo4j" / "pom.xml"
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
OPENS = ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent")
CONF = """\
server.bolt.listen_address=127.0.0.1:{port}
server.http.enabled=false
server.memory.pagecache.size=64m
dbms.usage_report.enabled=false
dbms.security.allow_csv_import_from_file_urls=false
"""


@dataclass(frozen=True)
class Server:
    """Where a server answers, and as whom."""

    uri: str
    user: str
    password: str


def java_home_ready() -> str:
    """Empty where Java >= 17 and Maven are there, else what is missing."""
    if not shutil.which("mvn"):
        return "no Maven"
    if not shutil.which("java"):
        return "no Java"
    shown = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', shown)
    return "" if found and int(found[1]) >= 17 else "no Java >= 17"


def jars() -> Path:
    """The folder of jars, outside the tree; fetched where it is not there yet."""
    version = re.search(r"<neo4j.version>(.*?)<", POM.read_text())
    assert version
    cache = Path(os.environ.get("ARCHKB_CACHE", Path.home() / ".cache" / "archkb"))
    folder = cache / f"neo4j-{version[1]}"
    if not folder.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as part:
            command = [
                "mvn",
                "-q",
                "-B",
                "-f",
                str(POM),
                COPY,
                "-DincludeScope=runtime",
                f"-DoutputDirectory={part}/lib",
            ]
            subprocess.run(command, check=True, stdout=sys.stderr, timeout=600)
            Path(part, "lib").rename(folder)
    return folder


@contextmanager
def running() -> Iterator[Server]:
    """Start a server with an empty database on a free port, set a password, and stop it at the end."""
    lib = jars()
    with tempfile.TemporaryDirectory(prefix="archkb-neo4j-", ignore_cleanup_errors=True) as home:
        port = _free_port()
        Path(home, "conf").mkdir()
        Path(home, "conf", "neo4j.conf").write_text(CONF.format(port=port))
        opens = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in OPENS]
        java = ["java", "-Xmx1g", "-XX:+UseSerialGC", *opens, "-cp", f"{lib}/*", "org.neo4j.server.CommunityEntryPoint"]
        command = [sys.executable, __file__, *java, f"--home-dir={home}", f"--config-dir={home}/conf"]
        with Path(home, "out.log").open("w") as log:
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log)
            try:
                yield _first_login(process, f"bolt://127.0.0.1:{port}", Path(home))
            finally:
                assert process.stdin
                process.stdin.close()
                process.wait(timeout=60)


def _first_login(process: subprocess.Popen[bytes], uri: str, home: Path, patience: float = 120.0) -> Server:
    """Wait for Bolt, and change the password a new server insists on having changed."""
    import neo4j

    password = secrets.token_urlsafe(12)
    deadline = time.monotonic() + patience
    while True:
        try:
            with (
                neo4j.GraphDatabase.driver(uri, auth=("neo4j", "neo4j")) as driver,
                driver.session(database="system") as session,
            ):
                session.run("ALTER CURRENT USER SET PASSWORD FROM 'neo4j' TO $new", new=password).consume()
            return Server(uri, "neo4j", password)
        except (neo4j.exceptions.ServiceUnavailable, neo4j.exceptions.TransientError) as error:
            if process.poll() is not None or time.monotonic() > deadline:
                log = Path(home, "out.log").read_text()[-2000:]
                raise RuntimeError(f"Neo4j did not start: {log}") from error
            time.sleep(0.3)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def supervise(command: list[str]) -> int:
    """Run a command until it ends or standard input closes."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)

    def watch() -> None:
        sys.stdin.buffer.read()
        child.kill()

    threading.Thread(target=watch, daemon=True).start()
    return child.wait()


if __name__ == "__main__":
    supervise(sys.argv[1:])
    os._exit(0)  # the watcher may still sit in a read
