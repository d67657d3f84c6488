"""The truth under the block alignment a prediction chose, where a stack of equal blocks leaves the choice."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from archkb.kb.paths import in_block
from archkb.queries.bench.pairs import DiffPair, Entry, FreeStack, Tensors, Truth

Place = tuple[int, str]
Choice = dict[int, int]


def follow(pair: DiffPair, entries: Iterable[Entry]) -> Truth:
    """The pair's truth with every free stack's blocks matched as `entries` match them, where that is admissible.

    Admissible: as many blocks are matched as in the truth, in increasing order, and the shapes come out as there.
    """
    truth, predicted = pair.truth, tuple(entries)
    for stack in truth.free:
        truth = _followed(truth, pair, _choice(predicted, stack), stack)
    return truth


def changed_pairs(entries: Iterable[Entry], source: Tensors, target: Tensors) -> tuple[set[tuple[str, str]], ...]:
    """(reshaped, retyped): entries of one tensor each whose shape (not by an exchange of axes) or dtype differs."""
    reshaped, retyped = set(), set()
    for e in entries:
        if len(e.a) == len(e.b) == 1:
            before, after = source[e.a[0]], target[e.b[0]]
            if e.kind != "transpose" and before.shape != after.shape:
                reshaped.add((e.a[0], e.b[0]))
            if before.dtype != after.dtype:
                retyped.add((e.a[0], e.b[0]))
    return reshaped, retyped


def plain_kind(source_keys: tuple[str, ...], target_keys: tuple[str, ...], kind: str) -> str:
    """`same` where the keys are equal, `rename` where they are not; other kinds stay.

    >>> plain_kind(("w",), ("v",), "same"), plain_kind(("w",), ("w",), "rename"), plain_kind(("w",), ("w",), "split")
    ('rename', 'same', 'split')
    """
    if kind not in ("same", "rename"):
        return kind
    return "same" if source_keys == target_keys else "rename" if kind == "same" else kind


def _choice(entries: tuple[Entry, ...], stack: FreeStack) -> Choice:
    """Block of a -> the block of b most of its entries go to."""
    votes: dict[int, Counter[int]] = {}
    for e in entries:
        source_place, target_place = in_block(e.a[0], stack.a), in_block(e.b[0], stack.b)
        if source_place and target_place:
            votes.setdefault(source_place[0], Counter())[target_place[0]] += 1
    return {i: found.most_common(1)[0][0] for i, found in votes.items()}


def _followed(truth: Truth, pair: DiffPair, choice: Choice, stack: FreeStack) -> Truth:
    held, inside = _blocks(truth, stack)
    if choice == held or len(choice) != len(held):
        return truth
    if any(x >= y for x, y in itertools.pairwise(choice[i] for i in sorted(choice))):
        return truth
    looks = _looks(pair.a, stack.a)
    moved: list[Entry] = []
    for i, j in choice.items():
        model = i if i in inside else next((q for q in inside if looks[q] == looks[i]), None)
        if model is None:
            return truth
        for inner in inside[model]:
            target_keys, before = _keys(stack.b, j, inner.b), _keys(stack.b, held[model], inner.b)
            if any(
                x not in pair.b or pair.b[x].shape != pair.b[y].shape for x, y in zip(target_keys, before, strict=True)
            ):
                return truth
            source_keys = _keys(stack.a, i, inner.a)
            moved.append(Entry(source_keys, target_keys, plain_kind(source_keys, target_keys, inner.kind)))
    entries = (*(e for e in truth.map if not _is_inside(e, stack, inside)), *moved)
    ours, theirs = [k for e in entries for k in e.a], [k for e in entries for k in e.b]
    if len(set(ours)) != len(ours) or len(set(theirs)) != len(theirs):
        return truth
    reshaped, retyped = changed_pairs(entries, pair.a, pair.b)
    return replace(
        truth,
        map=entries,
        removed=tuple(k for k in pair.a if k not in set(ours)),
        added=tuple(k for k in pair.b if k not in set(theirs)),
        reshaped=tuple(reshaped),
        retyped=tuple(retyped),
    )


def _blocks(truth: Truth, stack: FreeStack) -> tuple[Choice, dict[int, list[Entry]]]:
    """The true choice, and the entries of each matched block of a with their keys cut to what follows the index."""
    held: Choice = {}
    inside: dict[int, list[Entry]] = {}
    for e in truth.map:
        source_places, target_places = (
            [p for p in (in_block(k, s) for k in keys) if p] for keys, s in ((e.a, stack.a), (e.b, stack.b))
        )
        if (
            len(source_places) < len(e.a)
            or len(target_places) < len(e.b)
            or len({i for i, _ in source_places}) != 1
            or len({j for j, _ in target_places}) != 1
        ):
            continue
        held[source_places[0][0]] = target_places[0][0]
        inside.setdefault(source_places[0][0], []).append(
            Entry(tuple(r for _, r in source_places), tuple(r for _, r in target_places), e.kind)
        )
    return held, inside


def _looks(tensors: Tensors, stack: str) -> dict[int, set[tuple[str, tuple[int, ...]]]]:
    """Block -> what follows its index, with shapes."""
    out: dict[int, set[tuple[str, tuple[int, ...]]]] = {}
    for key, spec in tensors.items():
        place = in_block(key, stack)
        if place:
            out.setdefault(place[0], set()).add((place[1], spec.shape))
    return out


def _keys(stack: str, index: int, rests: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{stack}.{index}.{r}" if r else f"{stack}.{index}" for r in rests)


def _is_inside(entry: Entry, stack: FreeStack, inside: Mapping[int, object]) -> bool:
    place = in_block(entry.a[0], stack.a)
    return place is not None and in_block(entry.b[0], stack.b) is not None and place[0] in inside
