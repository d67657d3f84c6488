"""What an attention of a small net attends to, and by which evidence it is told."""

from __future__ import annotations

from archkb.ingest.pipeline import analyse
from archkb.kb.values import Fact
from tests.nets import Shapes, below, header, repeated

Net = dict[str, tuple[int, ...]]


def projections(q: int = 16, kv: int = 16, inner: int = 16) -> Net:
    """to_q, to_k, to_v, to_out of an attention whose queries read q and whose keys read kv channels."""
    return {
        "to_q.weight": (inner, q),
        "to_k.weight": (inner, kv),
        "to_v.weight": (inner, kv),
        "to_out.0.weight": (q, inner),
    }


FUSED: Net = {"qkv.weight": (48, 16), "proj.weight": (16, 16)}


def kinds(net: Shapes) -> dict[str, Fact]:
    return {path: a.attends for path, a in analyse(header(net)).attentions.items()}


def told(fact: Fact) -> tuple[object, str]:
    return fact.value, fact.evidence.rule


def test_keys_of_another_width_prove_cross_attention():
    found = kinds(below("attn", projections(kv=24)))["attn"]
    assert told(found) == ("cross", "attends.width")
    assert found.evidence.detail == "queries read 16 channels, keys read 24"


def test_one_matrix_for_all_three_is_self_attention():
    assert told(kinds(below("attn", FUSED))["attn"]) == ("self", "attends.fused")


def test_names_tell_attentions_of_equal_shapes_apart():
    block = below("self_attn", projections()) | below("encoder_attn", projections())
    found = kinds(repeated("decoder.layers", 2, block))
    assert told(found["decoder.layers.0.self_attn"]) == ("self", "attends.self_name")
    assert told(found["decoder.layers.1.encoder_attn"]) == ("cross", "attends.cross_name")


def test_names_in_camel_case_are_read_too():
    block = below("layer.0.SelfAttention", projections()) | below("layer.1.EncDecAttention", projections())
    found = kinds(repeated("block", 2, block))
    assert found["block.0.layer.0.SelfAttention"].value == "self"
    assert told(found["block.0.layer.1.EncDecAttention"]) == ("cross", "attends.cross_name")


def test_the_second_of_a_numbered_pair_reads_the_context():
    block = below("attn1", projections()) | below("attn2", projections())
    found = kinds(repeated("transformer_blocks", 2, block))
    assert found["transformer_blocks.0.attn1"].value == "self"
    assert told(found["transformer_blocks.0.attn2"]) == ("cross", "attends.second")


def test_the_second_of_a_pair_is_self_attention_where_others_of_its_name_read_a_context():
    net = below("spatial.0", below("attn1", projections()) | below("attn2", projections(kv=24)))
    net |= below("other.0", below("attn1", projections()) | below("attn2", projections()))
    found = kinds(net)
    assert told(found["spatial.0.attn2"]) == ("cross", "attends.width")
    assert told(found["other.0.attn2"]) == ("self", "attends.context_elsewhere")


def test_a_context_cannot_have_the_width_of_every_level():
    net: Net = {}
    for i, width in enumerate((16, 32, 64)):
        pair = below("attn1", projections(width, width, width)) | below("attn2", projections(width, width, width))
        net |= below(f"down.{i}", pair)
    assert {told(fact) for path, fact in kinds(net).items() if path.endswith("attn2")} == {
        ("self", "attends.no_context")
    }


def test_a_pair_along_time_stays_self_attention():
    block = below("attn1", projections()) | below("attn2", projections())
    found = kinds(repeated("temporal_transformer_blocks", 2, block))
    assert found["temporal_transformer_blocks.0.attn2"].value == "self"


def test_space_and_time_are_axes_of_one_stream():
    block = below("spatial_attn", projections()) | below("temporal_attn", projections())
    assert {fact.value for fact in kinds(repeated("blocks", 2, block)).values()} == {"self"}


def test_an_unnamed_attention_beside_a_self_attention_reads_the_memory():
    block = below("self_attn", projections()) | below("multihead_attn", projections())
    found = kinds(repeated("layers", 2, block))["layers.0.multihead_attn"]
    assert told(found) == ("cross", "attends.beside_self")


def test_added_projections_make_joint_attention():
    added = {"add_q_proj.weight": (16, 12), "add_k_proj.weight": (16, 12), "add_v_proj.weight": (16, 12)}
    found = kinds(below("attn", projections() | added))["attn"]
    assert told(found) == ("joint", "attends.joint")
    assert "add_q_proj" in found.evidence.detail


def test_two_fused_halves_named_for_two_streams_are_joint():
    block = below("img_attn", FUSED) | below("txt_attn", FUSED)
    found = kinds(repeated("double_blocks", 2, block))
    assert {told(fact) for fact in found.values()} == {("joint", "attends.joint_pair")}


def test_two_fused_attentions_of_one_stream_are_not_joint():
    found = kinds(repeated("blocks", 2, below("window_attn", FUSED) | below("grid_attn", FUSED)))
    assert {fact.value for fact in found.values()} == {"self"}


def test_a_learned_probe_asks_what_it_pools():
    net = below("head", {"probe": (1, 1, 16)} | below("attention", FUSED))
    assert told(kinds(net)["head.attention"]) == ("cross", "attends.probe")


def test_a_resampler_lets_its_latents_read():
    net = {"resampler.latents": (8, 16), **repeated("resampler.layers", 2, below("self_attn", projections()))}
    assert told(kinds(net)["resampler.layers.0.self_attn"]) == ("cross", "attends.resampler")


def test_one_attention_without_any_hint_is_self_by_convention():
    fact = kinds(below("attn", projections()))["attn"]
    assert told(fact) == ("self", "attends.alone")
    assert fact.evidence.basis == "convention"


def test_packed_projections_may_read_two_inputs():
    packed: Net = {"in_proj_weight": (48, 16), "in_proj_bias": (48,), "out_proj.weight": (16, 16)}
    found = kinds(repeated("layers", 2, below("self_attn", packed) | below("multihead_attn", packed)))
    assert told(found["layers.0.self_attn"]) == ("self", "attends.self_name")
    assert told(found["layers.0.multihead_attn"]) == ("cross", "attends.beside_self")
    assert kinds(below("attn", packed))["attn"].value == "self"


def test_halves_of_a_joint_block_in_modules_of_their_own():
    block = below("x_block.attn", FUSED) | below("context_block.attn", FUSED)
    found = kinds(repeated("joint_blocks", 2, block))
    assert {told(fact) for fact in found.values()} == {("joint", "attends.joint_pair")}


def test_wrapped_attentions_are_compared_by_their_wrappers():
    block = below("lang_self_att.self", projections()) | below("visual_attention.att", projections())
    found = kinds(repeated("x_layers", 2, block))
    assert {fact.value for path, fact in found.items() if "visual" in path} == {"cross"}
    assert {fact.value for path, fact in found.items() if "lang" in path} == {"self"}


def test_the_outer_name_wins_over_an_inner_self():
    net = {}
    for name in ("attention", "crossattention"):
        net |= below(f"layer.0.{name}", {**below("self", _bert()), "output.dense.weight": (16, 16)})
    assert told(kinds(net)["layer.0.crossattention"]) == ("cross", "attends.cross_name")
    assert kinds(net)["layer.0.attention"].value == "self"


def _bert() -> Net:
    return {f"{part}.weight": (16, 16) for part in ("query", "key", "value")}


def test_a_map_for_keys_and_values_beside_it_brings_a_context():
    block = {**below("attention", projections()), "kv_mapper.1.weight": (16, 24)}
    assert told(kinds(repeated("blocks", 2, block))["blocks.1.attention"]) == ("cross", "attends.mapped_context")


def test_a_layer_inside_that_makes_the_width_of_the_keys_leaves_it_self():
    net = {**projections(kv=24), "reduce.weight": (24, 16)}
    assert kinds(below("attn", net))["attn"].value == "self"


def test_the_same_attention_in_two_named_blocks_is_joint():
    block = {**below("x_block.attn", FUSED), **below("x_block.attn2", FUSED), **below("context_block.attn", FUSED)}
    found = kinds(repeated("joint_blocks", 2, block))
    assert told(found["joint_blocks.0.x_block.attn"]) == ("joint", "attends.joint_pair")
    assert told(found["joint_blocks.0.context_block.attn"]) == ("joint", "attends.joint_pair")
    assert found["joint_blocks.0.x_block.attn2"].value == "self"


def test_queries_and_keys_without_values_are_an_attention_where_the_name_says_so():
    additive: Net = {"to_query.weight": (16, 16), "to_key.weight": (16, 16), "w_g": (16, 1), "final.weight": (16, 16)}
    assert set(kinds(below("blocks.0.attn", additive))) == {"blocks.0.attn"}
    assert not kinds(below("blocks.0.router", additive))


def test_a_packed_projection_with_biases_of_its_own_is_an_attention():
    packed: Net = {"in_proj.weight": (48, 16), "q_bias": (16,), "v_bias": (16,)}
    assert set(kinds(below("layer.0.attention.self", packed))) == {"layer.0.attention"}


def test_recurrent_cells_short_convolutions_and_the_root_are_no_attentions():
    cell = {**projections(), "igate.weight": (4, 48), "fgate.weight": (4, 48)}
    assert not kinds(below("blocks.0.mlstm_cell", cell))
    short: Net = {"in_proj.weight": (48, 16), "conv.weight": (16, 1, 3), "out_proj.weight": (16, 16)}
    assert not kinds(below("layers.0.conv", short))
    assert not kinds(projections())
