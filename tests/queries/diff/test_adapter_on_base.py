"""An adapter laid on a base: what it touches, and what would silently do nothing."""

from __future__ import annotations

from math import prod

import pytest

from archkb.queries.diff import compare
from archkb.queries.diff.adapter_on_base import adaptation
from archkb.queries.diff.comparison import Adaptation
from archkb.queries.diff.comparison_rows import side_by_side
from tests.queries.diff.diff_nets import transformer
from tests.queries.views import view_of

Shapes = dict[str, tuple[int, ...]]


def lora(*paths: str, rank: int = 8, width: int = 64) -> Shapes:
    out: Shapes = {}
    for path in paths:
        out |= {f"diffusion_model.{path}.lora_A.weight": (rank, width)}
        out |= {f"diffusion_model.{path}.lora_B.weight": (width, rank)}
    return out


def laid(adapter: Shapes) -> Adaptation:
    found = adaptation(view_of(adapter, name="lora"), view_of(transformer(4), name="base"))
    assert found
    return found


def q(*blocks: int) -> list[str]:
    return [f"model.layers.{i}.self_attn.q_proj" for i in blocks]


def test_like_modules_are_counted_together_with_their_ranks() -> None:
    found = laid(lora(*q(0, 1)) | lora(*q(3), rank=16) | lora("model.layers.0.self_attn.o_proj"))
    assert (found.adapter, found.base, found.targets, found.touched) == ("lora", "base", 4, 4)
    o, query = found.touches
    assert query.pattern == "model.layers.{i}.self_attn.q_proj"
    assert (query.touched, query.total, query.where) == (3, 4, "0-1, 3")
    assert query.ranks == ((8, 2), (16, 1))
    assert (o.touched, o.kind) == (1, "Linear")
    assert found.no_ops == ()


def test_what_would_do_nothing_is_said_with_the_reason() -> None:
    given = lora(*q(0, 1, 9), "model.layers.0.cross_attn.to_q")
    del given["diffusion_model.model.layers.1.self_attn.q_proj.lora_B.weight"]
    found = laid(given)
    said = {(n.pattern.removeprefix("diffusion_model."), n.count, n.why.partition(":")[0]) for n in found.no_ops}
    assert said == {
        ("model.layers.{i}.self_attn.q_proj", 1, "one half of the pair is missing"),
        ("model.layers.{i}.self_attn.q_proj", 1, "the base has no such module"),
        ("model.layers.{i}.cross_attn.to_q", 1, "the base has no such module"),
    }
    assert found.touched == 1


def test_the_share_is_of_the_bases_elements() -> None:
    total = sum(prod(shape) for shape in transformer(4).values())
    assert laid(lora(*q(0))).share == pytest.approx((64 * 64 + 64) / total)


def test_two_plain_models_or_two_adapters_are_no_adaptation() -> None:
    plain, adapter = view_of(transformer()), view_of(lora(*q(0)))
    assert adaptation(plain, plain) is None
    assert adaptation(adapter, adapter) is None


@pytest.mark.parametrize("swapped", [False, True])
def test_a_comparison_says_what_is_touched_whichever_comes_first(swapped: bool) -> None:
    pair = [view_of(lora(*q(0, 1)), name="lora"), view_of(transformer(4), name="base")]
    found = compare(*(reversed(pair) if swapped else pair))
    assert found.relation == "adapter"
    answer = side_by_side(found, named=True)
    (row,) = answer.records()
    assert row["lora"] == "rank 8 × 2"
    assert row["base"] == "2 of 4 Linear (0-1)"
    assert "lora changes 2 modules of base" in " ".join(answer.notes)
