"""How much of one small net is another's."""

from __future__ import annotations

import pytest

from archkb.queries.diff.derivation import Descent, derivation
from tests.queries.diff.diff_nets import transformer
from tests.queries.views import view_of

Shapes = dict[str, tuple[int, ...]]


def of(a: Shapes, b: Shapes) -> dict[str, Descent]:
    return {d.part.path: d for d in derivation(view_of(a), view_of(b))}


def test_a_copy_is_identical_in_every_part() -> None:
    found = of(transformer(4), transformer(4))
    assert {d.verdict for d in found.values()} == {"identical"}
    assert sum(d.share for d in found.values()) == 1
    block = found["model.layers.{i}"]
    assert (block.part.where, block.part.count) == ("0-3", 4)
    assert block.counterpart
    assert block.counterpart.path == "model.layers.{i}"


def test_other_names_for_the_same_shapes() -> None:
    b = {k.replace("self_attn", "attention"): shape for k, shape in transformer().items()}
    block = of(transformer(), b)["model.layers.{i}"]
    assert block.verdict == "renamed"
    assert (block.names < 1, block.shapes, block.form) == (True, 1, 1)


def test_other_widths_of_the_same_form() -> None:
    wide = {k: tuple(2 * d for d in shape) for k, shape in transformer().items()}
    block = of(transformer(), wide)["model.layers.{i}"]
    assert block.verdict == "rescaled"
    assert (block.shapes, block.form) == (0, 1)


def test_a_block_that_lost_something_is_contained_and_one_that_gained_is_not() -> None:
    less = {k: shape for k, shape in transformer().items() if "down_proj.bias" not in k}
    assert of(less, transformer())["model.layers.{i}"].verdict == "contained"
    gained = of(transformer(), less)["model.layers.{i}"]
    assert gained.verdict == "partly"
    assert gained.names > 0.9


def test_a_part_of_its_own_has_a_verdict_too() -> None:
    found = of(transformer() | {"vision.conv.weight": (77, 3, 14, 14)}, transformer())
    assert found["vision"].verdict == "own"
    assert found["vision"].shapes < 0.5


def test_blocks_under_other_containers_are_regrouped() -> None:
    a = transformer(6)
    b = {}
    for key, shape in transformer(6).items():
        for i in range(6):
            key = key.replace(f"model.layers.{i}.", f"stages.{i // 3}.layers.{i % 3}.")
        b[key] = shape
    found = of(b, a)
    assert {d.verdict for d in found.values()} == {"regrouped", "identical"}
    assert [d.aligned for d in found.values()] == [1.0] * len(found)


def test_a_block_that_the_other_has_less_often_is_repeated() -> None:
    block = of(transformer(40), transformer(2))["model.layers.{i}"]
    assert (block.verdict, block.names, block.aligned) == ("repeated", 0.05, pytest.approx(0.05))


def test_one_shape_under_another_name_is_no_descent() -> None:
    net = transformer()
    found = of(
        net | {"classifier.weight": (1000, 512)}, net | {"tok_table.weight": (1000, 512), "x.weight": (1000, 512)}
    )
    assert found["classifier"].verdict != "identical"
    assert found["classifier"].names == 0
