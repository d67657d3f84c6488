"""README and guide are true: their console blocks are run, the diagram is the schema's, links lead somewhere.

python -m tests.test_readme   write the outputs and the diagram anew
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from archkb.kb.schema_page import diagram

ROOT = Path(__file__).resolve().parent.parent
PAGES = (ROOT / "README.md", ROOT / "docs" / "comparing.md", ROOT / "docs" / "asking.md")
_BLOCK = re.compile(r"```console\n\$ (archkb .*?)\n(.*?)```", re.DOTALL)
_DIAGRAM = re.compile(r"<!-- schema diagram -->\n(?:\n```mermaid\n.*?```\n)?", re.DOTALL)


def _run(command: str, store: Path) -> str:
    """What the command prints on stdout, with tables wrapped for a page."""
    env = {**os.environ, "ARCHKB_STORE": str(store), "COLUMNS": "170", "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-m", "archkb.queries.cli", *shlex.split(command)[1:]]
    done = subprocess.run(words, capture_output=True, text=True, env=env, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def written(text: str, store: Path) -> str:
    """A page with every output and the diagram made anew."""
    text = _BLOCK.sub(lambda m: f"```console\n$ {m[1]}\n{_run(m[1], store)}```", text)
    return _DIAGRAM.sub(lambda _: f"<!-- schema diagram -->\n\n```mermaid\n{diagram()}```\n", text)


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_console_blocks_and_diagram_are_what_the_program_prints(page: Path, tmp_path: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert len(_BLOCK.findall(text)) >= 4
    assert written(text, tmp_path / "store") == text, "run: python -m tests.test_readme"


def test_links_lead_to_files() -> None:
    for page in (PAGES[0], ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\((?!http|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


if __name__ == "__main__":
    for path in PAGES:
        with tempfile.TemporaryDirectory() as folder:
            path.write_text(written(path.read_text(encoding="utf-8"), Path(folder) / "store"), encoding="utf-8")
