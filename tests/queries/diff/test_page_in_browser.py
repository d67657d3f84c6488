"""The page in a real browser, at the width of a desk and of a telephone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ingest.whole import read_tables
from queries.diff import compare
from queries.diff.page import page
from tests.browser import look, shot

pytestmark = pytest.mark.slow

SCRIPT = """(() => {
  const box = e => e.getBoundingClientRect();
  const seen = e => box(e).width > 0 && box(e).height > 0;
  const all = q => [...document.querySelectorAll(q)];
  const corner = e => [Math.round(box(e).left), Math.round(box(e).top)];
  const pairs = all('#blocks .pair').map(p => [...p.children].map(corner));
  const cut = all('svg.block').flatMap(s => [...s.querySelectorAll('text')].filter(
      t => box(t).right > box(s).right + 1 || box(t).left < box(s).left - 1).map(t => t.textContent));
  const over = all('.box, li, h1, h2, figcaption, p').filter(
      e => seen(e) && box(e).right > document.documentElement.clientWidth + 1).map(e => e.textContent.slice(0, 60));
  const heights = all('summary .pair').filter(seen).map(p => [...p.children].map(c => Math.round(box(c).top)));
  return {
    wide: document.documentElement.scrollWidth, window: document.documentElement.clientWidth,
    svgs: all('svg.block').filter(seen).length, rects: all('svg rect').filter(seen).length,
    fills: [...new Set(all('svg g > rect').map(r => getComputedStyle(r).fill))].length,
    open: all('details[open]').length, closed: all('details:not([open])').length,
    boxes: all('.box').filter(seen).length, pairs, cut, over, heights,
    paper: getComputedStyle(document.body).backgroundColor,
  };
})()"""


@pytest.fixture(scope="module")
def html() -> str:
    old, new = (read_tables(f"design:{name}", name=name) for name in ("ltx-2-19b-dev", "ltx-2.3-22b-dev"))
    return page(compare(old, new), old, new)


def seen(html: str, width: int, tmp_path: Path, **wanted: Any) -> dict[str, Any]:
    return look(html, SCRIPT, width=width, folder=tmp_path, **wanted)


@pytest.mark.parametrize("width", [1280, 500])
def test_nothing_is_cut_or_pushed_out_of_the_window(html: str, width: int, tmp_path: Path) -> None:
    found = seen(html, width, tmp_path)
    assert found["window"] <= width
    assert found["wide"] <= found["window"]
    assert found["over"] == []
    assert found["cut"] == []
    assert found["svgs"] >= 6
    assert found["rects"] >= 24
    assert found["fills"] >= 2, "changed and unchanged steps have colours of their own"
    assert found["boxes"] > 20


def test_blocks_stand_side_by_side_on_a_desk_and_below_each_other_on_a_telephone(html: str, tmp_path: Path) -> None:
    for left, right in (pair for pair in seen(html, 1280, tmp_path)["pairs"]):
        assert left[0] < right[0]
        assert left[1] == right[1]
    for upper, lower in (pair for pair in seen(html, 500, tmp_path)["pairs"]):
        assert upper[0] == lower[0]
        assert upper[1] < lower[1]


def test_partners_of_the_module_tree_stand_at_one_height(html: str, tmp_path: Path) -> None:
    found = seen(html, 1280, tmp_path)
    assert len(found["heights"]) > 10
    assert all(len(set(tops)) == 1 for tops in found["heights"])
    assert found["open"] > 1
    assert found["closed"] > 10


def test_a_dark_desktop_gets_a_dark_page(html: str, tmp_path: Path) -> None:
    light, dark = (seen(html, 1280, tmp_path, dark=on)["paper"] for on in (False, True))
    assert light == "rgb(255, 255, 255)"
    assert dark == "rgb(20, 24, 29)"


def test_the_page_as_it_is_can_be_pictured(html: str, tmp_path: Path) -> None:
    shot(html, tmp_path / "page.png", width=1280, folder=tmp_path)
    assert (tmp_path / "page.png").stat().st_size > 50_000
