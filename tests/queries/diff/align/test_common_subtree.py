"""Nets whose names were lost and that changed besides: the tree still says which tensor is which."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest

from archkb.queries.diff.align import align
from archkb.queries.diff.align.blocks.block_runs import Orders
from archkb.queries.diff.align.blocks.parts import Part
from archkb.queries.diff.align.blocks.similar_blocks import similar_parts
from archkb.queries.diff.align.model.optimal_pairs import weighted_lcs
from archkb.queries.diff.align.model.weight_tree import modules_of
from archkb.queries.tensor_types import Spec
from tests.queries.diff.diff_nets import Net, linear, nameless, net, pairs, spelt, transformer


def test_a_common_subsequence_takes_the_larger_sum_and_never_crosses() -> None:
    assert weighted_lcs([[1.0, 0.0], [0.0, 1.0]]) == [(0, 0), (1, 1)]
    assert weighted_lcs([[0.0, 2.0], [1.0, 0.0]]) == [(0, 1)]
    assert weighted_lcs([]) == []


def test_what_gains_nothing_is_no_pair() -> None:
    assert weighted_lcs([[0.0, 0.0], [0.0, 1.0]]) == [(1, 1)]


def test_blocks_with_nothing_in_common_are_no_pair_though_their_number_is_one() -> None:
    def parts(stack: str, *shapes: tuple[int, ...]) -> list[Part]:
        blocks = [{f"{stack}.{i}.l{j}.weight": shape for j in range(4)} for i, shape in enumerate(shapes)]
        return [Part((stack, str(i)), modules_of(net(block), block), None) for i, block in enumerate(blocks)]

    ours, theirs = parts("layers", (64, 64), (96, 96), (32, 32)), parts("blocks", (8, 8, 3), (96, 96))
    pairs, left, right = similar_parts(ours, theirs, Orders())
    assert [(p.path[1], q.path[1]) for p, q in pairs] == [("1", "1")]
    assert [p.path[1] for p in left] == ["0", "2"]
    assert [p.path[1] for p in right] == ["0"]


def _wider(b: Net) -> Net:
    return {k: Spec(v.dtype, tuple(320 if d == 256 else d for d in v.shape)) for k, v in b.items()}


def _unbiased(b: Net) -> Net:
    return {k: v for k, v in b.items() if not k.endswith("down_proj.bias")}


def _scaled(b: Net) -> Net:
    return b | {f"{k}_scale": Spec("F32", ()) for k in b if "mlp" in k and k.endswith("weight")}


def _gated(b: Net) -> Net:
    return b | net({k: v for i in range(4) for k, v in linear(f"model.layers.{i}.self_attn.gate", 4, 64).items()})


@pytest.mark.parametrize("edit", [_wider, _unbiased, _scaled, _gated])
def test_lost_names_and_an_edit(edit: Callable[[Net], Net]) -> None:
    a = net(transformer())
    edited = edit(a)
    words = nameless(edited)
    found = align(a, {words[k]: v for k, v in edited.items()})
    assert set(found.removed) == a.keys() - edited.keys()
    assert set(found.added) == {words[k] for k in edited.keys() - a.keys()}
    alone = [k for k in edited if k in a and not any(w in k for w in ("self_attn", "norm"))]
    assert [pairs(found)[k,] for k in alone] == [(words[k],) for k in alone]


def test_three_projections_of_lost_names_become_one() -> None:
    a = net(transformer())
    b = {k: v for k, v in a.items() if not any(f".{x}_proj." in k for x in "qkv")}
    for i in range(4):
        b |= net(linear(f"model.layers.{i}.self_attn.qkv", 192, 64))
    words = nameless(b)
    found = align(a, {words[k]: v for k, v in b.items()})
    assert sum(p.kind == "fuse" and len(p.a) == 3 for p in found.pairs) == 8
    assert not found.removed
    assert not found.added


def _scattered(words: str, *, fused: bool) -> Net:
    """Three equal blocks beside a tower that differs; every tensor at a path of its own, matrix beside vector."""
    stack, matrix, vector = words
    rows = {"h": 24} if fused else dict.fromkeys("pqr", 8)
    out: dict[str, tuple[int, ...]] = {}
    for block in (f"{stack}.{i}" for i in range(3)):
        for name, n in rows.items():
            out |= {f"{block}.{name}{stack}.{matrix}": (n, 8), f"{block}.{name}{stack}.{vector}": (n,)}
        out |= {f"{block}.{stack}{n}.{matrix}": (8, n) for n in range(20, 30)}
    for i, j in product(range(9), range(3)):
        out[f"{stack}e.{i}.{matrix}{j}.{vector}"] = (500 + 7 * i + j + 100 * fused, 400 + 13 * i + j + 300 * fused)
    return net(out)


def test_every_block_of_a_stack_is_fused_though_only_one_is_looked_at() -> None:
    found = align(_scattered("abc", fused=False), _scattered("xyz", fused=True))

    fusions = {p.a: p.b for p in found.pairs if p.kind == "fuse"}
    assert fusions == {
        tuple(f"a.{i}.{n}a.{part}" for n in "pqr"): (f"x.{i}.hx.{other}",)
        for i in range(3)
        for part, other in ("by", "cz")
    }


def _grouped() -> dict[str, tuple[int, ...]]:
    """Fewer keys and values than queries."""
    shapes = {k: v for k, v in transformer().items() if not k.endswith("bias")}
    return {k: (16, 64) if "k_proj" in k or "v_proj" in k else v for k, v in shapes.items()}


def test_projections_of_unequal_rows_under_lost_names_become_one() -> None:
    a = net(_grouped())
    b = {k: v for k, v in a.items() if not any(f".{x}_proj." in k for x in "qkv")}
    b |= net({f"model.layers.{i}.self_attn.qkv.weight": (96, 64) for i in range(4)})
    words = nameless(b)
    found = align(a, {words[k]: v for k, v in b.items()})
    fused = [p for p in found.pairs if p.kind == "fuse"]
    assert {tuple(k.split(".")[4] for k in p.a) for p in fused} == {("q_proj", "k_proj", "v_proj")}
    assert len(fused) == 4


def test_a_split_of_which_one_part_got_an_invented_name() -> None:
    shapes = {k: v for k, v in transformer().items() if not any(f".{x}_proj." in k for x in "qkv")}
    for i in range(4):
        shapes |= linear(f"model.layers.{i}.self_attn.qkv", 192, 64)
    b = spelt(transformer(), ("self_attn.q_proj", "attention.turobu"), ("self_attn.", "attention."), ("mlp", "dofu"))
    found = align(net(shapes), net(b))
    assert sum(p.kind == "split" for p in found.pairs) == 8
    assert not found.removed
    assert not found.added


INVENTED = (("self_attn", "dapoto"), ("mlp.up_proj", "papeta.cecama"), ("mlp.down_proj", "papeta.fimife"))


def test_half_the_words_invented_and_layers_widened() -> None:
    shapes = transformer()
    wider = spelt({k: tuple(320 if d == 256 else d for d in v) for k, v in shapes.items()}, *INVENTED)
    found = align(net(shapes), net(wider))
    assert pairs(found) == {(k,): tuple(spelt({k: ()}, *INVENTED)) for k in shapes}


def test_a_tensor_replaced_under_agreeing_names_is_no_renamed_one() -> None:
    shapes = transformer()
    other = {k: v for k, v in shapes.items() if ".up_proj." not in k}
    for i in range(4):
        other |= linear(f"model.layers.{i}.mlp.wi_0", 192, 64) | linear(f"model.layers.{i}.mlp.wi_1", 192, 64)
    found = align(net(shapes), net(other))
    assert len(found.removed) == 8
    assert len(found.added) == 16


def test_a_fusion_is_believed_before_a_tensor_of_another_size() -> None:
    before: dict[str, tuple[int, ...]] = linear("inlet", 64, 16)
    after: dict[str, tuple[int, ...]] = linear("entry", 64, 16)
    for i in range(4):
        before |= linear(f"singles.{i}.linear1", 3 * 64 + 256, 64) | linear(f"singles.{i}.linear2", 64, 320)
        after |= linear(f"blocks.{i}.proj_mlp", 256, 64) | linear(f"blocks.{i}.proj_out", 64, 320)
        for name in ("to_q", "to_k", "to_v"):
            after |= linear(f"blocks.{i}.attn.{name}", 64, 64)
        for n in (128, 160, 192, 448):
            before |= linear(f"singles.{i}.mod{n}", n, 64)
            after |= linear(f"blocks.{i}.shift{n}", n, 64)
    found = align(net(before), net(after))
    splits = [p for p in found.pairs if p.kind == "split"]
    assert len(splits) == 8
    assert all(len(p.b) == 4 for p in splits)
    assert not found.removed
    assert not found.added
