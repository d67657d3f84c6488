"""Feed-forwards by the widths of their matrices: small nets in, form and widths out, with the rule that said so."""

from __future__ import annotations

import pytest

from archkb.ingest.analysis import FeedForward
from archkb.ingest.pipeline import analyse
from tests.nets import Shapes, below, header, repeated

NORM = {"norm.weight": (8,)}


def found(tensors: Shapes) -> dict[str, FeedForward]:
    return dict(analyse(header(tensors)).feed_forwards)


@pytest.mark.parametrize(
    ("mlp", "form", "hidden", "rule"),
    [
        ({"fc1.weight": (32, 8), "fc2.weight": (8, 32)}, "plain", 32, "ff.plain"),
        ({"a.weight": (24, 8), "b.weight": (24, 8), "c.weight": (8, 24)}, "gated", 24, "ff.gated"),
        ({"net.0.proj.weight": (64, 8), "net.2.weight": (8, 32)}, "gated", 32, "ff.gated.fused"),
        ({"net.0.proj.weight": (32, 8), "net.2.weight": (8, 32)}, "plain", 32, "ff.plain"),
        ({"conv1.weight": (32, 8, 1, 1), "conv2.weight": (8, 32, 1, 1)}, "plain", 32, "ff.plain"),
    ],
)
def test_form_and_hidden_width_by_shape(mlp: Shapes, form: str, hidden: int, rule: str) -> None:
    ffs = found(repeated("blocks", 2, {**NORM, **below("m", mlp)}))
    assert set(ffs) == {"blocks.0.m", "blocks.1.m"}
    ff = ffs["blocks.1.m"]
    assert (ff.form.value, ff.hidden, ff.width, ff.form.evidence.rule) == (form, hidden, 8, rule)
    assert str(hidden) in ff.form.evidence.detail


def test_names_say_which_matrix_is_down_when_hidden_is_narrower() -> None:
    ffs = found(repeated("blocks", 2, {**NORM, "mlp.up_proj.weight": (4, 8), "mlp.down_proj.weight": (8, 4)}))
    ff = ffs["blocks.0.mlp"]
    assert (ff.down, ff.hidden, ff.form.evidence.rule) == ("down_proj", 4, "ff.named")


def test_inline_in_a_layer_with_attention() -> None:
    attention = {f"self_attn.{x}_proj.weight": (8, 8) for x in "qkv"} | {"self_attn.out_proj.weight": (8, 8)}
    ffs = found(repeated("layers", 2, {**attention, **NORM, "fc1.weight": (32, 8), "fc2.weight": (8, 32)}))
    ff = ffs["layers.0"]
    assert (ff.inline, ff.up, ff.down, ff.hidden) == (True, ("fc1",), "fc2", 32)


@pytest.mark.parametrize(
    "module",
    [
        {"adapter.linear_1.weight": (32, 8), "adapter.linear_2.weight": (16, 32)},
        {"fc.weight": (8, 8)},
        {"vgg.0.weight": (16, 8, 3, 3), "vgg.2.weight": (8, 16, 3, 3)},
        {"norm_out.linear_1.weight": (32, 8), "norm_out.linear_2.weight": (8, 32)},
    ],
    ids=["width changes", "one matrix", "spatial convolutions", "conditions a norm"],
)
def test_what_is_no_feed_forward(module: Shapes) -> None:
    assert found(module) == {}


def test_a_pair_around_another_sublayer_is_no_mlp() -> None:
    attention = {f"fn.{x}.weight": (16, 16) for x in ("to_q", "to_k", "to_v", "to_out")}
    ffs = found(repeated("layers", 2, {**attention, "project_in.weight": (16, 8), "project_out.weight": (8, 16)}))
    assert ffs == {}


def test_mixture_of_listed_experts_with_router() -> None:
    expert = {"w1.weight": (32, 8), "w2.weight": (8, 32), "w3.weight": (32, 8)}
    block = {**NORM, **below("moe", repeated("experts", 4, expert)), "moe.gate.weight": (4, 8)}
    ffs = found(repeated("layers", 2, block))
    whole = ffs["layers.0.moe"]
    assert (whole.form.value, whole.experts, whole.hidden) == ("moe", 4, 32)
    assert ffs["layers.1.moe.experts.3"].form.value == "gated"
    assert whole.form.evidence.rule == "moe.router"


def test_stacked_experts_in_three_dimensions() -> None:
    block = {
        **NORM,
        "mlp.router.weight": (4, 8),
        "mlp.experts.gate_up_proj": (4, 48, 8),
        "mlp.experts.down_proj": (4, 8, 24),
    }
    ffs = found(repeated("layers", 2, block))
    experts = ffs["layers.0.mlp.experts"]
    assert (experts.form.value, experts.experts, experts.hidden) == ("gated", 4, 24)
    assert ffs["layers.0.mlp"].form.value == "moe"


def test_order_of_keys_does_not_matter() -> None:
    net = repeated("blocks", 2, {**NORM, "mlp.fc1.weight": (32, 8), "mlp.fc2.weight": (8, 32)})
    assert found(net) == found(dict(reversed(net.items())))


def test_a_timestep_embedder_of_half_the_width_is_no_gate() -> None:
    net = {"t_embedder.mlp.0.weight": (512, 256), "t_embedder.mlp.2.weight": (512, 512)}
    assert not analyse(header(net)).feed_forwards


def test_low_rank_pairs_of_an_adapter_are_no_feed_forwards() -> None:
    pair = {"self_attn.q_proj.lora_A.weight": (16, 512), "self_attn.q_proj.lora_B.weight": (512, 16)}
    found = analyse(header(repeated("base_model.model.layers", 4, pair)))
    assert not found.feed_forwards
    assert not found.residuals
    assert found.role.value == "adapter"


def test_gate_up_and_down_are_an_mlp_however_narrow() -> None:
    expert = {"gate_proj.weight": (1, 8), "up_proj.weight": (1, 8), "down_proj.weight": (8, 1)}
    ff = found(repeated("blocks", 2, {**NORM, **below("expert", expert)}))["blocks.0.expert"]
    assert (ff.form.value, ff.hidden) == ("gated", 1)


def test_pointwise_chains_are_no_gated_mlps() -> None:
    chain = {f"{i}.weight": (8, 8, 1, 1) for i in (0, 3, 6)}
    assert not found(repeated("stage", 3, chain))


def test_what_holds_a_stack_is_no_layer_with_an_mlp() -> None:
    inner = repeated("layers", 2, {"attn.qkv.weight": (24, 8), "attn.proj.weight": (8, 8)})
    net = below("predictor", {"embed.weight": (32, 8), "proj.weight": (8, 32), **inner})
    assert "predictor" not in found(net)


def test_maps_of_a_time_embedding_and_a_lone_gate_are_no_mlp() -> None:
    time = {"time_pos_embed.linear_1.weight": (32, 8), "time_pos_embed.linear_2.weight": (8, 32)}
    assert not found(repeated("blocks", 2, {**NORM, **time}))
    conditioned = {f"time_mlp.{key}": shape for key, shape in (("0.weight", (32, 8)), ("2.weight", (8, 32)))}
    block = {**NORM, "mlp.fc1.weight": (24, 8), "mlp.fc2.weight": (8, 24), **conditioned}
    analysis = analyse(header(repeated("blocks", 2, block)))
    assert set(analysis.feed_forwards) == {"blocks.0.mlp", "blocks.1.mlp"}
    assert {r.around for r in analysis.residuals} == {("mlp",)}
    gate = {"input_gate.weight": (32, 8), "projection.weight": (8, 32), "attn.qkv.weight": (24, 8)}
    assert not found(repeated("blocks", 2, {**NORM, **gate}))
