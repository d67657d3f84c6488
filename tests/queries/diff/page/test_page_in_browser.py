"""The page in a real browser, at the width of a desk and of a telephone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archkb.ingest.read_tables import read_tables
from archkb.queries.diff import compare
from archkb.queries.diff.page import page
from archkb.queries.model_view import ModelView
from tests.browser import look, shot
from tests.queries.diff.diff_nets import spelt, transformer
from tests.queries.diff.test_adapter_on_base import lora, q
from tests.queries.views import view_of

pytestmark = pytest.mark.slow

DESK, TELEPHONE = 1400, 420
TALLEST = 400
"""Most pixels a row of a table has while nothing in it is opened."""

SCRIPT = """(() => {
  // a window is never narrower than 500 pixels, a frame may be
  const frame = document.createElement('iframe');
  frame.style = 'border:0;height:1600px;width:WIDTHpx';
  document.body.append(frame);
  const doc = frame.contentDocument;
  doc.open();
  doc.write('<!doctype html>' + document.documentElement.outerHTML.replace(/<script[^]*$/, '</body></html>'));
  doc.close();
  const box = e => e.getBoundingClientRect();
  const seen = e => box(e).width > 0 && box(e).height > 0;
  const all = q => [...doc.querySelectorAll(q)];
  const corner = e => [Math.round(box(e).left), Math.round(box(e).top)];
  const width = doc.documentElement.clientWidth;
  if (OPEN) all('details').forEach(d => d.open = true);
  const inner = e => e.clientWidth && e.scrollWidth > e.clientWidth + 1;
  const outside = e => box(e).right > width + 1 || box(e).left < -1 || inner(e);
  const text = e => e.className + ': ' + e.textContent.slice(0, 60);
  const pairs = all('.drawn').map(p => [...p.children].filter(seen).map(corner));
  const steps = all('.drawn').map(p => [...p.querySelectorAll('figure.block')].map(
      f => [...f.querySelectorAll('.row')].map(r => Math.round(box(r).top))));
  const heights = all('.module > summary .pair').filter(seen).map(
      p => [...p.children].map(c => Math.round(box(c).top)));
  return {
    width, wide: doc.documentElement.scrollWidth,
    over: all('main *:not(svg *)').filter(e => seen(e) && outside(e)).map(text),
    figures: all('figure.block').filter(seen).length, steps, pairs, heights,
    fills: [...new Set(all('.step').map(r => getComputedStyle(r).backgroundColor))].length,
    open: all('details.module[open]').length, closed: all('details.module:not([open])').length,
    boxes: all('.box').filter(seen).length,
    rows: all('#function tr, #function .stacks > li').filter(seen).map(e => Math.round(box(e).height)),
    cells: all('#function td').filter(seen).map(e => Math.round(box(e).width)),
    paper: frame.contentWindow.getComputedStyle(doc.body).backgroundColor,
  };
})()"""


def versions() -> tuple[ModelView, ModelView]:
    old, new = (ModelView(read_tables(f"design:{name}", name=name)) for name in ("ltx-2-19b-dev", "ltx-2.3-22b-dev"))
    return old, new


def adapter() -> tuple[ModelView, ModelView]:
    return view_of(lora(*q(0, 1)), name="lora"), view_of(transformer(4), name="base")


def designs() -> tuple[ModelView, ModelView]:
    old, new = (ModelView(read_tables(f"design:{name}", name=name)) for name in ("ltx-2.3-22b-dev", "aiprod-shdt"))
    return old, new


def long_names() -> tuple[ModelView, ModelView]:
    word = "W" * 120
    old = spelt(transformer(4), ("self_attn", f"self_attn_{word}"), ("mlp", f"mlp_{word}"), ("model", f"model_{word}"))
    return view_of(old, name=word), view_of(spelt(old, ("q_proj", f"q_{word}_proj")), name=f"{word}.2")


@pytest.fixture(scope="module")
def html() -> str:
    return made(versions)


def made(pair: Callable[[], tuple[ModelView, ModelView]]) -> str:
    a, b = pair()
    return page(compare(a, b), a, b, tensors=True)


def seen(html: str, width: int, tmp_path: Path, *, opened: bool = False, dark: bool = False) -> dict[str, Any]:
    script = SCRIPT.replace("WIDTH", str(width)).replace("OPEN", "true" if opened else "false")
    found: dict[str, Any] = look(html, script, width=width, folder=tmp_path, dark=dark)
    assert found["width"] == width or found["width"] == width - 15, "the frame is as wide as asked, less a scroll bar"
    return found


@pytest.mark.parametrize("width", [DESK, TELEPHONE])
@pytest.mark.parametrize("pair", [adapter, designs, long_names])
def test_nothing_is_wider_than_the_window(
    pair: Callable[[], tuple[ModelView, ModelView]], width: int, tmp_path: Path
) -> None:
    found = seen(made(pair), width, tmp_path, opened=True)
    assert found["wide"] <= found["width"]
    assert found["over"] == []
    assert found["figures"] >= 1


@pytest.mark.parametrize("opened", [False, True], ids=["closed", "opened"])
@pytest.mark.parametrize("width", [DESK, TELEPHONE])
def test_two_versions_are_not_wider_either(html: str, width: int, opened: bool, tmp_path: Path) -> None:
    found = seen(html, width, tmp_path, opened=opened)
    assert found["wide"] <= found["width"]
    assert found["over"] == []
    assert found["figures"] >= 1


@pytest.mark.parametrize("width", [DESK, TELEPHONE])
def test_no_row_of_the_table_is_a_tower(html: str, width: int, tmp_path: Path) -> None:
    found = seen(html, width, tmp_path)
    assert len(found["rows"]) > 15
    assert max(found["rows"]) < TALLEST
    assert min(found["cells"]) > 150, "no column is too narrow to read"


def test_blocks_are_drawn_in_the_colours_of_what_became_of_them(html: str, tmp_path: Path) -> None:
    found = seen(html, DESK, tmp_path)
    assert found["figures"] >= 6
    assert found["fills"] >= 2, "changed and unchanged steps have colours of their own"
    assert found["boxes"] > 20


def test_blocks_stand_side_by_side_on_a_desk_and_below_each_other_on_a_telephone(html: str, tmp_path: Path) -> None:
    desk, telephone = seen(html, DESK, tmp_path), seen(html, TELEPHONE, tmp_path)
    for left, right in desk["pairs"]:
        assert left[0] < right[0]
        assert left[1] == right[1]
    for left, right in (figures for figures in desk["steps"] if len(figures) == 2):
        assert left == right, "like steps stand at one height"
    for upper, lower in telephone["pairs"]:
        assert upper[0] == lower[0]
        assert upper[1] < lower[1]


def test_partners_of_the_module_tree_stand_at_one_height(html: str, tmp_path: Path) -> None:
    found = seen(html, DESK, tmp_path)
    assert len(found["heights"]) > 10
    assert all(len(set(tops)) == 1 for tops in found["heights"])
    assert found["open"] > 1
    assert found["closed"] > 10


def test_a_dark_desktop_gets_a_dark_page(html: str, tmp_path: Path) -> None:
    light, dark = (seen(html, DESK, tmp_path, dark=on)["paper"] for on in (False, True))
    assert light == "rgb(255, 255, 255)"
    assert dark == "rgb(20, 24, 29)"


def test_the_page_as_it_is_can_be_pictured(html: str, tmp_path: Path) -> None:
    shot(html, tmp_path / "page.png", width=1280, folder=tmp_path)
    assert (tmp_path / "page.png").stat().st_size > 50_000
