"""Stacks: which numbered containers hold blocks, how many, and which of them are alike."""

from __future__ import annotations

import pytest

from archkb.ingest.analysis import Stack
from archkb.ingest.stacks import find_stacks
from archkb.ingest.tree.module_tree import build
from tests.nets import Shapes, below, header, repeated


def stacks(net: Shapes) -> dict[str, Stack]:
    made = header(net)
    return find_stacks(build(made.tensors))


def depths(net: Shapes) -> dict[str, object]:
    return {path: stack.depth.value for path, stack in stacks(net).items() if stack.blocks}


ATTENTION = {"attn.qkv.weight": (96, 32), "norm.weight": (32,)}
MLP = {"fc1.weight": (64, 32), "fc2.weight": (32, 64)}
RESIDUAL = {"conv1.weight": (8, 8, 3, 3), "conv2.weight": (8, 8, 3, 3)}


def test_equal_blocks_are_one_run() -> None:
    stack = stacks(repeated("blocks", 3, ATTENTION))["blocks"]
    assert (stack.depth.value, stack.runs, stack.uniform, stack.children) == (3, (("0", "2"),), True, ("0", "1", "2"))
    assert stack.depth.evidence.rule == "stack.blocks"


def test_one_class_with_an_option_and_other_widths() -> None:
    first = {**RESIDUAL, "conv1.weight": (8, 4, 3, 3), "downsample.weight": (8, 4, 1, 1)}
    stack = stacks({**below("layer1.0", first), **below("layer1.1", RESIDUAL), **below("layer1.2", RESIDUAL)})["layer1"]
    assert (stack.depth.value, stack.uniform, stack.runs) == (3, False, (("0", "0"), ("1", "2")))


def test_nested_stacks() -> None:
    net = {key: shape for i in range(2) for key, shape in below(f"stages.{i}", repeated("blocks", 3, MLP)).items()}
    assert depths(net) == {"stages": 2, "stages.0.blocks": 3}


def test_a_sequence_of_plain_layers_is_none() -> None:
    net = {"seq.0.weight": (8, 8), "seq.2.weight": (8, 8), "seq.3.weight": (8, 8)}
    assert depths(net) == {}
    assert stacks(net)["seq"].blocks is False


def test_modules_of_parameters_alone_are_blocks_but_layers_are_not() -> None:
    books = {"embed": (1024, 8), "cluster_size": (1024,)}
    assert depths(repeated("codebooks", 4, books)) == {"codebooks": 4}
    assert depths(repeated("rnns", 4, {"weight_ih_l0": (32, 8), "weight_hh_l0": (32, 8)})) == {}
    assert depths(repeated("norms", 4, {"weight": (8,), "bias": (8,)})) == {}


def test_neighbours_of_two_classes_are_none() -> None:
    net = {**below("layer.0", ATTENTION), **below("layer.1", MLP)}
    assert depths(net) == {}


def test_an_alternating_pattern_is_one() -> None:
    net = {key: shape for i in range(6) for key, shape in below(f"b.{i}", MLP if i % 2 else ATTENTION).items()}
    stack = stacks(net)["b"]
    assert (stack.depth.value, stack.depth.evidence.rule, len(stack.runs)) == (6, "stack.pattern", 6)


def test_every_fourth_block_has_a_gate() -> None:
    gated = {**ATTENTION, "gate.weight": (8, 32)}
    net = {key: s for i in range(8) for key, s in below(f"b.{i}", gated if i % 4 == 3 else ATTENTION).items()}
    assert stacks(net)["b"].runs == (("0", "2"), ("3", "3"), ("4", "6"), ("7", "7"))


def test_a_gap_counts_what_has_tensors() -> None:
    net = {key: s for i in (0, 1, 3) for key, s in below(f"b.{i}", MLP).items()}
    assert depths(net) == {"b": 3}


def test_a_stack_cut_to_one() -> None:
    assert stacks(below("blocks.0", MLP))["blocks"].depth.evidence.rule == "stack.one"
    assert stacks({"net.0.weight": (3, 3)}) == {}


def test_named_from_zero() -> None:
    net = {key: s for i in range(12) for key, s in below(f"stage.block{i}", RESIDUAL).items()}
    stack = stacks(net)["stage"]
    assert (stack.depth.value, stack.children[:3], stack.runs) == (
        12,
        ("block0", "block1", "block2"),
        (("block0", "block11"),),
    )


@pytest.mark.parametrize("names", [("conv1", "conv2"), ("branch0", "branch2"), ("a0", "b1")])
def test_other_numbered_names_are_parts_of_a_block(names: tuple[str, str]) -> None:
    net = {key: s for name in names for key, s in below(f"m.{name}", RESIDUAL).items()}
    assert "m" not in stacks(net)
