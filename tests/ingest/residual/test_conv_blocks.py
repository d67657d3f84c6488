"""Residual blocks of convolutional nets in the layouts everybody knows, written from memory of their code."""

from __future__ import annotations

import pytest

from archkb.ingest.analysis import Analysis
from archkb.ingest.pipeline import analyse
from tests.nets import header

Net = dict[str, tuple[int, ...]]


def _norm(net: Net, path: str, width: int) -> None:
    for name in ("weight", "bias", "running_mean", "running_var"):
        net[f"{path}.{name}"] = (width,)
    net[f"{path}.num_batches_tracked"] = ()


def _conv(net: Net, path: str, norm: str, out: int, inp: int, kernel: int) -> None:
    net[f"{path}.weight"] = (out, inp, kernel, kernel)
    _norm(net, norm, out)


def _gate(net: Net, path: str, names: tuple[str, str], width: int, narrow: int) -> None:
    net[f"{path}.{names[0]}.weight"], net[f"{path}.{names[0]}.bias"] = (narrow, width, 1, 1), (narrow,)
    net[f"{path}.{names[1]}.weight"], net[f"{path}.{names[1]}.bias"] = (width, narrow, 1, 1), (width,)


def bottlenecks(groups: int = 1, gated: bool = False) -> Net:
    """Four stages of bottleneck blocks; the first of each projects its shortcut."""
    net: Net = {"fc.weight": (10, 512), "fc.bias": (10,)}
    _conv(net, "conv1", "bn1", 64, 3, 7)
    inp = 64
    for stage, depth in enumerate((3, 4, 2), 1):
        narrow = 32 * 2**stage
        for block in range(depth):
            p, out, inner = f"layer{stage}.{block}", narrow * 4, narrow * (2 if groups > 1 else 1)
            _conv(net, f"{p}.conv1", f"{p}.bn1", inner, inp, 1)
            _conv(net, f"{p}.conv2", f"{p}.bn2", inner, inner // groups, 3)
            _conv(net, f"{p}.conv3", f"{p}.bn3", out, inner, 1)
            if gated:
                _gate(net, f"{p}.se", ("fc1", "fc2"), out, out // 16)
            if block == 0:
                _conv(net, f"{p}.downsample.0", f"{p}.downsample.1", out, inp, 1)
            inp = out
    return net


def inverted(names: tuple[str, str]) -> Net:
    """Inverted residuals with squeeze-and-excitation; the first block of a stage changes the width and adds nothing."""
    net: Net = {}
    _conv(net, "conv_stem", "bn1", 32, 3, 3)
    inp = 32
    for stage, (out, depth) in enumerate(((24, 2), (40, 2), (80, 3))):
        for block in range(depth):
            p, wide = f"blocks.{stage}.{block}", inp * 6
            _conv(net, f"{p}.conv_pw", f"{p}.bn1", wide, inp, 1)
            _conv(net, f"{p}.conv_dw", f"{p}.bn2", wide, 1, 3)
            _gate(net, f"{p}.se", names, wide, inp // 4)
            _conv(net, f"{p}.conv_pwl", f"{p}.bn3", out, wide, 1)
            inp = out
    return net


def _adds(found: Analysis) -> dict[str, str]:
    return {r.block: str(r.form.value) for r in found.residuals}


@pytest.mark.parametrize(("groups", "gated"), [(1, False), (8, False), (1, True)])
def test_bottlenecks_add_their_input_and_the_first_of_a_stage_a_projection(groups: int, gated: bool) -> None:
    found = analyse(header(bottlenecks(groups, gated)))
    expected = {
        f"layer{stage}.{block}": "identity" if block else "projection"
        for stage, depth in enumerate((3, 4, 2), 1)
        for block in range(depth)
    }
    assert _adds(found) == expected
    assert not found.feed_forwards


@pytest.mark.parametrize("names", [("conv_reduce", "conv_expand"), ("reduce", "expand"), ("fc1", "fc2")])
def test_a_gate_on_channels_read_backwards_is_no_feed_forward(names: tuple[str, str]) -> None:
    found = analyse(header(inverted(names)))
    assert not any(".se" in path for path in found.feed_forwards)
    assert _adds(found) == {f"blocks.{s}.{b}": "identity" for s, b in ((0, 1), (1, 1), (2, 1), (2, 2))}


def test_no_addition_is_listed_twice() -> None:
    found = analyse(header(inverted(("conv_reduce", "conv_expand"))))
    assert len({(r.block, r.around) for r in found.residuals}) == len(found.residuals) == 4
