"""The page's parts: under which heading an edit stands, what a box says, forms of a stack, adapters."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from archkb.queries.diff import compare
from archkb.queries.diff.comparison import Aspect
from archkb.queries.diff.edits.edit import Edit
from archkb.queries.diff.page import page
from archkb.queries.diff.page.aspects_table import MOST, _value, rows
from archkb.queries.diff.page.block_forms import forms
from archkb.queries.diff.page.block_steps import blocks
from archkb.queries.diff.page.diagram_svg import TINTS, tints
from archkb.queries.diff.page.edit_lines import component
from archkb.queries.diff.page.marks import Marks, mark, marks
from tests.queries.diff.diff_nets import linear, transformer
from tests.queries.diff.test_adapter_on_base import lora, q
from tests.queries.views import view_of

Shapes = dict[str, tuple[int, ...]]


def pipeline(depth: int = 4) -> Shapes:
    """A transformer and an autoencoder in one checkpoint."""
    out = {f"model.diffusion_model.{k}": v for k, v in transformer(depth).items()}
    for half in ("encoder", "decoder"):
        for i in range(3):
            out |= {f"vae.{half}.blocks.{i}.conv.weight": (32, 32, 3, 3), f"vae.{half}.blocks.{i}.conv.bias": (32,)}
        out |= {f"vae.{half}.conv_in.weight": (32, 3, 3, 3), f"vae.{half}.conv_out.weight": (3, 32, 3, 3)}
    return out


def home(e: Edit) -> str:
    p = view_of(pipeline())
    return component(e, p, p)


def keys(root: str, n: int) -> tuple[str, ...]:
    found = [k for k in pipeline() if k.startswith(root)]
    assert len(found) >= n
    return tuple(found[:n])


def test_an_edit_stands_under_the_part_with_most_of_its_tensors() -> None:
    few, many = keys("vae.encoder", 2), keys("model.diffusion_model", 9)
    assert home(Edit("added", "", added=(*few, *many))) == "model"
    assert home(Edit("removed", "", removed=(*few, *keys("vae.decoder", 1)))) == "vae.encoder"
    pairs = tuple((k, k) for k in keys("vae.decoder", 3))
    assert home(Edit("packaging", "", changed=pairs)) == "vae.decoder"


def test_an_edit_of_several_parts_alike_stands_under_the_whole_model() -> None:
    assert home(Edit("added", "", added=(*keys("vae.encoder", 3), *keys("model.diffusion_model", 3)))) == ""


def test_one_name_has_one_colour_and_streams_without_a_name_have_none() -> None:
    assert tints(["text", "hidden", "depth", "video"]) == {
        "video": "l0",
        "audio": "l1",
        "text": "l2",
        "depth": "l3",
        "hidden": "lx",
    }
    assert len(set(tints(map(str, range(TINTS))).values())) == TINTS + 1


def test_both_sides_use_one_colour_for_a_stream() -> None:
    def net(*streams: str) -> Shapes:
        out: Shapes = {}
        for i in range(4):
            for s in streams:
                at = f"blocks.{i}.{s}_attn"
                for name in ("to_q", "to_k", "to_v", "to_out"):
                    out |= linear(f"{at}.{name}", 64, 64)
        return out

    left, right = view_of(net("audio"), name="a"), view_of(net("video", "audio"), name="b")
    text = page(compare(left, right), left, right)
    drawn = re.findall(r'<line class="lane (l\w)"[^>]*/><text[^>]*>audio</text>', text)
    assert len(drawn) == 2, "on either side"
    assert len(set(drawn)) == 1


def test_a_box_of_containers_says_what_they_hold() -> None:
    net: Shapes = {}
    for i in range(4):
        for n in (1, 2):
            net |= {f"enc.res.{i}.conv{n}.conv.weight": (32, 32, 3, 3), f"enc.res.{i}.conv{n}.conv.bias": (32,)}
            net |= {f"enc.res.{i}.norm{n}.weight": (32,), f"enc.res.{i}.norm{n}.bias": (32,)}
    (block,) = blocks(view_of(net))
    assert [(s.title, s.facts) for s in block.steps] == [("conv1 + conv2", "2 × Conv2d 32 → 32, 3×3")]


def test_shared_key_value_heads_are_said() -> None:
    net = transformer(4, 512, 1024)
    for i in range(4):
        p = f"model.layers.{i}.self_attn"
        net |= linear(f"{p}.k_proj", 128, 512) | linear(f"{p}.v_proj", 128, 512)
        net |= {f"{p}.q_norm.weight": (64,), f"{p}.k_norm.weight": (64,)}
    (block,) = blocks(view_of(net))
    assert block.steps[0].facts == "self-attention, width 512, 8 heads, 2 KV, QK-norm per head"


def test_forms_of_a_stack_say_what_tells_them_apart() -> None:
    net = transformer(6)
    for i in (0, 3):
        net[f"model.layers.{i}.stream_gate"] = ()
    common, other = forms(view_of(net), "model.layers")
    assert (common.numbers, common.difference) == ("1-2, 4-5", "without stream_gate")
    assert (other.numbers, other.difference) == ("0, 3", "with stream_gate")
    (block,) = blocks(view_of(net))
    assert block.others == (other,)
    left, right = view_of(transformer(6), name="a"), view_of(net, name="b")
    text = page(compare(left, right), left, right)
    assert text.count("2 blocks (0, 3): with stream_gate") == 1
    assert '<span class="form">without stream_gate</span>' in text
    assert not forms(view_of(transformer(6)), "model.layers")


def test_scales_of_another_dtype_are_no_change_of_architecture() -> None:
    net = transformer(4)
    scales = {k.replace(".weight", ".weight_scale"): () for k in net if k.endswith("q_proj.weight")}
    left, right = view_of(net, "BF16", "a"), view_of(net | scales, "BF16", "b")
    found = compare(left, right).alignment
    assert marks(found)(("model",), ("model",)).mark == "changed"
    told = marks(found, set(scales))(("model",), ("model",))
    assert (told.mark, told.b) == ("retyped", "other dtype: 4 scales")
    assert mark(Counter(scaled=1, removed=2)) == "changed"


def test_a_step_only_one_model_has_is_told_though_some_of_its_tensors_have_partners_elsewhere() -> None:
    moved = {f"layers.{i}.mlp": Counter(added=1, renamed=1) for i in range(2)}
    told = Marks({}, moved, {}, {path: [f"{path}.gate"] for path in moved})((), tuple(moved), 2)
    assert told.mark == "changed"
    assert told.b == "changed inside: +2 tensors (1 a block: gate), 2 renamed"


def test_a_cell_shows_what_differs_and_folds_the_rest() -> None:
    text = _value([str(i) for i in range(12)], ["0", "1"])
    shown, *folded = re.split("<details", text)
    assert shown.count("<li>") == MOST
    assert f"and {10 - MOST} more" in folded[0]
    assert "2 lines the same in both" in folded[1]
    assert "—" in _value([], ["x"])


def test_a_row_names_its_columns_for_the_narrow_form() -> None:
    text = rows(("aspect", "<a>", "b"), [("same", ["x", "1", "2"])])
    assert 'data-of="&lt;a&gt;">1</td>' in text
    assert text.count('role="row"') == 2


@pytest.mark.parametrize("change", [("x", "x"), ("x", "y"), ("x", None), (None, "y"), ("unknown", "y")])
def test_every_change_of_an_aspect_has_a_sign(change: tuple[str | None, str | None]) -> None:
    from archkb.queries.diff.page.aspects_table import _aspect

    css, cells = _aspect(Aspect("topic", "name", *change))
    assert css in ("same", "changed", "added", "removed")
    assert 'class="sign"' in cells[0]


def test_an_adapters_page_begins_with_what_it_touches_and_marks_it_in_the_base() -> None:
    adapter, base = view_of(lora(*q(0, 1, 2)) | lora("nowhere"), name="lora"), view_of(transformer(4), name="base")
    for a, b in ((adapter, base), (base, adapter)):
        text = page(compare(a, b), a, b)
        assert re.findall(r'<section id="(\w+)"', text) == ["changes", "blocks", "modules", "function", "own"]
        assert "1 of its 4 targets would change nothing" in text
        assert "3 of 4 Linear, in 0-2" in text
        drawn = text.partition('<section id="blocks">')[2].partition("</section>")[0]
        assert drawn.count('<div class="step touched">') == 1
        assert "changed by the adapter: q_proj in 3 of 4 blocks, rank 8" in drawn
        assert drawn.count('<div class="step same">') == 1
        tree = text.partition('<section id="modules">')[2].partition("</section>")[0]
        assert "changed by the adapter: 3 layers" in tree
        assert "no stack like" not in text
