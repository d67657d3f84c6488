"""What must hold for any two state dicts."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from archkb.queries.diff.align import align
from archkb.queries.diff.edits import edits
from archkb.queries.tensor_types import Spec
from tests.queries.diff.diff_nets import META, net, spelt, transformer

WORDS = st.sampled_from(tuple("layers attn q_proj mlp fc1 norm conv 0 1 2 weight bias gate x".split()))  # noqa: SIM905
KEYS = st.lists(WORDS, min_size=1, max_size=5).map(".".join)
SPECS = st.builds(
    Spec,
    st.sampled_from(["F32", "BF16", "F8_E4M3"]),
    st.lists(st.sampled_from([1, 3, 8, 16, 24]), max_size=3).map(tuple),
)
MODELS = st.dictionaries(KEYS, SPECS, max_size=14)


@given(MODELS)
@settings(max_examples=60, deadline=None)
def test_a_model_does_not_differ_from_itself(model: dict[str, Spec]) -> None:
    found = align(model, model)
    assert found.empty
    assert not edits(found)


@given(MODELS, MODELS)
@settings(max_examples=80, deadline=None)
def test_the_other_way_round_is_the_mirror_image(a: dict[str, Spec], b: dict[str, Spec]) -> None:
    there, back = align(a, b), align(b, a).mirrored
    assert set(there.pairs) == set(back.pairs)
    assert (there.removed, there.added) == (back.removed, back.added)


@given(MODELS, MODELS, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_beside_sorted_keys_no_order_matters(a: dict[str, Spec], b: dict[str, Spec], rng: random.Random) -> None:
    keys = list(a)
    rng.shuffle(keys)
    sorted_b = {k: b[k] for k in sorted(b)}
    assert align({k: a[k] for k in keys}, sorted_b) == align({k: a[k] for k in sorted(a)}, sorted_b)


@given(MODELS, MODELS)
@settings(max_examples=80, deadline=None)
def test_every_key_is_accounted_for_once(a: dict[str, Spec], b: dict[str, Spec]) -> None:
    found = align(a, b)
    ours = [k for p in found.pairs for k in p.a] + list(found.removed)
    theirs = [k for p in found.pairs for k in p.b] + list(found.added)
    assert sorted(ours) == sorted(a)
    assert sorted(theirs) == sorted(b)


@given(st.integers(2, 6), st.integers(2, 6), st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_shuffled_nets_of_other_depth_and_spelling(m: int, n: int, rng: random.Random) -> None:
    a, b = net(transformer(m)), net(spelt(transformer(n), *META))
    keys = list(b)
    rng.shuffle(keys)
    found = align(a, {k: b[k] for k in keys})
    assert found == align(a, b)
    assert len(found.removed) == 14 * max(0, m - n)
    assert len(found.added) == 14 * max(0, n - m)
