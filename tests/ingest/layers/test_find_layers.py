"""Kinds of leaves: small nets in, layer types with their attributes and evidence out."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archkb.ingest.analysis import EmbeddingAttributes, Leaf, LinearAttributes
from archkb.ingest.layers.find_layers import leaf_kinds
from archkb.ingest.tree.module_tree import build
from archkb.ingest.tree.name_words import vocabulary
from archkb.kb.values import Header, TensorSpec
from tests.nets import Shapes, below, header, repeated


def leaves(net: Header | Shapes) -> dict[str, Leaf]:
    """Leaves of a net by path, each distinct structure once."""
    made = net if isinstance(net, Header) else header(net)
    return leaf_kinds(build(made.tensors))


def kind(net: Shapes, path: str) -> tuple[object, str]:
    """(kind, rule) of one leaf."""
    found = leaves(net)[path].kind
    assert found.evidence.detail
    return found.value, found.evidence.rule


CONV = {"weight": (64, 64, 3, 3), "bias": (64,)}
NORM = {"weight": (64,), "bias": (64,)}
LINEAR = {"weight": (64, 64), "bias": (64,)}


class TestMatrices:
    def test_a_linear_map_has_its_widths(self) -> None:
        leaf = leaves({"fc.weight": (10, 4), "fc.bias": (10,)})["fc"]
        assert (leaf.kind.value, leaf.role) == ("Linear", "Linear")
        assert leaf.attributes == LinearAttributes(in_features=4, out_features=10, has_bias=True)

    def test_stored_in_out_when_the_bias_says_so(self) -> None:
        net = {"c_fc.weight": (8, 32), "c_fc.bias": (32,), "c_proj.weight": (8, 8), "c_proj.bias": (8,)}
        found = leaves(net)
        assert found["c_fc"].attributes.out_features == 32
        assert found["c_fc"].kind.evidence.rule == "kind.linear_transposed"
        assert found["c_proj"].kind.evidence.rule == "kind.linear_transposed_beside"

    @pytest.mark.parametrize("name", ["tok_embeddings", "wte", "relative_attention_bias", "shared", "query_embed"])
    def test_a_table_by_the_last_word_of_its_name(self, name: str) -> None:
        leaf = leaves({f"{name}.weight": (100, 16)})[name]
        assert (leaf.kind.value, leaf.attributes) == ("Embedding", EmbeddingAttributes(rows=100, width=16))

    @pytest.mark.parametrize("name", ["embed_out", "token_proj", "patch_embedding", "lm_head", "x_embedder"])
    def test_a_map_in_spite_of_a_word(self, name: str) -> None:
        assert kind({f"{name}.weight": (100, 16)}, name)[0] == "Linear"

    def test_a_vocabulary_by_its_shape_alone(self) -> None:
        blocks = repeated("b", 2, {"y.weight": (64, 64), "y.bias": (64,)})
        assert kind({"z.weight": (32000, 64), **blocks}, "z") == ("Embedding", "kind.embedding_rows")

    def test_a_tall_matrix_whose_rows_are_read_is_no_vocabulary(self) -> None:
        blocks = repeated("b", 2, {"y.weight": (4096, 4096), "y.bias": (4096,)})
        assert kind({"z.weight": (4096, 64), **blocks}, "z")[0] == "Linear"

    def test_a_table_is_not_far_wider_than_tall(self) -> None:
        assert kind({"aggregate_embed.weight": (3840, 188160)}, "aggregate_embed")[0] == "Linear"

    def test_a_router_with_a_correction(self) -> None:
        net = {"gate.weight": (8, 64), "gate.e_score_correction_bias": (8,)}
        assert kind(net, "gate") == ("Router", "kind.router")

    def test_a_bias_alone_in_a_head_is_a_tied_map(self) -> None:
        assert kind({"lm_head.bias": (1000,)}, "lm_head") == ("Linear", "kind.linear_tied")
        assert kind({"scores.bias": (1000,)}, "scores")[0] == "Other"


class TestPacked:
    def test_gptq_and_awq_have_their_logical_shape(self) -> None:
        gptq = {"q.qweight": (512, 1024), "q.scales": (32, 1024), "q.qzeros": (32, 128)}
        awq = {"q.qweight": (4096, 128), "q.scales": (32, 1024), "q.qzeros": (32, 128)}
        for net in (gptq, awq):
            leaf = leaves(header(net, dtype="I32"))["q"]
            assert (leaf.attributes.in_features, leaf.attributes.out_features) == (4096, 1024)

    def test_four_bits_in_a_column_of_bytes(self) -> None:
        specs = [TensorSpec("q.weight", "U8", (32768, 1)), TensorSpec("q.bias", "F16", (256,))]
        specs.append(TensorSpec("q.weight.absmax", "F32", (1024,)))
        assert leaves(Header(tuple(specs)))["q"].attributes.in_features == 256
        unknown = leaves(Header((specs[0], specs[2])))["q"]
        assert (unknown.kind.value, unknown.attributes.in_features) == ("Linear", None)

    def test_two_numbers_a_byte_beside_scales_of_sixteen(self) -> None:
        specs = (TensorSpec("q.weight", "U8", (64, 32)), TensorSpec("q.weight_scale", "F8_E4M3", (64, 4)))
        assert leaves(Header(specs))["q"].attributes.in_features == 64


class TestConvolutions:
    @pytest.mark.parametrize("rank", [1, 2, 3])
    def test_by_rank(self, rank: int) -> None:
        leaf = leaves({"c.weight": (8, 4, *[3] * rank)})["c"]
        assert leaf.kind.value == f"Conv{rank}d"
        assert leaf.attributes.kernel == (3,) * rank
        assert (leaf.attributes.in_channels, leaf.attributes.out_channels) == (4, 8)

    def test_transposed_by_its_bias(self) -> None:
        leaf = leaves({"x.weight": (256, 128, 16), "x.bias": (128,)})["x"]
        assert (leaf.kind.value, leaf.attributes.out_channels) == ("ConvTranspose1d", 128)

    def test_transposed_on_the_way_up_with_an_even_kernel(self) -> None:
        even = {"weight": (64, 64, 4, 4), "bias": (64,)}
        assert kind(below("decoder.up", even), "decoder.up")[1] == "kind.conv_transposed_up"
        assert kind(below("encoder.down", even), "encoder.down")[0] == "Conv2d"
        assert kind(below("decoder.up", CONV), "decoder.up")[0] == "Conv2d"

    def test_conv_t_alone_is_transposed_but_temporal_beside_conv_s(self) -> None:
        weight = (64, 64, 7)
        assert kind({"a.conv_t.weight": weight}, "a.conv_t")[0] == "ConvTranspose1d"
        assert kind({"a.conv_t.weight": weight, "a.conv_s.weight": weight}, "a.conv_t")[0] == "Conv1d"

    def test_depthwise(self) -> None:
        assert leaves({"c.weight": (96, 1, 7, 7)})["c"].attributes.depthwise is True

    def test_weight_norm_and_parametrisations_keep_one_layer(self) -> None:
        net = {"a.weight_g": (8, 1, 1), "a.weight_v": (8, 4, 3), "a.bias": (8,)}
        new = {
            "b.parametrizations.weight.original0": (8, 1, 1),
            "b.parametrizations.weight.original1": (8, 4, 3),
            "b.bias": (8,),
        }
        found = leaves({**net, **new})
        assert [found[p].kind.value for p in ("a", "b")] == ["Conv1d", "Conv1d"]
        assert found["b"].attributes.in_channels == 4

    def test_no_kernel_is_that_wide(self) -> None:
        assert kind({"moe.input_linear.weight": (32, 1024, 1536)}, "moe.input_linear") == (
            "Experts",
            "kind.wide_kernel",
        )
        assert kind({"conv.weight": (1, 512, 512, 3, 3)}, "conv") == ("ModulatedConv", "kind.wide_kernel")
        assert kind({"pos_conv.weight_v": (768, 48, 128), "pos_conv.weight_g": (1, 1, 128)}, "pos_conv")[0] == "Conv1d"

    def test_a_modulated_kernel_of_six_dimensions_is_no_convolution(self) -> None:
        assert kind({"c.weight": (1, 2, 3, 4, 5, 6)}, "c")[0] == "Other"


def test_the_order_of_keys_does_not_matter() -> None:
    net = {**below("norm1", NORM), **below("conv1", CONV), **below("attn.to_q", LINEAR), **below("norm2", NORM)}
    keys = list(net)
    random.Random(0).shuffle(keys)
    shuffled = {key: net[key] for key in keys}
    assert leaves(net) == {path: leaves(shuffled)[path] for path in leaves(net)}


def test_wrappers_change_nothing() -> None:
    net = {**below("block.norm", NORM), **below("block.conv", CONV)}
    plain = {path: leaf.kind for path, leaf in leaves(net).items()}
    wrapped = {path: leaf.kind for path, leaf in leaves(below("module._orig_mod", net)).items()}
    assert wrapped == {f"module._orig_mod.{path}": found for path, found in plain.items()}


_NAME = st.sampled_from(
    sorted(
        vocabulary(
            "weight bias running_mean gamma beta qweight scales weight_g weight_v weight_packed weight_scale alpha up"
            " 0 1 in_proj_weight weight_hh_l0 norm norm3 encoder decoder embed experts linear"
            " scale_shift_table parametrizations"
        )
    )
)
_KEY = st.lists(_NAME, min_size=1, max_size=4).map(".".join)
_SHAPE = st.lists(st.sampled_from((0, 1, 2, 8, 4096)), max_size=6).map(tuple)


@given(st.dictionaries(_KEY, _SHAPE, min_size=1, max_size=12), st.sampled_from(("F16", "U8", "I32")))
def test_every_module_with_tensors_gets_a_kind_however_odd(net: dict[str, tuple[int, ...]], dtype: str) -> None:
    made = header(net, dtype=dtype)
    tree = build(made.tensors)
    found = leaf_kinds(tree)
    assert set(found) == {node.path for node in tree.root.leaves()}
    assert all(leaf.kind.known and leaf.kind.evidence.detail for leaf in found.values())


def test_the_main_weight_decides_whatever_small_things_lie_beside_it() -> None:
    quantized = {"fc.weight": (32, 16), "fc.bias": (32,), "fc.weight_integer": (32, 16), "fc.scaling_factor": (32,)}
    assert kind(quantized, "fc") == ("Linear", "kind.linear_beside")
    assert leaves(quantized)["fc"].attributes.in_features == 16
    assert kind({"x.weight": (32, 16), "x.other": (7, 9)}, "x")[0] == "Other"


def test_numbered_matrices_that_chain_are_maps_whatever_holds_them() -> None:
    sequence = {"cond_emb.0.weight": (64, 16), "cond_emb.2.weight": (64, 64)}
    assert kind(sequence, "cond_emb.0")[0] == "Linear"
    tables = {"embeds.0.weight": (10, 16), "embeds.1.weight": (12, 16)}
    assert kind(tables, "embeds.1")[0] == "Embedding"


def test_tables_of_hashes_rows_and_columns_are_embeddings() -> None:
    for name in ("HashBucketCodepointEmbedder_3", "row_embedder", "column_embedder"):
        assert kind({f"{name}.weight": (4096, 48)}, name) == ("Embedding", "kind.embedding_name")
    assert kind({"scale_bias.weight": (64, 128)}, "scale_bias")[0] == "Linear"
