"""Keys both models have, as they are or below a moved or renamed prefix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from archkb.queries.diff.align.model.shapes import bare
from archkb.queries.diff.align.model.words import features, likeness
from archkb.queries.tensor_types import Spec

CONVENTION = 0.3
"""Share of the smaller model's keys in both models from which on they are taken to follow one naming convention."""
KINSHIP, MANY = 0.5, 30
"""Likeness two prefixes' words must have unless at least so many keys are equal below them."""
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


def shared_keys(a: Mapping[str, Spec], b: Mapping[str, Spec]) -> tuple[list[str], bool]:
    """Keys that are the same tensor in both, and whether the two follow one naming convention.

    A key with another shape counts only under one convention.
    """
    both = [k for k in a if k in b]
    convention = len(both) >= CONVENTION * max(1, min(len(a), len(b)))
    return [k for k in both if convention or bare(a[k].shape) == bare(b[k].shape)], convention


def moved(a: Mapping[str, Spec], b: Mapping[str, Spec]) -> list[tuple[str, str, str, str]]:
    """Keys equal below two prefixes: (key, key, prefix, prefix). Whole subtrees first, shapes may differ in those."""
    votes = _votes(a, b)
    sizes = Counter(p for k in a for p in _prefixes(k)), Counter(p for k in b for p in _prefixes(k))
    used: tuple[set[str], set[str]] = (set(), set())
    out = []
    words = {p: _kinship(*p, votes[p][0]) for p in votes}
    order = sorted(votes, key=lambda p: (-len(votes[p]), -words[p], len(p[0]) + len(p[1]), p))
    for old, new in order:
        pairs = [(k, q) for k, q in votes[old, new] if k not in used[0] and q not in used[1]]
        akin = words[old, new] >= KINSHIP
        if len(pairs) < 4 or not (akin or len(pairs) >= MANY):
            continue
        whole = len(pairs) >= WHOLE * min(sizes[0][old], sizes[1][new])
        equal = sum(bare(a[k].shape) == bare(b[q].shape) for k, q in pairs)
        if rearranged(a, b, pairs):
            continue
        if equal < 0.5 * len(pairs) and not (whole and akin):
            continue
        for k, q in pairs:
            if whole or bare(a[k].shape) == bare(b[q].shape):
                used[0].add(k)
                used[1].add(q)
                out.append((k, q, old, new))
    return out


def rearranged(a: Mapping[str, Spec], b: Mapping[str, Spec], pairs: Collection[tuple[str, str]]) -> bool:
    """Whether both sides hold the same shapes in another order: then the numbers were given anew."""
    if all(bare(a[k].shape) == bare(b[q].shape) for k, q in pairs):
        return False
    return Counter(a[k].shape for k, _ in pairs) == Counter(b[q].shape for _, q in pairs)


def _kinship(old: str, new: str, pair: tuple[str, str]) -> float:
    """Likeness of the words of two prefixes; of the first component below them too where one is empty."""
    below = [] if old and new else [pair[0][len(old) :].partition(".")[0]]
    return likeness(*(features([*(p for p in prefix.split(".") if p), *below]) for prefix in (old, new)))


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


def _votes(a: Mapping[str, Spec], b: Mapping[str, Spec]) -> dict[tuple[str, str], list[tuple[str, str]]]:
    tails: dict[str, list[str]] = {}
    for key in b:
        for prefix in _prefixes(key):
            tails.setdefault(key[len(prefix) :], []).append(prefix)
    votes: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for key in a:
        for old in _prefixes(key):
            tail = key[len(old) :]
            for new in _few(tails.get(tail, ())):
                if not _common(old, new):
                    votes.setdefault((old, new), []).append((key, new + tail))
    return votes


def _few(prefixes: Sequence[str]) -> Sequence[str]:
    return prefixes if len(prefixes) <= 8 else ()


def _common(old: str, new: str) -> bool:
    """Whether the last component is the same: then a shorter prefix says it better."""
    return bool(old and new) and old[:-1].rpartition(".")[2] == new[:-1].rpartition(".")[2]
