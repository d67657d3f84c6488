"""The HTML page: its sections, its pairs, what is safe in it, and that its colours can be read."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from archkb.queries.diff import compare
from archkb.queries.diff.page import page
from archkb.queries.diff.page.block_diagrams import aligned, inside
from archkb.queries.diff.page.diagram_svg import TINTS
from tests.queries.diff.diff_nets import META, linear, spelt, transformer
from tests.queries.views import view_of

Shapes = dict[str, tuple[int, ...]]
VOID = {"meta", "br", "path", "line", "circle"}


def made(a: Shapes, b: Shapes) -> str:
    left, right = view_of(a, name="first"), view_of(b, name="second")
    return page(compare(left, right), left, right)


def gated(depth: int = 4) -> Shapes:
    out = transformer(depth)
    for i in range(depth):
        out |= linear(f"model.layers.{i}.self_attn.to_gate_logits", 4, 64)
    return out


class Reader(HTMLParser):
    """Checks that tags close in order and collects what classes the boxes have."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.boxes: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        if (dict(attrs).get("class") or "").startswith("box "):
            self.boxes.append(str(dict(attrs)["class"]).removeprefix("box "))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    assert reader.open == []
    return reader


def section(text: str, name: str) -> str:
    return text.partition(f'<section id="{name}">')[2].partition("</section>")[0]


def test_a_page_is_well_formed_and_needs_nothing_else() -> None:
    text = made(transformer(4), gated(6))
    assert not {"script", "link", "img", "iframe"} & set(read(text).tags)
    assert "default-src 'none'" in text
    assert "http" not in text.replace("http-equiv", "")
    for name in ("changes", "blocks", "function", "modules"):
        assert section(text, name)


def test_changed_parts_are_marked_on_both_sides() -> None:
    text = made(transformer(4), gated())
    blocks = section(text, "blocks")
    assert blocks.count('<div class="step changed">') == 2, "the attention, in both models"
    assert blocks.count('<div class="step same">') == 2, "the feed-forward"
    assert "changed inside: −8 tensors (2 a block: to_gate_logits)" in blocks, "the first lacks them"
    assert "changed inside: +8 tensors (2 a block: to_gate_logits)" in blocks, "the second has them"
    assert blocks.index("−8 tensors") < blocks.index("+8 tensors")
    boxes = read(section(text, "modules")).boxes
    assert "added" in boxes
    assert "removed" not in boxes


def test_two_spellings_stand_in_pairs_and_are_only_renamed() -> None:
    text = made(transformer(4), spelt(transformer(4), *META))
    assert "One architecture" in text
    boxes = read(section(text, "modules")).boxes
    assert set(boxes) == {"renamed"}
    assert section(text, "blocks").count('<figure class="block"') == 2


def test_a_model_inside_another_meets_it_there() -> None:
    text = made(transformer(4), {f"pipe.core.{k}": v for k, v in transformer(4).items()} | linear("pipe.vae.out", 9, 9))
    modules = section(text, "modules")
    pair = re.search(r'<div class="pair"><div class="box renamed" title="model">.*?</div></div>', modules)
    assert pair
    assert 'title="pipe.core.model"' in pair.group()


def test_designs_are_two_trees_and_no_list_of_changes() -> None:
    text = made(transformer(4), {"c.weight": (7, 3, 3, 3), "c.bias": (7,)})
    assert section(text, "changes") == ""
    assert set(read(section(text, "modules")).boxes) == {"apart"}


def test_equal_models_have_nothing_to_show() -> None:
    text = made(transformer(4), transformer(4))
    assert "<p>Nothing.</p>" in section(text, "changes")
    assert set(read(section(text, "modules")).boxes) == {"same"}


def test_names_cannot_write_into_the_page() -> None:
    left, right = view_of({"<b>x</b>.weight": (4, 4)}, name="<i>"), view_of({'"y.weight': (4, 4)}, name="&amp;")
    text = page(compare(left, right), left, right, tensors=True)
    read(text)
    assert "<i>" not in text
    assert "<b>x</b>" not in text
    assert "&amp;amp;" in text


def test_names_in_every_part_are_spelt_out() -> None:
    odd = '"><u>\x1b\u202e&'
    nets = (spelt(net, ("self_attn", f"self_attn{odd}"), ("mlp", f"mlp{odd}")) for net in (transformer(4), gated(6)))
    left, right = (view_of(net, name=f"{odd}{i}") for i, net in enumerate(nets))
    text = page(compare(left, right), left, right, tensors=True)
    read(text)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "<u>" not in text
    assert set(re.findall(r"&lt;u&gt;(.{10})", text)) == {r"\x1b\u202e"}


def test_what_follows_a_blocks_number() -> None:
    assert inside("a.b.12.c.weight", "a.b") == "c.weight"
    assert inside("a.b.x.c.weight", "a.b") is None
    assert inside("a.bc.1.weight", "a.b") is None


def test_steps_keep_their_order_and_are_never_lost() -> None:
    rows = aligned("abcd", "bxd", lambda x, y: x == y)  # type: ignore[arg-type]
    assert rows == [("a", None), ("b", "b"), ("c", None), (None, "x"), ("d", "d")]


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear_ = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear_[0] + 0.7152 * linear_[1] + 0.0722 * linear_[2]


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_can_be_read_on_every_colour(scheme: int) -> None:
    """WCAG 2.1, 1.4.3: a contrast of at least 4.5 for text, signs included."""
    css = files("archkb.queries.diff.page").joinpath("page.css").read_text()
    blocks = re.findall(r":root \{([^}]*)\}", css)
    colours = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", blocks[scheme]))
    kinds = [name.removesuffix("-edge") for name in colours if name.endswith("-edge")]
    assert len(kinds) == 6
    for kind in kinds:
        assert contrast(colours["ink"], colours[kind]) >= 4.5, kind
        assert contrast(colours[f"{kind}-edge"], colours[kind]) >= 4.5, kind
        assert contrast(colours["soft"], colours[kind]) >= 4.5, kind
    for name in ("ink", "soft"):
        assert contrast(colours[name], colours["paper"]) >= 4.5
    for i in range(TINTS):
        assert contrast(colours[f"lane{i}"], colours["paper"]) >= 3, "WCAG 2.1, 1.4.11: graphics"
