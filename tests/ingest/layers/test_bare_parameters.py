"""Parameters that are no matrix, convolution or norm: recurrences, tables, experts, buffers."""

from __future__ import annotations

import pytest

from archkb.ingest.analysis import RecurrentAttributes
from tests.ingest.layers.test_find_layers import kind, leaves
from tests.nets import Shapes

RNN = {"weight_ih_l0": (4, 10), "weight_hh_l0": (4, 5), "bias_ih_l0": (4,), "bias_hh_l0": (4,)}


@pytest.mark.parametrize(("gates", "name"), [(4, "LSTM"), (3, "GRU"), (1, "RNN")])
def test_recurrent_layers_by_their_gates(gates: int, name: str) -> None:
    net = {f"r.{local}": (gates * 8, *shape[1:]) for local, shape in RNN.items()}
    net["r.weight_hh_l0"] = (gates * 8, 8)
    leaf = leaves({**net, "r.weight_hh_l1": (gates * 8, 8), "r.weight_hh_l0_reverse": (gates * 8, 8)})["r"]
    assert (leaf.kind.value, leaf.role) == (name, "Recurrent")
    assert leaf.attributes == RecurrentAttributes(hidden=8, layers=2, bidirectional=True)


@pytest.mark.parametrize(
    ("net", "expected"),
    [
        ({"m.in_proj_weight": (192, 64), "m.in_proj_bias": (192,)}, "MultiheadAttention"),
        ({"m.q_proj_weight": (64, 64), "m.k_proj_weight": (64, 32), "m.v_proj_weight": (64, 32)}, "MultiheadAttention"),
        ({"m.A_log": (16,), "m.D": (16,), "m.dt_bias": (16,)}, "SSM"),
        ({"m.experts.gate_up_proj": (8, 64, 128), "m.experts.down_proj": (8, 64, 64)}, "Experts"),
        ({"m.experts.w_blocks": (8, 64, 4, 16), "m.experts.w_scales": (8, 64, 4)}, "Experts"),
        ({"m.relative_position_bias_table": (225, 6), "m.relative_position_index": (64, 64)}, "RelativePositionTable"),
        ({"m.pos_embed": (1, 197, 768)}, "PositionalTable"),
        ({"m.cls_token": (1, 1, 768)}, "LearnedTokens"),
        ({"m.embed": (1024, 128), "m.cluster_size": (1024,), "m.embed_avg": (1024, 128), "m.inited": (1,)}, "Codebook"),
        ({"quantizer.codebooks.0": (1024, 128), "quantizer.codebooks.1": (1024, 128)}, "Codebook"),
        ({"m.lambda1": (384,)}, "LayerScale"),
        ({"m.alpha": (1, 512, 1)}, "Snake"),
        ({"m.inv_freq": (32,)}, "Buffer"),
        ({"m.position_ids": (1, 512)}, "Buffer"),
        ({"m.mean-of-means": (128,), "m.std-of-means": (128,)}, "Buffer"),
        ({"m.td": (64, 210)}, "Other"),
    ],
)
def test_kinds_of_parameters(net: Shapes, expected: str) -> None:
    (found,) = leaves(net).values()
    assert (found.kind.value, found.role) == (expected, None)


def test_three_dimensions_alone_are_no_experts() -> None:
    assert kind({"m.query_decay": (32, 256, 1), "m.key_decay": (32, 256, 1)}, "m")[0] == "Other"


def test_a_module_with_parts_is_no_single_layer() -> None:
    net = {"attn.pos_embed": (1, 49, 64), "attn.proj.weight": (64, 64)}
    assert kind(net, "attn") == ("Other", "kind.parameters")
