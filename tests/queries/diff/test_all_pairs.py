"""Every ordered pair of the published headers can be compared, in every form, and nothing of either goes unsaid."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path

import pytest

from archkb.ingest.pipeline import analyse
from archkb.ingest.sources import read_header
from archkb.queries.diff import compare
from archkb.queries.diff.align import align
from archkb.queries.diff.comparison import Diff
from archkb.queries.diff.comparison_rows import script, side_by_side
from archkb.queries.diff.document import document, text
from archkb.queries.diff.page import page
from archkb.queries.model_view import ModelView
from archkb.queries.output.render import as_markdown, table
from tests.conftest import ROOT
from tests.json_schema import faults
from tests.queries.diff.accounts import unaccounted
from tests.queries.views import viewed

FOLDER = Path(os.environ.get("ARCHKB_SHARED", ROOT.parent / "shared")) / "checkpoints"
NAMES = sorted(path.name.removesuffix(".json.gz") for path in FOLDER.glob("*.json.gz")) or ["none"]
SCHEMA = json.loads((ROOT / "docs" / "diff.schema.json").read_text())


@cache
def _view(shared: Path, name: str) -> ModelView:
    return viewed(analyse(read_header(shared / "checkpoints" / f"{name}.json.gz")), name=name)


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.parametrize("first", NAMES)
def test_every_pair_has_a_page_a_table_markdown_and_a_valid_document(shared: Path, first: str) -> None:
    """Both ways round; the way back is the mirror image, as a property test of the alignment holds for any two."""
    a = _view(shared, first)
    for second in NAMES[NAMES.index(first) + 1 :]:
        b = _view(shared, second)
        found = align(a.specs, b.specs)
        _holds(compare(a, b, found), a, b)
        _holds(compare(b, a, found.mirrored), b, a)


def _holds(diff: Diff, a: ModelView, b: ModelView) -> None:
    answer = side_by_side(diff, named=True)
    lines, rest = script(answer, diff)
    assert diff.same or lines or table(rest)
    assert a.name in as_markdown(answer)
    assert page(diff, a, b).endswith("</html>\n")
    assert list(faults(json.loads(text(document(diff, a, b))), SCHEMA, SCHEMA)) == [], (a.name, b.name)
    assert unaccounted(diff, a, b) == [], (a.name, b.name)
