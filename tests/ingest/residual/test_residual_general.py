"""Additions told by the chain of a block's channels and by what is left over in it, whatever its parts are called."""

from __future__ import annotations

from tests.ingest.residual.test_find_residual import attention, conv, found, mlp, norm, seen
from tests.nets import below, repeated

Net = dict[str, tuple[int, ...]]


def bare(name: str, inp: int, out: int, kernel: int = 3) -> Net:
    """A convolution without a bias and its batch norm, in a module of their own."""
    statistics = {f"{name}.bn.{local}": (out,) for local in ("weight", "bias", "running_mean", "running_var")}
    return {f"{name}.conv.weight": (out, inp, kernel, kernel), **statistics}


def additions(net: Net) -> set[tuple[str, tuple[str, ...], str]]:
    return {(r.block, r.around, str(r.form.value)) for r in found(net)}


def test_a_list_of_residual_blocks_is_no_block() -> None:
    block = {**bare("conv1", 8, 8), **bare("conv2.depthwise", 1, 8, 5), **bare("conv2.pointwise", 8, 8, 1)}
    net = repeated("stage.0.blocks", 3, block)
    assert additions(net) == {(f"stage.0.blocks.{i}", ("conv1", "conv2"), "identity") for i in range(3)}


def test_a_pointwise_step_before_a_convolution_of_the_same_width_is_a_chain() -> None:
    net = repeated("stage.blocks", 3, {**bare("conv1", 8, 8, 1), **bare("conv2", 8, 8)})
    assert additions(net) == {(f"stage.blocks.{i}", ("conv1", "conv2"), "identity") for i in range(3)}


def test_two_branches_that_are_folded_into_one_are_none() -> None:
    net = repeated("stage.blocks", 3, {**bare("conv1", 8, 8, 3), **bare("conv2", 8, 8, 1)})
    assert additions(net) == set()


def test_a_gate_on_the_channels_lies_in_the_block_around_it() -> None:
    gate = {**conv("body.3.squeeze.0", 32, 2, 1), **conv("body.3.squeeze.2", 2, 32, 1)}
    net = repeated("group.0.body", 3, {**conv("body.0", 32, 32), **conv("body.2", 32, 32), **gate})
    assert {a[0] for a in additions(net)} == {f"group.0.body.{i}" for i in range(3)}


def test_the_short_way_is_told_by_its_widths_whatever_its_name() -> None:
    block = {**bare("conv1", 8, 16), **bare("conv2", 16, 16), **bare("conv3", 8, 16, 1)}
    assert seen(repeated("downs", 2, block), "downs.1") == [
        (("conv1", "conv2"), "projection", "residual.conv.projection")
    ]


def test_maps_of_a_condition_are_outside_the_addition() -> None:
    block = {
        "mlp.1.weight": (16, 64), "mlp.1.bias": (16,), "block1.proj.weight": (8, 8, 3), "block1.norm.g": (1, 8, 1),
        "block2.proj.weight": (8, 8, 3), "block2.norm.g": (1, 8, 1),
    }  # fmt: skip
    assert seen(repeated("downs", 2, block), "downs.0") == [
        (("block1", "block2"), "identity", "residual.conv.identity")
    ]


def test_an_even_kernel_and_a_codebook_add_nothing() -> None:
    strided = repeated("stage", 2, {**conv("a", 8, 8, 4), **norm("norm1", 8), **conv("b", 8, 8, 4)})
    assert additions(strided) == set()
    codes = {**conv("in_proj", 8, 2, 1), **conv("out_proj", 2, 8, 1), "codebook.weight": (16, 2)}
    assert additions(repeated("quantizers", 3, codes)) == set()


def test_branches_laid_side_by_side_add_nothing() -> None:
    block = {**bare("branch1.0", 8, 8), **bare("branch2.0", 8, 8, 1), **bare("branch2.1", 8, 8)}
    assert additions(repeated("stage2", 2, block)) == set()


def test_splits_that_a_gate_sums_continue_the_chain() -> None:
    split = {"conv2.conv.weight": (16, 4, 3, 3), **conv("conv2.fc1", 8, 4, 1), **conv("conv2.fc2", 4, 16, 1)}
    net = repeated("layer1", 3, {**conv("conv1", 32, 8, 1), **split, **conv("conv3", 8, 32, 1)})
    assert seen(net, "layer1.1") == [(("conv1", "conv2", "conv3"), "identity", "residual.conv.identity")]


def test_a_list_of_blocks_that_ends_in_a_convolution_of_their_width() -> None:
    blocks = repeated("0.body", 4, {**conv("body.0", 8, 8), **conv("body.2", 8, 8)})
    net = below("group", {**blocks, **conv("0.body.4", 8, 8)})
    assert ("group.0", ("body",), "identity") in additions(net)


def test_blocks_of_one_name_in_a_stage_are_no_group_unless_they_are_dense() -> None:
    unit = {**bare("conv1", 8, 4, 1), **bare("conv2", 4, 4), **bare("conv3", 4, 8, 1)}
    stage = {key: shape for i in (1, 2, 3) for key, shape in below(f"unit{i}", unit).items()}
    assert {a[0] for a in additions(repeated("backbone", 2, stage))} == {
        f"backbone.{s}.unit{i}" for s in (0, 1) for i in (1, 2, 3)
    }


def test_an_attention_in_a_bottleneck_is_part_of_the_block() -> None:
    inside = {"attn.qkv.weight": (24, 8, 1, 1), "attn.height_rel": (15, 4)}
    block = {**bare("conv1", 32, 8, 1), **inside, **bare("conv3", 8, 32, 1)}
    net = repeated("stages.0", 2, block)
    assert seen(net, "stages.0.1") == [(("attn", "conv1", "conv3"), "identity", "residual.attention.bottleneck")]


def test_an_mlp_that_reads_the_stream_beside_the_attention_shares_its_addition() -> None:
    joined = {"after.fc1.weight": (16, 16), "after.norm.weight": (16,), "after.fc2.weight": (8, 16)}
    net = repeated("layers", 2, {**attention("self_attention"), **joined})
    assert seen(net, "layers.0") == [(("self_attention", "after"), "identity", "residual.attention.joined")]


def test_what_is_left_beside_a_norm_of_its_own_is_a_sublayer() -> None:
    block = {**norm("norm1", 8), "tokens.weight": (49, 49), **norm("norm2", 8), **mlp("mlp")}
    assert (("tokens",), "identity", "residual.mixer") in seen(repeated("blocks", 2, block), "blocks.1")
    skip = {**norm("norm1", 8), "skip.weight": (8, 16), **norm("norm2", 8), **mlp("mlp")}
    assert not any(around == ("skip",) for around, _, _ in seen(repeated("blocks", 2, skip), "blocks.1"))


def test_a_depthwise_convolution_beside_an_attention_is_added() -> None:
    position = {"conv1.weight": (8, 1, 3, 3), "conv1.bias": (8,)}
    net = repeated("blocks", 2, {**position, **norm("norm1", 8), **attention("attn"), **norm("norm2", 8), **mlp("ffn")})
    assert (("conv1",), "identity", "residual.depthwise") in seen(net, "blocks.0")


def test_a_module_that_only_wraps_another_adds_it() -> None:
    net = repeated("blocks", 2, {"0.fn.0.weight": (8, 1, 7, 7), **conv("1", 8, 8, 1)})
    assert seen(net, "blocks.1.0") == [(("fn",), "identity", "residual.wrapper")]
