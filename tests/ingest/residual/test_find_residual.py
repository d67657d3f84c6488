"""Additions of blocks: small nets in, what is added around what, with the reason and the order."""

from __future__ import annotations

import pytest

from archkb.ingest.analysis import Residual
from archkb.ingest.pipeline import analyse
from tests.nets import Shapes, below, header, repeated


def attention(name: str, width: int = 8, reads: int | None = None) -> dict[str, tuple[int, ...]]:
    source = reads or width
    shapes = {"to_q": (width, width), "to_k": (width, source), "to_v": (width, source), "to_out": (width, width)}
    return {f"{name}.{part}.weight": shape for part, shape in shapes.items()}


def mlp(name: str, width: int = 8) -> dict[str, tuple[int, ...]]:
    return {f"{name}.fc1.weight": (4 * width, width), f"{name}.fc2.weight": (width, 4 * width)}


def conv(name: str, inp: int, out: int, kernel: int = 3) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (out, inp, kernel, kernel), f"{name}.bias": (out,)}


def norm(name: str, width: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (width,), f"{name}.bias": (width,)}


def found(tensors: Shapes) -> list[Residual]:
    return list(analyse(header(tensors)).residuals)


def seen(tensors: Shapes, block: str) -> list[tuple[tuple[str, ...], str, str]]:
    """(around, form, rule) of one block, in order."""
    adds = sorted((r for r in found(tensors) if r.block == block), key=lambda r: r.order)
    return [(r.around, str(r.form.value), r.form.evidence.rule) for r in adds]


def test_transformer_block_self_cross_feed_forward_last() -> None:
    block = {**mlp("aff"), **attention("attn1"), **attention("attn2", reads=12), **norm("norm1", 8)}
    net = repeated("blocks", 3, block)
    assert seen(net, "blocks.2") == [
        (("attn1",), "identity", "residual.attention"),
        (("attn2",), "identity", "residual.attention"),
        (("aff",), "identity", "residual.feed_forward"),
    ]
    assert {r.width for r in found(net)} == {8}


def test_inline_mlp_is_added_around_both_matrices() -> None:
    block = {**attention("self_attn"), **norm("n", 8), "fc1.weight": (32, 8), "fc2.weight": (8, 32)}
    adds = seen(repeated("layers", 2, block), "layers.0")
    assert adds[-1][0] == ("fc1", "fc2")


def test_one_matrix_for_attention_and_mlp_is_one_addition() -> None:
    block = {f"attn.to_{x}.weight": (8, 8) for x in "qkv"}
    block |= {"proj_mlp.weight": (32, 8), "proj_out.weight": (8, 40), "norm.linear.weight": (24, 8)}
    assert seen(repeated("blocks", 2, block), "blocks.1") == [
        (("attn", "proj_mlp", "proj_out"), "identity", "residual.parallel")
    ]


def test_attention_that_changes_width_has_a_projection_beside_it() -> None:
    wide = {"attn.qkv.weight": (48, 8), "attn.proj.weight": (16, 16), "proj.weight": (16, 8), **mlp("mlp", 16)}
    adds = [r for r in found(repeated("blocks", 2, {**wide, **norm("norm1", 8)})) if r.form.value == "projection"]
    assert [(r.block, r.around, r.shortcut, r.width) for r in adds] == [
        ("blocks.0", ("attn",), "proj", 16),
        ("blocks.1", ("attn",), "proj", 16),
    ]


def test_state_space_mixer_beside_a_feed_forward() -> None:
    mixer = {"mamba.in_proj.weight": (40, 8), "mamba.conv1d.weight": (24, 1, 4), "mamba.out_proj.weight": (8, 16)}
    adds = seen(repeated("layers", 2, {**mixer, **mlp("mlp"), **norm("n1", 8), **norm("n2", 8)}), "layers.0")
    assert (("mamba",), "identity", "residual.mixer") in adds


def test_residual_block_identity_and_projection() -> None:
    same = {**norm("norm1", 8), **conv("conv1", 8, 8), **norm("norm2", 8), **conv("conv2", 8, 8)}
    wider = {**norm("norm1", 8), **conv("conv1", 8, 16), **norm("norm2", 16), **conv("conv2", 16, 16)}
    net = {**below("resnets.0", same), **below("resnets.1", {**wider, **conv("conv_shortcut", 8, 16, 1)})}
    assert seen(net, "resnets.0") == [(("conv1", "conv2"), "identity", "residual.conv.identity")]
    assert seen(net, "resnets.1") == [(("conv1", "conv2"), "projection", "residual.conv.projection")]
    (add,) = (r for r in found(net) if r.shortcut)
    assert add.shortcut == "conv_shortcut"
    assert "8→16" in add.form.evidence.detail


@pytest.mark.parametrize(
    "net",
    [
        {**conv("features.0", 3, 8), **conv("features.2", 8, 8), **conv("features.5", 8, 16)},
        repeated("downs", 2, {**conv("conv1", 8, 16), **conv("conv2", 16, 16)}),
        {**conv("stem.conv1", 3, 8), **conv("stem.conv2", 8, 3)},
        {"head.fc1.weight": (8, 8), "head.fc2.weight": (10, 8)},
    ],
    ids=["plain stack of convolutions", "no shortcut across widths", "stem", "classifier"],
)
def test_what_has_no_addition(net: Shapes) -> None:
    assert found(net) == []


def test_dense_chain_reads_all_that_was_written() -> None:
    chain = {**conv("conv1", 8, 4), **conv("conv2", 12, 4), **conv("conv3", 16, 8)}
    assert seen(repeated("body", 2, chain), "body.0") == [
        (("conv1", "conv2", "conv3"), "identity", "residual.conv.dense")
    ]


def test_residual_in_residual() -> None:
    chain = {**conv("conv1", 8, 4), **conv("conv2", 12, 4), **conv("conv3", 16, 8)}
    block = {key: shape for i in (1, 2, 3) for key, shape in below(f"rdb{i}", chain).items()}
    net = repeated("body", 2, block)
    assert seen(net, "body.1") == [(("rdb1", "rdb2", "rdb3"), "identity", "residual.group.kin")]
    assert {r.block for r in found(net)} == {
        "body.0",
        "body.1",
        *(f"body.{i}.rdb{j}" for i in (0, 1) for j in (1, 2, 3)),
    }


def test_branches_that_follow_themselves() -> None:
    branches = {
        **conv("branch0", 8, 4, 1),
        **conv("branch1.0", 8, 4, 1),
        **conv("branch1.1", 4, 6),
        **conv("conv2d", 10, 8, 1),
    }
    adds = seen(repeated("repeat", 4, branches), "repeat.3")
    assert adds == [(("branch0", "branch1", "conv2d"), "identity", "residual.conv.repeated")]
    assert seen({**below("repeat.0", branches)}, "repeat.0") == []


def test_two_lists_of_convolutions_are_walked_in_pairs() -> None:
    lists = {f"convs{i}.{j}.weight": (8, 8, 3) for i in (1, 2) for j in range(3)}
    adds = seen(repeated("resblocks", 2, lists), "resblocks.1")
    assert adds == [((f"convs1.{j}", f"convs2.{j}"), "identity", "residual.conv.pairs") for j in range(3)]


def test_folding_sampler_and_a_strided_one() -> None:
    def stage(width: int) -> dict[str, tuple[int, ...]]:
        return repeated("res_blocks", 2, {**conv("conv1", width, width), **conv("conv2", width, width)})

    def net(written: int) -> dict[str, tuple[int, ...]]:
        return {**below("down.0", stage(8)), **below("down.1", conv("conv", 8, written)), **below("down.2", stage(16))}

    folds = [r for r in found(net(4)) if r.form.evidence.rule == "residual.sampler.folded"]
    assert [(r.block, r.around, r.width) for r in folds] == [("down", ("1",), 16)]
    assert not [r for r in found(net(16)) if r.form.evidence.rule == "residual.sampler.folded"]


def test_an_addition_is_said_of_every_twin_and_has_a_reason() -> None:
    adds = found(repeated("blocks", 4, {**attention("attn"), **mlp("mlp"), **norm("n", 8)}))
    assert len(adds) == 8
    assert {r.block for r in adds} == {f"blocks.{i}" for i in range(4)}
    assert all(r.form.evidence.detail and r.form.evidence.basis != "none" for r in adds)
