"""docs/python.md and docs/notebook.ipynb say what the interface gives: both are run.

`python -m tests.queries.interface.test_python_page` writes the notebook's outputs anew.
"""

from __future__ import annotations

import ast
import doctest
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

NOTEBOOK = ROOT / "docs" / "notebook.ipynb"


def run_cell(source: str, names: dict[str, Any]) -> str | None:
    """What a notebook would show below a cell: its last expression as text, None where it ends in a statement."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)
    if last is None:
        return None
    assert isinstance(last, ast.Expr)
    value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
    return str(value) if hasattr(value, "_repr_html_") else repr(value)


def outputs(notebook: dict[str, Any]) -> list[tuple[dict[str, Any], str | None]]:
    """Each code cell with what it shows, run in order."""
    names: dict[str, Any] = {}
    return [
        (cell, run_cell("".join(cell["source"]), names)) for cell in notebook["cells"] if cell["cell_type"] == "code"
    ]


def stored(cell: dict[str, Any]) -> str | None:
    return "".join(cell["outputs"][0]["data"]["text/plain"]) if cell["outputs"] else None


@pytest.mark.slow
def test_the_page_is_what_python_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    failed, tried = doctest.testfile(str(ROOT / "docs" / "python.md"), module_relative=False, encoding="utf-8")

    assert (failed, tried > 10) == (0, True)


@pytest.mark.slow
def test_the_notebook_shows_what_its_cells_give(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    cells = outputs(json.loads(NOTEBOOK.read_text(encoding="utf-8")))

    assert len(cells) >= 6
    for cell, text in cells:
        assert stored(cell) == text, "".join(cell["source"])


if __name__ == "__main__":
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for cell, text in outputs(notebook):
            shown = {"output_type": "execute_result", "metadata": {}, "execution_count": None}
            cell["outputs"] = [shown | {"data": {"text/plain": text.splitlines(True)}}] if text is not None else []
        os.chdir(ROOT)
    NOTEBOOK.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.exit(0)
