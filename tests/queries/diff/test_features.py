"""A design's own features, wherever they are: in the comparison, on the page of a model, in the drawing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archkb.queries.diff import compare
from archkb.queries.diff.comparison import Adaptation
from archkb.queries.diff.comparison_rows import side_by_side
from archkb.queries.diff.page import page
from archkb.queries.diff.page.block_steps import BESIDE, blocks
from archkb.queries.explain.model_page import explain
from archkb.queries.model_view import ModelView
from archkb.queries.output.render import as_markdown, table
from tests.nets import Shapes, below, repeated
from tests.queries.diff.accounts import unaccounted
from tests.queries.diff.diff_nets import linear, transformer
from tests.queries.diff.test_adapter_on_base import lora, q
from tests.queries.views import view_of, viewed

WIDTH = 64


def attention(path: str, reads: int = WIDTH, width: int = WIDTH) -> dict[str, tuple[int, ...]]:
    out: dict[str, tuple[int, ...]] = {}
    for name, columns in (("to_q", width), ("to_k", reads), ("to_v", reads)):
        out |= linear(f"{path}.{name}", width, columns)
    return out | linear(f"{path}.to_out.0", width, width)


def feed_forward(path: str, width: int = WIDTH) -> dict[str, tuple[int, ...]]:
    return linear(f"{path}.net.0.proj", 4 * width, width) | linear(f"{path}.net.2", width, 4 * width)


PLAIN = attention("attn1") | attention("attn2", 32) | feed_forward("ff") | {"norm1.weight": (WIDTH,)}
OWN = {
    "stream_gate": {"stream_gate": ()},
    "exit_gate": linear("exit_gate", 1, WIDTH),
    "camera_cond.attn": attention("camera_cond.attn", 48) | {"camera_cond.norm.weight": (WIDTH,)},
    "camera_proj": linear("camera_proj", WIDTH, 12),
    "scale_shift_table": {"scale_shift_table": (6, WIDTH)},
    "scale_shift_table_a2v": {"scale_shift_table_a2v": (5, WIDTH)},
    "registers": {"registers": (1, 4, WIDTH)},
}
"""Features of a block, by the name that must be said."""
APART = {
    "camera_proj_in": linear("camera_proj_in.0", 32, 12) | linear("camera_proj_in.2", WIDTH, 32),
    "exit_gate_out": {"exit_gate_out": (WIDTH,)},
    "learnable_registers": {"learnable_registers": (8, WIDTH)},
    "pose_table": {"pose_table.weight": (77, WIDTH)},
    "final.scale_shift_table": {"final.scale_shift_table": (2, WIDTH)},
}
"""Features outside of blocks."""


def design(*features: str, depth: int = 3, name: str = "net") -> dict[str, tuple[int, ...]]:
    """A transformer with these features; `name` is what its parts are called, and tells designs apart."""
    block = dict(PLAIN)
    outer: dict[str, tuple[int, ...]] = linear("proj_in", WIDTH, 16) | linear("proj_out", 16, WIDTH)
    for feature in features:
        (block if feature in OWN else outer).update(OWN.get(feature) or APART[feature])
    return below(name, {**repeated("blocks", depth, block), **outer})


def other() -> Shapes:
    """A design with which none of these has anything in common."""
    return {f"c.{i}.weight": (7, 3, 3, 3) for i in range(4)} | {"c.0.bias": (7,)}


EVERY = (*OWN, *APART)


def test_every_feature_of_a_design_is_in_the_comparison_in_every_form() -> None:
    a, b = view_of(design(*EVERY), name="one"), view_of(other(), name="two")
    for x, y in ((a, b), (b, a)):
        diff = compare(x, y)
        assert diff.relation == "designs"
        answer = side_by_side(diff, named=True)
        forms = (as_markdown(answer), page(diff, x, y), "\n".join(str(row) for row in answer.rows))
        for feature in EVERY:
            assert all(feature in form for form in forms), feature
        assert table(answer)


def test_every_feature_of_a_design_is_on_its_page() -> None:
    text = "\n".join(line.text for line in explain(view_of(design(*EVERY))))
    for feature in EVERY:
        assert feature in text, feature
    assert "scale_shift_table 6 rows of 64, scale_shift_table_a2v 5 rows of 64" in text
    block = "\n".join(line.text for line in explain(view_of(design(*EVERY)), "net.blocks.1"))
    assert all(feature in block for feature in OWN)


def test_what_is_nested_one_module_deeper_is_drawn_and_listed_as_an_addition() -> None:
    p = view_of(design(*OWN))
    (block,) = blocks(p)
    titles = [s.title for s in block.steps if s.adds_to]
    assert titles == ["attn1", "attn2", "camera_cond.attn", "ff"]
    (rest,) = [s for s in block.steps if s.function == BESIDE]
    for feature in ("stream_gate", "exit_gate", "camera_proj", "scale_shift_table_a2v", "registers"):
        assert feature in rest.facts
    (said,) = [x.a for x in compare(p, p).aspects if x.aspect == "residual additions of a block"]
    assert said is not None
    assert [part.partition(" (")[0] for part in said.split(", ")] == titles


def test_an_attention_without_an_addition_is_drawn_without_one() -> None:
    net = view_of(design())
    edges = tuple(
        replace(e, rows=tuple(row for row in e.rows if not str(row[e.columns.index("target")]).endswith(".attn2")))
        if e.type == "RESIDUAL"
        else e
        for e in net.tables.edges
    )
    without = ModelView(replace(net.tables, edges=edges))
    (block,) = blocks(without)
    assert [(s.title, s.adds_to) for s in block.steps] == [("attn1", "hidden"), ("ff", "hidden"), ("attn2", None)]
    assert "no addition found" in page(compare(without, without), without, without)


def test_stages_of_unequal_width_have_each_its_own() -> None:
    net: dict[str, tuple[int, ...]] = {}
    for i, width in enumerate((32, 64, 64, 128)):
        net |= below(f"stages.{i}", attention("attn", width, width) | feed_forward("mlp", width))
    diff = compare(view_of(net), view_of(other()))
    said = {x.aspect: x.a for x in diff.aspects}
    places = (said["attentions per place"] or "").split("; ")
    assert [part.partition(", ")[0] for part in places] == [
        "1 × attn in 0: self 32",
        "2 × attn in 1-2: self 64",
        "1 × attn in 3: self 128",
    ]
    assert said["feed-forwards per place"] == (
        "1 × mlp in 0: plain 32→128; 2 × mlp in 1-2: plain 64→256; 1 × mlp in 3: plain 128→512"
    )


def pyramid(*widths: int, depth: int = 2) -> dict[str, tuple[int, ...]]:
    """Stages that are stacks, each of a width of its own."""
    net: dict[str, tuple[int, ...]] = {}
    for i, width in enumerate(widths):
        for j in range(depth):
            net |= below(f"stages.{i}.{j}", attention("attn", width, width) | feed_forward("mlp", width))
    return net


def test_stages_of_all_widths_doubled_share_nothing() -> None:
    """The second stage of one has the width of the first stage of the other, and is not the same for it."""
    diff = compare(view_of(pyramid(32, 64, 128), name="one"), view_of(pyramid(64, 128, 256), name="two"))
    assert diff.relation == "resized"
    row = next(r for r in side_by_side(diff, named=True).rows if r[1] == "feed-forwards per place")
    assert row[2:4] == (
        "2 × mlp in 0.0-0.1: plain 32→128; 2 × mlp in 1.0-1.1: plain 64→256; 2 × mlp in 2.0-2.1: plain 128→512",
        "2 × mlp in 0.0-0.1: plain 64→256; 2 × mlp in 1.0-1.1: plain 128→512; 2 × mlp in 2.0-2.1: plain 256→1024",
    )


def test_what_one_block_has_alone_is_told_with_the_block() -> None:
    net = pyramid(32, 64, 128, depth=4)
    more = net | linear("stages.2.3.pose", 128, 12) | linear("stages.1.0.exit_gate", 1, 64)
    diff = compare(view_of(net, name="one"), view_of(more, name="two"))
    assert sorted(e.text for e in diff.edits) == [
        "gate (exit_gate) added: 1 place × stages.1.0 (2 tensors)",
        "pose added: 1 place × stages.2.3 (2 tensors)",
    ]
    value = next(x.b for x in diff.aspects if x.aspect == "other layers per place")
    assert value == "1 × exit_gate in 1.0: Linear 64→1; 1 × pose in 2.3: Linear 12→128"


def test_what_some_blocks_of_a_stack_have_is_told_with_their_numbers() -> None:
    net = transformer(8)
    more = net | {f"model.layers.{i}.self_attn.gate.weight": (4, 64) for i in (0, 1, 5)}
    (edit,) = compare(view_of(net), view_of(more)).edits
    assert edit.text == "gate added: 1 attention × 3 blocks of model.layers (0-1, 5) (3 tensors)"


FEATURES = st.lists(st.sampled_from(EVERY), unique=True)
DESIGNS = st.builds(
    lambda features, depth, name: design(*features, depth=depth, name=name),
    FEATURES,
    st.integers(2, 4),
    st.sampled_from(["net", "model.diffusion_model", "dit"]),
) | st.just(other()) | st.just(transformer(3))  # fmt: skip


@given(DESIGNS, DESIGNS)
@settings(max_examples=60, deadline=None)
def test_every_tensor_of_both_is_accounted_for(a: Shapes, b: Shapes) -> None:
    left, right = view_of(dict(a), name="one"), view_of(dict(b), name="two")
    assert unaccounted(compare(left, right), left, right) == []


def test_every_tensor_of_a_part_and_of_an_adapter_is_accounted_for() -> None:
    whole, part = view_of(below("pipe", design()) | linear("vae.out", 9, 9)), view_of(design())
    found = compare(part, whole)
    assert found.relation == "part"
    assert unaccounted(found, part, whole) == []
    net = transformer(4)
    adapter = view_of(lora(*q(0, 1)) | lora("nowhere") | {"diffusion_model.text.weight": (9, 9)}, name="lora")
    base = view_of(net, name="base")
    laid = compare(adapter, base)
    assert laid.relation == "adapter"
    assert unaccounted(laid, adapter, base) == []
    assert isinstance(laid.adaptation, Adaptation)
    assert laid.adaptation.beside == (("diffusion_model.text.weight", 1),)
    assert laid.adaptation.untouched == len(net) - 4
    rows = side_by_side(laid, named=True).rows
    assert ("adapter", "diffusion_model.text.weight", "1 tensor", None, "of no target: no low-rank pair") in rows


@pytest.mark.parametrize(
    "both", [("aiprod-shdt", "ltx-2.3-22b-dev"), ("aiprod-hwvae", "ltx-2-spatial-upscaler-x2-1.0")]
)
def test_every_tensor_of_the_shipped_designs_is_accounted_for(both: tuple[str, str]) -> None:
    from archkb.ingest.pipeline import analyse
    from archkb.ingest.sources import read_header

    a, b = (viewed(analyse(read_header(f"design:{name}")), name=name) for name in both)
    assert unaccounted(compare(a, b), a, b) == []
