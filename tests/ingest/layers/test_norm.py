"""Norms: which of the kinds with the same tensors, from statistics, names and neighbours."""

from __future__ import annotations

from archkb.ingest.analysis import NormAttributes
from tests.ingest.layers.test_find_layers import CONV, LINEAR, NORM, kind, leaves
from tests.nets import Shapes, below, repeated

RESNET = {**below("norm1", NORM), **below("conv1", CONV), **below("norm2", NORM), **below("conv2", CONV)}
BLOCK = {**below("norm1", NORM), **below("attn.qkv", {"weight": (192, 64)}), **below("attn.proj", LINEAR)}


def test_running_statistics_are_a_batch_norm() -> None:
    net = {**below("x", NORM), "x.running_mean": (64,), "x.running_var": (64,), "x.num_batches_tracked": ()}
    leaf = leaves(net)["x"]
    assert (leaf.kind.value, leaf.role) == ("BatchNorm", "Norm")
    assert leaf.attributes == NormAttributes(features=64, affine_bias=True)


def test_bn_without_statistics_is_no_batch_norm() -> None:
    net = {**below("a.bn1", NORM), **below("a.conv1", CONV), **below("a.conv2", CONV)}
    assert kind(net, "a.bn1") == ("GroupNorm", "kind.group_norm")


def test_a_weight_alone_is_a_gain() -> None:
    assert kind({"norm.weight": (64,)}, "norm") == ("RMSNorm", "kind.rms_norm")
    assert kind({"act.weight": (64,)}, "act") == ("PReLU", "kind.prelu")
    assert kind({"time_proj.weight": (64,)}, "time_proj")[0] == "Fourier"


def test_a_vector_numbered_among_convolutions_is_a_slope() -> None:
    body = {**below("0", CONV), "1.weight": (64,), **below("2", CONV), "3.weight": (64,)}
    assert kind(below("body", body), "body.1") == ("PReLU", "kind.prelu")
    mixed = {**below("0", LINEAR), "1.weight": (64,)}
    assert kind(below("body", mixed), "body.1")[0] == "RMSNorm"


def test_statistics_alone_still_have_a_size() -> None:
    assert leaves({"n.running_mean": (32,)})["n"].attributes == NormAttributes(features=32, affine_bias=False)


def test_a_gain_by_another_name_in_a_norm() -> None:
    assert kind({"query_norm.scale": (64,)}, "query_norm") == ("RMSNorm", "kind.norm_gain")
    assert kind({"norm.gamma": (64, 1, 1)}, "norm") == ("RMSNorm", "kind.norm_gain")
    assert kind({"ls1.gamma": (64,)}, "ls1")[0] == "LayerScale"


def test_group_norm_beside_convolutions_and_layer_norm_beside_matrices() -> None:
    assert kind(RESNET, "norm1") == ("GroupNorm", "kind.group_norm")
    assert kind(BLOCK, "norm1") == ("LayerNorm", "kind.layer_norm")


def test_a_time_embedding_does_not_make_it_a_layer_norm() -> None:
    net = {**RESNET, **below("time_emb_proj", {"weight": (64, 1280), "bias": (64,)})}
    assert kind(net, "norm1")[0] == "GroupNorm"


def test_layer_norm_beside_a_depthwise_convolution() -> None:
    net = {
        **below("conv_dw", {"weight": (64, 1, 7, 7), "bias": (64,)}),
        **below("norm", NORM),
        **below("fc1", {"weight": (256, 64), "bias": (256,)}),
    }
    assert kind(net, "norm") == ("LayerNorm", "kind.layer_norm_depthwise")


def test_group_norm_before_the_transformer_of_a_unet() -> None:
    stack = repeated("transformer_blocks", 1, BLOCK)
    net = {**below("norm", NORM), **below("proj_in", LINEAR), **below("proj_out", LINEAR), **stack}
    assert kind(net, "norm") == ("GroupNorm", "kind.group_norm_bridge")


def test_a_convolution_without_bias_comes_before_a_group_norm() -> None:
    lateral: Shapes = {"0.weight": (64, 32, 3, 3), **below("1", NORM)}
    assert kind(below("fpn", lateral), "fpn.1") == ("GroupNorm", "kind.group_norm_after")


def test_a_patch_embedding_goes_with_the_norms_around_it() -> None:
    stem = {**below("patch_embed.proj", {"weight": (64, 3, 4, 4), "bias": (64,)}), **below("patch_embed.norm", NORM)}
    net = {**stem, **repeated("blocks", 2, BLOCK)}
    assert kind(net, "patch_embed.norm") == ("LayerNorm", "kind.norm_around")


def test_a_lone_third_norm_is_a_layer_norm() -> None:
    net = {**below("conv1", CONV), **below("conv2", CONV), **below("norm3.norm", NORM)}
    assert kind(net, "norm3.norm") == ("LayerNorm", "kind.layer_norm_lone")
    assert kind({**net, **below("norm1", NORM)}, "norm3.norm")[0] == "GroupNorm"


def test_gamma_and_beta_are_weight_and_bias() -> None:
    net = {"LayerNorm.gamma": (64,), "LayerNorm.beta": (64,)}
    assert kind(net, "LayerNorm") == ("LayerNorm", "kind.norm_name")
    assert leaves(net)["LayerNorm"].attributes.affine_bias is True


def test_names_hashed_the_shapes_still_tell() -> None:
    net = {"q1.weight": (64,), "q1.bias": (64,), **below("q2", CONV), **below("q3", CONV)}
    assert kind(below("r", net), "r.q1")[0] == "GroupNorm"


def test_gain_and_offset_of_several_dimensions_are_a_layer_norm() -> None:
    assert kind({"norm.weight": (16, 40), "norm.bias": (16, 40)}, "norm") == ("LayerNorm", "kind.layer_norm_spread")
    channels = {"norm.g": (1, 16, 1, 1), "norm.b": (1, 16, 1, 1)}
    assert kind(channels, "norm") == ("LayerNorm", "kind.layer_norm_channels")


def test_a_response_normalisation_is_no_norm_of_statistics() -> None:
    response = {"x.gamma": (1, 1, 1, 64), "x.beta": (1, 1, 1, 64)}
    assert kind(response, "x") == ("GlobalResponseNorm", "kind.response_norm")
    assert kind({**below("mlp.fc1", LINEAR), **below("mlp.grn", NORM)}, "mlp.grn")[0] == "GlobalResponseNorm"


def test_a_scale_at_the_end_of_a_numbered_branch_is_a_layer_scale() -> None:
    branch = {**below("0", CONV), **below("1", NORM), "3.scale": (64,)}
    assert kind(below("layers.0", branch), "layers.0.3") == ("LayerScale", "kind.layer_scale")


def test_norms_between_convolutions_over_time_are_group_norms() -> None:
    conv = {"weight": (64, 64, 3), "bias": (64,)}
    block = {**below("norm1", NORM), **below("conv1", conv), **below("norm2", NORM), **below("conv2", conv)}
    net = {**repeated("pos", 2, block), **below("out.norm", NORM), **below("out.fc", LINEAR)}
    assert kind(net, "pos.0.norm2") == ("GroupNorm", "kind.group_norm")
