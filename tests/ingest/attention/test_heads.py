"""Head counts in small nets: each sign gives them, and nothing is guessed without one."""

from __future__ import annotations

import json

import pytest

from archkb.ingest.analysis import Attention
from archkb.ingest.pipeline import analyse
from tests.nets import Shapes, below, header, repeated

Net = dict[str, tuple[int, ...]]

SEPARATE: Net = {
    "q_proj.weight": (32, 32), "k_proj.weight": (16, 32), "v_proj.weight": (16, 32), "o_proj.weight": (32, 32),
}  # fmt: skip
FUSED: Net = {"qkv.weight": (96, 32), "proj.weight": (32, 32)}
EQUAL: Net = {"q.weight": (32, 32), "k.weight": (32, 32), "v.weight": (32, 32), "o.weight": (32, 32)}


def attention(net: Shapes, metadata: dict[str, str] | None = None) -> Attention:
    found = analyse(header(below("attn", net), metadata)).attentions
    assert set(found) == {"attn"}
    return found["attn"]


def shown(found: Attention) -> tuple[object, object, object, str]:
    return found.heads.value, found.kv_heads.value, found.head_dim.value, found.heads.evidence.rule


def test_a_head_count_is_not_guessed_from_habit():
    found = attention({"q_proj.weight": (4096, 4096), "k_proj.weight": (4096, 4096), "v_proj.weight": (4096, 4096)})
    assert shown(found) == (None, None, None, "heads.unknown")
    assert found.heads.evidence.basis == "none"


@pytest.mark.parametrize(
    ("net", "sign", "expected"),
    [
        (SEPARATE, {"q_norm.weight": (8,), "k_norm.weight": (8,)}, (4, 2, 8, "heads.qk_norm")),
        (SEPARATE, {"norm.query_norm.scale": (8,), "norm.key_norm.scale": (8,)}, (4, 2, 8, "heads.qk_norm")),
        (SEPARATE, {"q_norm.weight": (4, 8), "k_norm.weight": (2, 8)}, (4, 2, 8, "heads.qk_norm_product")),
        (FUSED, {"relative_position_bias_table": (169, 4)}, (4, 4, 8, "heads.relative_table")),
        (FUSED, {"rel_pos.relative_position_bias_table": (4, 13, 13)}, (4, 4, 8, "heads.relative_table")),
        (FUSED, {"attention_biases": (4, 49)}, (4, 4, 8, "heads.relative_table")),
        (EQUAL, {"relative_attention_bias.weight": (16, 4)}, (4, 4, 8, "heads.relative_table")),
        (FUSED, {"rel_pos_h": (27, 8), "rel_pos_w": (27, 8)}, (4, 4, 8, "heads.relative_key")),
        (EQUAL, {"distance_embedding.weight": (73, 8)}, (4, 4, 8, "heads.relative_key")),
        (EQUAL, {"pos_bias_u": (4, 8), "pos_bias_v": (4, 8)}, (4, 4, 8, "heads.per_head_table")),
        (FUSED, {"logit_scale": (4, 1, 1)}, (4, 4, 8, "heads.per_head_scale")),
        (FUSED, {"tau": (1, 4, 1, 1)}, (4, 4, 8, "heads.per_head_scale")),
        (FUSED, {"cpb_mlp.0.weight": (64, 2), "cpb_mlp.2.weight": (4, 64)}, (4, 4, 8, "heads.bias_network")),
        (SEPARATE, {"sinks": (4,)}, (4, 2, 8, "heads.per_head_vector")),
        (SEPARATE, {"to_gate_logits.weight": (4, 32), "to_gate_logits.bias": (4,)}, (4, 2, 8, "heads.gate")),
        (SEPARATE, {"lambda_q1": (8,), "lambda_k1": (8,)}, (4, 2, 8, "heads.lambda")),
        (FUSED, {"proj_l.weight": (4, 4), "proj_w.weight": (4, 4)}, (4, 4, 8, "heads.talking")),
    ],
)  # fmt: skip
def test_signs(net, sign, expected):
    assert shown(attention(net | sign)) == expected


def test_low_rank_keys_give_their_heads_away():
    heads, plain, rotary, value, latent = 4, 8, 2, 6, 16
    net = {
        "q_a_proj.weight": (24, 64), "q_b_proj.weight": (heads * (plain + rotary), 24),
        "q_a_layernorm.weight": (24,), "kv_a_layernorm.weight": (latent,),
        "kv_a_proj_with_mqa.weight": (latent + rotary, 64), "kv_b_proj.weight": (heads * (plain + value), latent),
        "o_proj.weight": (64, heads * value),
    }  # fmt: skip
    assert shown(attention(net)) == (4, 4, 10, "heads.mla")


def test_heads_as_a_dimension_of_the_parameter():
    net: Net = {"q": (32, 4, 8), "k": (32, 4, 8), "v": (32, 4, 8), "layer_norm.weight": (32,)}
    assert shown(attention(net)) == (4, 4, 8, "heads.stacked")


def test_a_sign_that_does_not_divide_the_rows_is_none():
    assert attention(FUSED | {"relative_position_bias_table": (169, 5)}).heads.value is None
    assert attention(SEPARATE | {"q_norm.weight": (12,)}).heads.value is None


def test_a_layer_of_the_same_names_shows_the_heads_of_the_others():
    net = below("block.0.attn", EQUAL | {"relative_attention_bias.weight": (16, 4)}) | below("block.1.attn", EQUAL)
    found = analyse(header(net)).attentions
    assert shown(found["block.1.attn"]) == (4, 4, 8, "heads.sibling")


def test_an_attention_of_the_same_widths_in_the_stack_shows_the_heads():
    net = below("block.0.SelfAttention", EQUAL | {"relative_attention_bias.weight": (16, 4)})
    net |= below("block.0.EncDecAttention", EQUAL)
    found = analyse(header(net)).attentions
    assert shown(found["block.0.EncDecAttention"]) == (4, 4, 8, "heads.same_widths")


def test_a_table_of_the_encoder_counts_the_heads_of_its_layers():
    net: Net = {"encoder.relative_attention_bias.weight": (16, 4), **repeated("encoder.layer", 2, below("attn", EQUAL))}
    found = analyse(header(net)).attentions
    assert shown(found["encoder.layer.1.attn"]) == (4, 4, 8, "heads.relative_table")


def config(**settings: object) -> dict[str, str]:
    return {"config": json.dumps({"transformer": settings})}


def test_metadata_that_agrees_with_the_shapes_is_taken():
    found = attention(SEPARATE, config(num_attention_heads=4, attention_head_dim=8, num_key_value_heads=2))
    assert shown(found) == (4, 2, 8, "heads.metadata")
    assert found.heads.evidence.basis == "metadata"
    assert "4 x 8 = 32" in found.heads.evidence.detail


def test_metadata_by_width_is_taken_where_the_width_agrees():
    assert shown(attention(FUSED, config(n_head=8, n_embd=32)))[:3] == (8, 8, 4)
    assert attention(FUSED, config(n_head=8, n_embd=64)).heads.value is None


def test_metadata_that_contradicts_the_shapes_is_said_and_not_taken():
    found = attention(FUSED, config(num_attention_heads=30, attention_head_dim=128))
    assert found.heads.value is None
    assert "30 x 128, which is not the 32 query rows" in found.heads.evidence.detail


def test_a_tensor_beats_metadata_and_the_contradiction_is_said():
    found = attention(FUSED | {"logit_scale": (4, 1, 1)}, config(num_attention_heads=8, attention_head_dim=4))
    assert shown(found)[:1] == (4,)
    assert "contradicts" in found.heads.evidence.detail


def test_metadata_for_one_part_is_for_that_part_alone():
    small: Net = dict.fromkeys(("to_q.weight", "to_k.weight", "to_v.weight", "to_out.weight"), (16, 16))
    net = below("blocks.0.attn1", EQUAL) | below("blocks.0.audio_attn1", small)
    both = config(num_attention_heads=4, attention_head_dim=8, audio_num_attention_heads=8, audio_attention_head_dim=2)
    found = analyse(header(net, both)).attentions
    assert shown(found["blocks.0.attn1"])[:3] == (4, 4, 8)
    assert shown(found["blocks.0.audio_attn1"])[:3] == (8, 8, 2)


@pytest.mark.parametrize("text", ["not JSON with heads", '{"num_heads": ', '["num_heads"]', '{"num_heads": "four"}'])
def test_metadata_that_is_no_configuration_is_passed_over(text):
    assert attention(FUSED, {"config": text}).heads.evidence.rule == "heads.unknown"


def test_queries_beside_an_mlp_in_two_matrices() -> None:
    gated: Net = {"to_qkv_mlp_proj.weight": (3 * 32 + 2 * 96, 32), "to_out.weight": (32, 128), "norm_q.weight": (8,)}
    assert shown(attention(gated))[:3] == (4, 4, 8)
    plain: Net = {"to_qkv_mlp_proj.weight": (3 * 32 + 96, 32), "to_out.weight": (32, 128), "norm_q.weight": (8,)}
    assert shown(attention(plain))[:3] == (4, 4, 8)


def test_a_table_of_coordinates_has_no_column_a_head() -> None:
    net: Net = {**FUSED, "relative_coords_table": (1, 15, 15, 2), "logit_scale": (4, 1, 1)}
    assert shown(attention(net))[0] == 4


@pytest.mark.parametrize("sign", [
    {"A_log": (1, 1, 4, 1)}, {"mem_kv": (2, 4, 6, 8)}, {"relative_position_params": (4, 13)},
])  # fmt: skip
def test_further_signs_of_heads(sign: Net) -> None:
    assert attention({**EQUAL, **sign}).heads.value == 4


def test_values_wider_than_keys_in_one_matrix() -> None:
    net: Net = {"q.weight": (32, 32), "kv.weight": (160, 32), "proj.weight": (32, 128), "attention_biases": (4, 49)}
    assert shown(attention(net))[:2] == (4, 4)
