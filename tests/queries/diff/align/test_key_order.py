"""The order keys are written in: read where it is that of the definition, left alone where it is none."""

from __future__ import annotations

import random

from archkb.queries.diff.align import align
from archkb.queries.diff.align.model.key_order import file_positions
from tests.queries.diff.diff_nets import nameless, net, pairs, transformer


def test_definition_order_says_something_sorted_and_shuffled_keys_do_not() -> None:
    keys = list(transformer())
    assert file_positions(keys) == {k: i for i, k in enumerate(keys)}
    assert file_positions(sorted(keys)) is None
    mixed = list(keys)
    random.Random(1).shuffle(mixed)
    assert file_positions(mixed) is None
    assert file_positions([]) is None


def test_keys_sorted_within_each_dtype_are_sorted() -> None:
    keys = sorted(transformer())
    wide = [k for k in keys if "norm" in k]
    assert file_positions([*wide, *(k for k in keys if k not in wide)]) is None


def test_equal_siblings_without_names_keep_their_order() -> None:
    a = net(transformer())
    words = nameless(a)
    b = {words[k]: v for k, v in a.items()}
    found = align(a, b)
    assert pairs(found) == {(k,): (words[k],) for k in a}
    assert {p.rule for p in found.pairs if p.ambiguous} == {"order"}
    shuffled = list(b)
    random.Random(2).shuffle(shuffled)
    again = align(a, {k: b[k] for k in shuffled})
    assert {p.rule for p in again.pairs if p.ambiguous} == {"tree"}
    assert {p for p in again.pairs if not p.ambiguous} == {p for p in found.pairs if not p.ambiguous}


def test_one_sorted_side_leaves_equal_siblings_open() -> None:
    a = net(transformer())
    words = nameless(a)
    b = {words[k]: a[k] for k in sorted(a, key=words.__getitem__)}
    assert {p.rule for p in align(a, b).pairs if p.ambiguous} == {"tree"}
