"""What two small models are to one another, and what is said of them by function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from archkb.ingest.pipeline import analyse
from archkb.queries.diff.aspects import ASPECTS
from archkb.queries.diff.compare import compare
from archkb.queries.diff.comparison import Aspect, Diff
from archkb.queries.diff.comparison_rows import side_by_side
from archkb.queries.diff.conversion_loss import first_loss
from archkb.queries.diff.page import page
from archkb.queries.diff.page.sublayer import layer
from tests.nets import header
from tests.queries.diff.diff_nets import META, linear, spelt, transformer
from tests.queries.views import view_of, viewed

Shapes = dict[str, tuple[int, ...]]


def diff(a: Shapes, b: Shapes) -> Diff:
    return compare(view_of(a, name="one"), view_of(b, name="two"))


def said(shapes: Shapes) -> dict[str, str | None]:
    profile = view_of(shapes)
    return {f"{topic} {name}": read(profile) for topic, name, read in ASPECTS}


def prefixed(shapes: Shapes, prefix: str) -> Shapes:
    return {f"{prefix}.{k}": shape for k, shape in shapes.items()}


def test_relations() -> None:
    net = transformer()
    more = prefixed(net, "lm") | prefixed(linear("proj", 32, 77), "vision")
    assert diff(net, net).relation == "identical"
    assert diff(net, spelt(net, *META)).relation == "packaging"
    assert diff(net, more).relation == "part"
    assert diff(spelt(more, *META), net).relation == "part"
    assert diff(net, transformer(6)).relation == "versions"
    assert (
        diff(net, net | {f"model.layers.{i}.self_attn.gate.weight": (4, 64) for i in range(4)}).relation == "versions"
    )
    assert diff(net, transformer(2, 32, 100)).relation == "resized"
    assert diff(net, transformer(4, 64, 100)).relation == "versions", "most matrices keep their shapes"
    assert diff(net, {f"c.{i}.weight": (7, 7, 3) for i in range(9)}).relation == "designs"


@pytest.mark.parametrize(
    ("a", "b", "change"),
    [
        ("32 heads", "32 heads", "same"),
        (None, "x", "only the second"),
        ("x", None, "only the first"),
        ("self 64, heads unknown; cross", "self 64, 8 heads; cross", "unknown"),
        ("self 64, heads unknown; cross", "self 32, 8 heads; cross", "differs"),
    ],
)
def test_what_is_unknown_is_no_difference(a: str | None, b: str | None, change: str) -> None:
    assert Aspect("t", "a", a, b).change == change


def test_a_whole_of_one_piece_is_its_own_component() -> None:
    net = transformer(depth=4, width=64)
    both = diff(net, prefixed(net, "module"))
    (components,) = (x for x in both.aspects if x.aspect == "components")
    assert components.a is not None


def test_modulation_is_counted_in_rows_of_a_width() -> None:
    net = transformer() | {f"model.layers.{i}.scale_shift_table": (6, 64) for i in range(4)}
    assert said(net)["norms modulation"] == "6 rows of 64: 4 tables"


def test_gates_and_shares_are_words_where_they_are_all_or_none() -> None:
    assert said(transformer())["attention gated"] == "none"
    assert said(transformer())["model precision (share of parameters)"] == "F32 all"


def test_what_only_one_has_is_said_with_its_name() -> None:
    net = transformer()
    gated = net | {f"model.layers.{i}.self_attn.to_gate_logits.weight": (4, 64) for i in range(4)}
    assert any(text.startswith("only two: ") for text in diff(net, gated).differs_in)
    assert any(text.startswith("only one: ") for text in diff(gated, net).differs_in)


def test_every_tensor_that_came_or_went_has_a_row() -> None:
    rest = transformer()
    stacked = {f"s.{i}.proj.weight": (48, 40) for i in range(3)}
    both = diff(rest | stacked, rest | {"t.0.proj.weight": (48, 40)})
    rows = side_by_side(both, named=True, tensors=True).rows
    gone = [r for r in rows if r[0] == "tensor" and str(r[4]).startswith("removed")]
    paired = [r for r in rows if r[0] == "tensor" and str(r[4]) == "rename"]
    assert [(r[1], r[4]) for r in gone] == [("s.{i}.proj.weight", "removed ×2 at 1-2")]
    assert [(r[1], r[2], r[3]) for r in paired] == [("rename ×1", "s.{i}.proj.weight", "t.{i}.proj.weight")]


def test_of_two_designs_no_tensor_is_paired() -> None:
    net = transformer()
    both = diff(net, {f"c.{i}.weight": (7, 7, 3) for i in range(9)} | {"model.norm.weight": (64,)})
    assert (both.relation, both.edits, both.alignment.pairs) == ("designs", (), ())
    assert len(both.alignment.removed) == len(net)


def test_blocks_that_are_attentions_are_one_place() -> None:
    net = {f"layers.{i}.{name}.weight": (64, 64) for i in range(3) for name in ("to_q", "to_k", "to_v", "to_out")} | {
        f"layers.{i}.norm.weight": (64,) for i in range(3)
    }
    places = said(net)["backbone attentions per place"]
    assert places is not None
    assert places.startswith("3 × the block itself: ")


def test_a_model_with_one_low_rank_pair_of_its_own_is_no_adapter() -> None:
    net = transformer()
    q = "model.layers.0.self_attn.q_proj"
    both = diff(net, net | {f"{q}.lora_A.weight": (4, 64), f"{q}.lora_B.weight": (64, 4)})
    assert (both.relation, both.adaptation) == ("versions", None)
    assert both.edits
    alone = diff({f"{q}.lora_A.weight": (4, 64), f"{q}.lora_B.weight": (64, 4)}, net)
    assert alone.relation == "adapter"


def test_a_conversion_under_other_names_loses_nothing() -> None:
    net = transformer()
    assert first_loss(diff(net, net)) is None
    assert first_loss(diff(net, spelt(net, *META))) is None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda n: {k: s for k, s in n.items() if k != "model.norm.weight"}, "lost in two: model.norm.weight"),
        (lambda n: n | {"lm_head.weight": (900, 64)}, "reshaped in two: lm_head.weight, [1000, 64] became [900, 64]"),
        (lambda n: n | {"extra.weight": (3, 3)}, "not in one: extra.weight"),
        (lambda n: {f"c.{i}.weight": (7, 7, 3) for i in range(9)}, "two is no conversion of one"),
    ],
    ids=["lost", "reshaped", "made up", "another"],
)
def test_the_first_loss_of_a_conversion_is_named(change: Callable[[Shapes], Shapes], says: str) -> None:
    net = transformer()
    assert (first_loss(diff(net, change(net))) or "").startswith(says)


def test_one_architecture_is_no_kinship() -> None:
    """Of two families alike in shape the same is to be told as of two versions, unless both name theirs."""
    headers = [header(transformer(depth)) for depth in (4, 6)]
    names, releases = ("llama", "mistral"), ("1.0", "2.0")
    views = [viewed(analyse(h), name) for h, name in zip(headers, names, strict=True)]
    versions = [
        viewed(analyse(replace(h, declared={"family": "llama", "version": release})), name)
        for h, name, release in zip(headers, names, releases, strict=True)
    ]
    apart, named = compare(*views), compare(*versions)
    assert (apart.relation, named.relation) == ("versions", "versions")
    assert "llama and mistral: one architecture" in side_by_side(apart, named=True).notes
    assert "llama and mistral: two versions of one family" in side_by_side(named, named=True).notes
    assert "<b>One architecture.</b>" in page(apart, *views)
    assert "<b>Two versions of one family.</b>" in page(named, *versions)


def test_additions_of_blocks_in_stages_are_listed() -> None:
    stages = {
        f"net.{stage}.{key.removeprefix('model.')}": shape
        for stage, width in enumerate((64, 128))
        for key, shape in transformer(2, width, 4 * width).items()
        if ".layers." in key
    }
    assert said(stages)["backbone residual additions of a block"] == "4 blocks: self_attn (hidden), mlp (hidden)"


def test_a_model_no_rule_knows_is_a_component() -> None:
    net = linear("bridge.0", 64, 32) | linear("bridge.3", 64, 64)
    assert said(net)["model components"] == "(root), role unknown, 6.27k"


def test_a_depthwise_convolution_reads_what_it_writes() -> None:
    net = {f"blocks.{i}.dw.weight": (96, 1, 7, 7) for i in range(3)} | {
        f"blocks.{i}.pw.weight": (96, 96) for i in range(3)
    }
    assert "dw: Conv2d depthwise 96→96, kernel 7×7" in str(said(net)["backbone other layers per place"])
    assert layer(view_of(net).modules["blocks.0.dw"]) == "Conv2d depthwise 96 → 96, 7×7"


def autoencoder(width: int, rank: int = 2, latent: int = 4) -> Shapes:
    kernel = (3,) * rank
    half = {f"{i}.conv{n}.weight": (width, width, *kernel) for i in (0, 1) for n in (1, 2)}
    ends = {
        "encoder.conv_in.weight": (width, 3, *kernel), "encoder.conv_out.weight": (2 * latent, width, *kernel),
        "decoder.conv_in.weight": (width, latent, *kernel), "decoder.conv_out.weight": (3, width, *kernel),
    }  # fmt: skip
    return prefixed(half, "encoder.down_blocks") | prefixed(half, "decoder.up_blocks") | ends


def test_a_lone_part_is_pointed_to_its_like_in_a_bundle() -> None:
    bundle = (
        prefixed(transformer() | linear("time_embed.0", 64, 32) | linear("time_embed.1", 64, 64), "core")
        | prefixed(autoencoder(32), "vae")
        | prefixed(autoencoder(16, rank=1), "audio_vae")
    )
    video, audio, other = (
        diff(bundle, autoencoder(48)),
        diff(autoencoder(16, 1, 8), bundle),
        diff(bundle, transformer(6)),
    )
    assert "`one:vae` in place of one" in video.counterpart, "none is like it: the largest"
    assert "`two:audio_vae` in place of two" in audio.counterpart
    assert "two a vae: the backbones are of two kinds" in video.counterpart
    assert video.counterpart in side_by_side(video, named=False).notes
    assert not diff(bundle, bundle | linear("core.extra", 8, 8)).counterpart
    assert "vae" not in other.counterpart
    assert not diff(autoencoder(32), autoencoder(48)).counterpart
