"""Attention in small nets: found by its projections, with widths, ratio, norms and gates."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archkb.ingest.analysis import Attention
from archkb.ingest.attention.find_attention import find_attention
from archkb.ingest.layers.find_layers import leaf_kinds
from archkb.ingest.pipeline import analyse
from archkb.ingest.tree.module_tree import build
from tests.nets import Shapes, below, header, repeated

Net = dict[str, tuple[int, ...]]


def layers(**sizes: tuple[int, int]) -> Net:
    """Linear layers without bias by name: q=(rows, columns)."""
    return {f"{name}.weight": size for name, size in sizes.items()}


SEPARATE = layers(q_proj=(32, 32), k_proj=(8, 32), v_proj=(8, 32), o_proj=(32, 32))
FFN = layers(up=(64, 16), down=(16, 64))


def attentions(net: Shapes) -> dict[str, Attention]:
    return dict(analyse(header(net)).attentions)


def only(net: Shapes) -> Attention:
    found = attentions(net)
    assert len(found) == 1, sorted(found)
    return next(iter(found.values()))


def test_separate_projections_in_every_block():
    found = attentions(repeated("layers", 2, below("attn", SEPARATE)))
    assert set(found) == {"layers.0.attn", "layers.1.attn"}
    one = found["layers.1.attn"]
    assert (one.form, one.q_dim, one.kv_dim, one.inner_dim, one.out_dim) == ("separate", 32, 32, 32, 32)
    assert (one.gqa.value, one.gqa.evidence.rule) == (4, "attention.gqa")
    assert dict(one.parts) == {"q": "q_proj", "k": "k_proj", "v": "v_proj", "o": "o_proj"}


@pytest.mark.parametrize(
    ("net", "form", "inner", "gqa"),
    [
        (layers(qkv=(48, 16), proj=(16, 16)), "fused_qkv", 16, 1),
        (layers(query_key_value=(24, 16), dense=(16, 16)), "fused_qkv", 16, 4),
        (layers(Wqkv=(96, 16), out_proj=(16, 32)), "fused_qkv", 32, 1),
        (layers(to_q=(16, 16), to_kv=(32, 24), to_out=(16, 16)), "fused_kv", 16, 1),
        (layers(query_key=(16, 16), value=(16, 16), dense=(16, 16)), "fused_qk", 8, None),
        ({"in_proj_weight": (48, 16), "in_proj_bias": (48,), "out_proj.weight": (16, 16)}, "fused_qkv", 16, 1),
        ({"c_attn.weight": (16, 48), "c_attn.bias": (48,), "c_proj.weight": (16, 16), "c_proj.bias": (16,)},
         "fused_qkv", 16, 1),
        (layers(linear_q=(16, 16), linear_k=(16, 16), linear_v=(16, 16), linear_out=(16, 16)), "separate", 16, 1),
        (layers(q_a_proj=(8, 64), q_b_proj=(48, 8), kv_a_proj_with_mqa=(12, 64), kv_b_proj=(64, 8), o_proj=(64, 32)),
         "mla", 48, None),
    ],
)  # fmt: skip
def test_forms(net, form, inner, gqa):
    found = only(below("attn", net))
    assert (found.form, found.inner_dim, found.gqa.value) == (form, inner, gqa)


def test_projections_wrapped_with_a_norm_are_followed_to_their_matrix():
    net = layers(**{"to_q.0": (16, 16), "to_k.0": (16, 16), "to_v.0": (16, 16), "to_out.0": (16, 16)})
    net |= {f"{name}.1.weight": (16,) for name in ("to_q", "to_k", "to_v")}
    found = only(below("attn", net))
    assert found.parts["q"] == "to_q.0"
    assert found.out_dim == 16


def test_the_wrapper_that_adds_only_the_output_projection_is_the_attention():
    net = below("attention", below("self", layers(query=(16, 16), key=(16, 16), value=(16, 16))))
    net |= {"attention.output.dense.weight": (16, 16), "attention.output.LayerNorm.weight": (16,)}
    net |= {"attention.output.LayerNorm.bias": (16,), **layers(up=(64, 16), down=(16, 64))}
    found = only(net)
    assert (found.path, found.core, found.out_dim) == ("attention", "self", 16)
    assert found.parts["o"] == "output.dense"
    assert found.parts["q"] == "self.query"


def test_a_parallel_block_keeps_attention_and_mlp_in_two_matrices():
    block = layers(linear1=(3 * 16 + 40, 16), linear2=(16, 16 + 40))
    block |= {"norm.query_norm.scale": (4,), "norm.key_norm.scale": (4,)}
    found = attentions(repeated("single_blocks", 2, block))["single_blocks.0"]
    assert (found.form, found.inner_dim) == ("fused_qkv", 16)
    assert (found.qk_norm.value, found.heads.value) == ("per_head", 4)


def test_a_gated_mlp_is_no_parallel_block():
    assert attentions(repeated("blocks", 2, layers(linear1=(64, 16), linear2=(16, 32)))) == {}


def test_layers_without_names_are_an_attention_by_their_shapes():
    net = layers(xa1=(16, 16), xb2=(8, 16), xc3=(8, 16), xd4=(16, 16))
    found = attentions(repeated("x0", 2, below("x9", net)))["x0.0.x9"]
    assert (found.form, found.gqa.value) == ("separate", 2)


def test_a_modulation_that_makes_three_vectors_is_no_attention():
    assert attentions(below("norm1", layers(linear_1=(16, 16), linear_2=(48, 16)))) == {}


def test_gates_of_channels_and_recurrences_have_no_queries():
    squeeze = below("se", layers(fc1=(4, 16), fc2=(16, 4)))
    mix = below("att", layers(receptance=(16, 16), key=(16, 16), value=(16, 16), output=(16, 16)))
    delta = below("lin", layers(in_proj_qkv=(48, 16), out_proj=(16, 16)))
    delta |= {"lin.A_log": (4,), "lin.dt_bias": (4,), "lin.conv1d.weight": (48, 1, 4)}
    assert attentions(squeeze | mix | delta) == {}


def test_a_square_matrix_called_qkv_cannot_hold_three():
    assert attentions(below("attn", layers(qkv=(16, 16), proj=(16, 16)))) == {}


def test_quantisation_scales_change_nothing():
    net = below("attn", SEPARATE)
    scaled = net | {k.replace("weight", "weight_scale"): () for k in net}
    assert only(scaled) == only(net)


@pytest.mark.parametrize("prefix", ["module", "_orig_mod", "model.diffusion_model"])
def test_a_wrapper_prefix_changes_nothing_but_the_path(prefix):
    net = repeated("layers", 2, below("attn", SEPARATE) | below("mlp", FFN))
    plain, wrapped = attentions(net), attentions(below(prefix, net))
    assert {f"{prefix}.{p}" for p in plain} == set(wrapped)
    assert wrapped[f"{prefix}.layers.0.attn"].gqa == plain["layers.0.attn"].gqa


def test_the_order_of_keys_changes_nothing():
    net = repeated("layers", 2, below("attn", SEPARATE) | below("mlp", FFN))
    assert attentions(net) == attentions(dict(reversed(net.items())))


def test_a_norm_as_wide_as_the_projection_says_nothing_about_heads():
    net = layers(to_q=(32, 32), to_k=(32, 32), to_v=(32, 32), to_out=(32, 32))
    found = only(below("attn", net | {"q_norm.weight": (32,), "k_norm.weight": (32,)}))
    assert (found.qk_norm.value, found.qk_norm.evidence.rule) == ("full_width", "attention.qk_norm_full")
    assert "says nothing about heads" in found.qk_norm.evidence.detail
    assert found.heads.value is None
    assert "says nothing about heads" in found.heads.evidence.detail


def test_no_norm_is_told_as_such():
    assert only(below("attn", SEPARATE)).qk_norm.value == "none"


def test_a_gate_layer_and_a_doubled_query_are_gates():
    gated = only(below("attn", SEPARATE | layers(to_gate_logits=(4, 32))))
    assert (gated.gated, gated.parts["gate"]) == (True, "to_gate_logits")
    doubled = only(below("attn", layers(q_proj=(64, 32), k_proj=(8, 32), v_proj=(8, 32), o_proj=(32, 32))))
    assert (doubled.gated, doubled.inner_dim, doubled.gqa.value) == (True, 32, 4)
    assert not only(below("attn", SEPARATE)).gated


def test_deformable_attention_has_offsets_and_weights_for_keys():
    net = layers(sampling_offsets=(64, 32), attention_weights=(32, 32), value_proj=(32, 32), output_proj=(32, 32))
    found = only(below("self_attn", net))
    assert (found.form, found.q_dim, found.heads.value) == ("deformable", 32, None)


def test_nameless_norms_of_a_heads_size_count_the_heads():
    net = layers(xa1=(32, 32), xb2=(32, 32), xc3=(32, 32)) | {"xn4.weight": (8,), "xn5.weight": (8,)}
    found = attentions(repeated("x0", 2, below("x9", net)))["x0.0.x9"]
    assert (found.form, found.heads.value, found.qk_norm.value) == ("separate", 4, "per_head")


def test_two_sets_of_nameless_projections_are_joint():
    net = {f"x{i}y.weight": (16, 16) for i in range(8)}
    assert attentions(repeated("x0", 2, below("x9", net)))["x0.0.x9"].attends.value == "joint"


NAMES = ("q", "k_proj", "to_v", "qkv", "kv", "o_proj", "q_norm", "kv_a_proj", "kv_b_proj", "add_q", "rel_pos_h", "gate")
SIZES = st.integers(0, 6)


@given(
    st.dictionaries(
        st.tuples(st.sampled_from(NAMES), st.sampled_from(("weight", "bias", "", "relative_position_bias_table"))),
        st.lists(SIZES, max_size=4).map(tuple),
        max_size=12,
    )
)
def test_no_set_of_shapes_is_too_strange(tensors):
    net = {f"blocks.0.attn.{name}.{local}".rstrip("."): shape for (name, local), shape in tensors.items()}
    given_header = header(net)
    tree = build(given_header.tensors)
    for found in find_attention(tree, leaf_kinds(tree), ()).values():
        heads, width = found.heads.value, found.head_dim.value
        assert heads is None or width is None or heads * width == found.inner_dim
