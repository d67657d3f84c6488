"""Nets whose names were lost and that changed besides: the tree still says which tensor is which."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from queries.diff.align import Spec, align
from queries.diff.align.liketree import chain
from tests.queries.diff.nets import Net, linear, nameless, net, pairs, transformer


def test_a_chain_takes_the_larger_sum_and_never_crosses() -> None:
    assert chain([[1.0, 0.0], [0.0, 1.0]]) == [(0, 0), (1, 1)]
    assert chain([[0.0, 2.0], [1.0, 0.0]]) == [(0, 1)]
    assert chain([]) == []


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
