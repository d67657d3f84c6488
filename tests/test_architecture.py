"""ARCHITECTURE.md names files that are there, and every folder of the product is on its map."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
PATH = re.compile(r"`((?:kb|ingest|queries|tests|benchmarks|docs|archkb)/[\w./-]*)`")


def test_every_file_named_is_there() -> None:
    named = PATH.findall(TEXT)

    assert len(set(named)) > 60
    assert not [path for path in named if not (ROOT / path).exists()]


PAGES = (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_page_names_files_that_are_there(page: Path) -> None:
    named = PATH.findall(page.read_text(encoding="utf-8"))

    assert not [path for path in named if not path.endswith(("NAME.cypher", "...")) and not (ROOT / path).exists()]


def test_folders_end_in_a_slash_and_files_do_not() -> None:
    assert not [path for path in PATH.findall(TEXT) if (ROOT / path).is_dir() != path.endswith("/")]


def test_every_folder_of_the_product_is_on_the_map() -> None:
    folders = {
        f"{folder.relative_to(ROOT).as_posix()}/"
        for top in ("kb", "ingest", "queries")
        for folder in (ROOT / top).iterdir()
        if (folder / "__init__.py").is_file()
    }

    assert not [folder for folder in sorted(folders) if folder not in TEXT]


def test_the_rules_and_functions_it_tells_of_exist() -> None:
    from archkb.ingest.pipeline import analyse
    from archkb.ingest.read_tables import read_tables
    from archkb.ingest.rules import registry

    assert "attends.second" in {rule.id for rule in registry()}
    assert callable(analyse)
    assert callable(read_tables)
