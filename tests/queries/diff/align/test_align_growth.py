"""Models made wider or deeper whose names were lost: sizes that changed together."""

from __future__ import annotations

import pytest

from archkb.queries.diff.align import align
from archkb.queries.diff.align.alignment import MEASURED
from archkb.queries.diff.align.model.weight_tree import modules_of
from archkb.queries.diff.align.trees.size_mapping import exchange, proportion
from tests.queries.diff.diff_nets import nameless, net, pairs, transformer

ALONE = ("embed", "lm_head", "up_proj", "down_proj", "model.norm")
"""Layers no equal sibling of which the tree holds."""


def test_sizes_in_proportion_fit_better_than_others() -> None:
    fit = proportion(64, 96)
    assert fit((256, 64), (384, 96)) > fit((256, 64), (96, 384)) > 0
    assert fit((64,), (96, 96)) == 0


def test_which_size_became_which_is_what_most_places_say() -> None:
    old, new = net(transformer()), net(transformer(width=96, hidden=384))
    fit = exchange(zip(modules_of(old, old), modules_of(new, new), strict=True))
    assert fit((256, 64), (384, 96)) > 0.9
    assert fit((256, 64), (96, 384)) == 0


def test_a_size_seen_once_says_nothing() -> None:
    old, new = net({"a.weight": (5, 7)}), net({"b.weight": (9, 11)})
    assert exchange(zip(modules_of(old, old), modules_of(new, new), strict=True))((5, 7), (9, 11)) == 0


@pytest.mark.parametrize("depth", [3, 4, 7])
def test_a_wider_model_of_lost_names(depth: int) -> None:
    a, wide = net(transformer()), net(transformer(depth, 96, 384))
    words = nameless(wide)
    found = align(a, {words[k]: v for k, v in wide.items()})
    kept = [k for k in a if k in wide]
    assert len(found.pairs) == len(kept)
    assert len(found.removed) == len(a) - len(kept)
    alone = [k for k in kept if any(word in k for word in ALONE)]
    assert [pairs(found)[k,] for k in alone] == [(words[k],) for k in alone]
    assert {p.rule for p in found.pairs} <= {"scale", "shape", "role", "order"}


def test_confidences_are_measured_ones() -> None:
    a, b = net(transformer()), net(transformer(5, 96, 384))
    words = nameless(b)
    for found in (align(a, b), align(a, {words[k]: v for k, v in b.items()})):
        assert {p.confidence for p in found.pairs} <= set(MEASURED.values())


def test_two_designs_are_no_wider_model_of_each_other() -> None:
    a = net(transformer())
    b = net({f"x.{i}.{n}.weight": (90 + 10 * i, 30 + 7 * j) for i in range(4) for j, n in enumerate("pqrst")})
    assert not align(a, b).pairs
