"""Keys both models have, as they are or below a moved or renamed prefix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from archkb.queries.diff.align.model.shapes import squeezed
from archkb.queries.diff.align.model.words import features, word_similarity
from archkb.queries.tensor_types import Spec

CONVENTION = 0.3
"""Share of the smaller model's keys in both models from which on they are taken to follow one naming convention."""
PREFIX_SIMILARITY, MANY = 0.5, 30
"""Likeness two prefixes' words must have unless at least so many keys are equal below them."""
FEWEST, EQUAL = 4, 0.5
"""Least keys below a moved prefix, and least share of them that kept their shape where it is no whole subtree."""
MOST_PREFIXES = 8
"""Prefixes below which a key may stand for it to say which one moved."""
WHOLE = 0.6
"""Share of a moved subtree's keys that must be found again below the new prefix."""


def common_prefix(keys: Collection[str]) -> str:
    """The leading components all keys share, with the dot; the last component of a key is never part of it.

    >>> common_prefix(["model.a.x", "model.b"])
    'model.'
    """
    paths = [k.split(".")[:-1] for k in (min(keys), max(keys))] if keys else [[]]
    shared = 0
    for parts in zip(*paths, strict=False):
        if len(set(parts)) > 1:
            break
        shared += 1
    return "".join(f"{p}." for p in paths[0][:shared])


def shared_keys(source: Mapping[str, Spec], target: Mapping[str, Spec]) -> tuple[list[str], bool]:
    """Keys that are the same tensor in both, and whether the two follow one naming convention.

    A key with another shape counts only under one convention.
    """
    both = [key for key in source if key in target]
    convention = len(both) >= CONVENTION * max(1, min(len(source), len(target)))
    return [key for key in both if convention or squeezed(source[key].shape) == squeezed(target[key].shape)], convention


def moved_subtrees(source: Mapping[str, Spec], target: Mapping[str, Spec]) -> list[tuple[str, str, str, str]]:
    """Keys equal below two prefixes: (key, key, prefix, prefix). Whole subtrees first, shapes may differ in those."""
    votes = _votes(source, target)
    source_sizes, target_sizes = (Counter(p for key in side for p in _prefixes(key)) for side in (source, target))
    used: tuple[set[str], set[str]] = (set(), set())
    out = []
    words = {p: _prefix_similarity(*p, votes[p][0]) for p in votes}
    order = sorted(votes, key=lambda p: (-len(votes[p]), -words[p], len(p[0]) + len(p[1]), p))
    for source_prefix, target_prefix in order:
        candidates = votes[source_prefix, target_prefix]
        pairs = [(k, q) for k, q in candidates if k not in used[0] and q not in used[1]]
        # a prefix must read like the other, or very many keys be equal below the two
        akin = words[source_prefix, target_prefix] >= PREFIX_SIMILARITY
        if len(pairs) < FEWEST or not (akin or len(pairs) >= MANY):
            continue
        whole = len(pairs) >= WHOLE * min(source_sizes[source_prefix], target_sizes[target_prefix])
        equal = sum(squeezed(source[k].shape) == squeezed(target[q].shape) for k, q in pairs)
        # numbers given anew, or another tensor under the name: no move
        if same_shapes_permuted(source, target, pairs):
            continue
        if equal < EQUAL * len(pairs) and not (whole and akin):
            continue
        for key, other_key in pairs:
            if whole or squeezed(source[key].shape) == squeezed(target[other_key].shape):
                used[0].add(key)
                used[1].add(other_key)
                out.append((key, other_key, source_prefix, target_prefix))
    return out


def same_shapes_permuted(
    source: Mapping[str, Spec], target: Mapping[str, Spec], pairs: Collection[tuple[str, str]]
) -> bool:
    """Whether both sides hold the same shapes in another order: then the numbers were given anew."""
    if all(squeezed(source[key].shape) == squeezed(target[other_key].shape) for key, other_key in pairs):
        return False
    return Counter(source[key].shape for key, _ in pairs) == Counter(target[other_key].shape for _, other_key in pairs)


def _prefix_similarity(source_prefix: str, target_prefix: str, pair: tuple[str, str]) -> float:
    """Likeness of the words of two prefixes; of the first component below them too where one is empty."""
    below = [] if source_prefix and target_prefix else [pair[0][len(source_prefix) :].partition(".")[0]]
    return word_similarity(
        *(features([*(p for p in prefix.split(".") if p), *below]) for prefix in (source_prefix, target_prefix))
    )


def _prefixes(key: str) -> list[str]:
    """Prefixes of a key that end before its first number, the empty one included."""
    out = [""]
    at = 0
    for part in key.split(".")[:-1]:
        if part[-1:].isdigit():
            break
        at += len(part) + 1
        out.append(key[:at])
    return out


def _votes(source: Mapping[str, Spec], target: Mapping[str, Spec]) -> dict[tuple[str, str], list[tuple[str, str]]]:
    tails: dict[str, list[str]] = {}
    for key in target:
        for prefix in _prefixes(key):
            tails.setdefault(key[len(prefix) :], []).append(prefix)
    votes: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for key in source:
        for source_prefix in _prefixes(key):
            tail = key[len(source_prefix) :]
            for target_prefix in _if_few(tails.get(tail, ())):
                if not _same_last_component(source_prefix, target_prefix):
                    votes.setdefault((source_prefix, target_prefix), []).append((key, target_prefix + tail))
    return votes


def _if_few(prefixes: Sequence[str]) -> Sequence[str]:
    return prefixes if len(prefixes) <= MOST_PREFIXES else ()


def _same_last_component(source_prefix: str, target_prefix: str) -> bool:
    """Whether the last component is the same: then a shorter prefix says it better."""
    return (
        bool(source_prefix and target_prefix)
        and source_prefix[:-1].rpartition(".")[2] == target_prefix[:-1].rpartition(".")[2]
    )
