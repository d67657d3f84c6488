"""A source is one declaration: what is read, the default name and the help text follow from it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from archkb.ingest.sources.formats import SOURCES, suffixes
from archkb.ingest.sources.unread_formats import UNREAD_FORMATS

ROOT = Path(__file__).resolve().parents[3]
TOY = """
import sys
from pathlib import Path
from types import ModuleType
from archkb.ingest.sources import formats
from archkb.kb.values import Header, TensorSpec

def read_toy(path):
    lines = Path(path).read_text().splitlines()[1:]
    return Header(tuple(TensorSpec(l, "F32", (4, 4)) for l in lines), {}, source=str(path), format="toy", size=1)

module = sys.modules["toy_reader"] = ModuleType("toy_reader")
module.read_toy = read_toy
formats.SOURCES += (
    formats.Source(
        "toy", (".toy",), lambda s: s.startswith(b"TOY\\n"), "toy_reader:read_toy", "a toy as .toy", published=True
    ),
)
from archkb.queries.cli import main
main(sys.argv[1:])
"""


def with_toy(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The program with one declaration more."""
    return subprocess.run(
        [sys.executable, "-c", TOY, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "200"},
    )


def test_one_declaration_reads_names_and_is_in_the_help(tmp_path: Path) -> None:
    for name in ("small.toy", "no-suffix"):
        tmp_path.joinpath(name).write_text("TOY\na.weight\nb.weight\n", encoding="utf-8")

    called = with_toy(tmp_path, "ingest", "small.toy", "no-suffix", "--dry-run", "--csv")

    assert called.returncode == 0, called.stderr
    assert [line.split(",")[:2] for line in called.stdout.splitlines()[1:]] == [["small", "2"], ["no-suffix", "2"]]
    assert "or a toy as .toy." in " ".join(with_toy(tmp_path, "ingest", "--help").stdout.split())
    tmp_path.joinpath("empty").touch()
    assert ".toy" in with_toy(tmp_path, "ingest", "empty", "--dry-run").stderr
    assert "'*.safetensors.index.json' '*.toy'" in with_toy(tmp_path, "ingest", "hf://owner/name", "--dry-run").stderr
    assert "name a file in it: small.toy" in with_toy(tmp_path, "explain", ".").stderr
    assert '"name":"small"' in with_toy(tmp_path, "ingest", ".", "--dry-run", "--json").stdout.replace(" ", "")


def test_no_suffix_is_both_read_and_refused() -> None:
    assert not {suffix for unread in UNREAD_FORMATS for suffix in unread.ends} & set(suffixes())


def test_the_readme_names_what_is_read() -> None:
    text = ROOT.joinpath("README.md").read_text(encoding="utf-8")
    section = text.partition("## What it reads")[2].partition("\n## ")[0]

    for source in SOURCES:
        assert any(f"`{suffix}`" in section for suffix in source.suffixes), source.format
