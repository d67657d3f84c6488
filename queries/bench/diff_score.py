"""How right a predicted structural diff is. Read `score_pair`.

The figures are those of the pairs' own scorer: an entry is right when its keys on both sides are a true entry's, and
weighs its number of tensors. Where names and shapes leave a choice (equal siblings, blocks of a stack that grew), every
choice is right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from archkb.queries.bench.free_stack import changed_pairs, follow, plain_kind
from archkb.queries.bench.pairs import DiffPair, Entry, Tensors, Truth
from archkb.queries.bench.siblings import sibling_classes

TENSOR_FIGURES = (
    *("precision", "recall", "f1", "kind_acc", "f1_loose", "false_removed", "false_added"),
    *("removed_f1", "added_f1", "reshaped_f1", "retyped_f1", "clean", "exact"),
)
"""Figures of pairs with a true tensor map: shares in [0, 1], two counts of tensors, two flags."""
DESIGN_FIGURES = ("false_map_share", "facts_recall", "facts_wrong")
"""Figures of design pairs: two shares in [0, 1] and a count."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PairScore:
    """One pair's figures by name, in the order of the tuples above; `f1_loose` is not asked of surgery."""

    name: str
    kind: str
    figures: Mapping[str, float]

    @property
    def exact(self) -> bool:
        """Whether nothing is wrong and nothing is missing."""
        figures = self.figures
        if self.kind == "design":
            return figures["false_map_share"] == 0 and figures["facts_recall"] == 1 and figures["facts_wrong"] == 0
        return bool(figures["exact"])


def score_pair(pair: DiffPair, prediction: Mapping[str, Any]) -> PairScore:
    """Score {"map", "removed", "added", and if given "reshaped", "retyped", "facts"} against the pair's truth.

    `map` has [[a keys], [b keys], kind]; keys it never mentions count as removed (a) or added (b).
    """
    entries, faulty = _usable(pair, prediction.get("map", ()))
    if pair.kind == "design":
        return PairScore(pair.name, pair.kind, _design(pair, prediction, sum(e.size for e in entries) + faulty))
    truth = follow(pair, entries)
    figures: dict[str, float] = _map_figures(pair, truth, entries, faulty)
    figures |= _rest_figures(pair, truth, entries, prediction)
    figures["clean"] = int(figures["false_removed"] == 0 and figures["false_added"] == 0)
    figures["exact"] = int(figures["f1"] == 1.0 and figures["clean"] == 1)
    return PairScore(pair.name, pair.kind, figures)


def _usable(pair: DiffPair, given: Iterable[Any]) -> tuple[list[Entry], int]:
    """The entries that can be right, and the tensors of the others: unknown, doubled or missing keys."""
    used_a: set[str] = set()
    used_b: set[str] = set()
    out, faulty = [], 0
    for ours, theirs, *kind in given:
        entry = Entry(tuple(ours), tuple(theirs), kind[0] if kind else "rename")
        if _fits(entry.a, pair.a, used_a) and _fits(entry.b, pair.b, used_b):
            used_a.update(entry.a)
            used_b.update(entry.b)
            out.append(entry)
        else:
            faulty += entry.size
    return out, faulty


def _fits(keys: tuple[str, ...], side: Tensors, used: set[str]) -> bool:
    return bool(keys) and all(k in side and k not in used for k in keys) and len(set(keys)) == len(keys)


def _design(pair: DiffPair, prediction: Mapping[str, Any], mapped: int) -> dict[str, float]:
    true, said = pair.truth.facts, prediction.get("facts") or {}
    right = sum(said.get(k) == v for k, v in true.items())
    return {
        "false_map_share": mapped / (len(pair.a) + len(pair.b)),
        "facts_recall": right / len(true) if true else 1.0,
        "facts_wrong": sum(k in true and true[k] != v for k, v in said.items()),
    }


def _map_figures(pair: DiffPair, truth: Truth, entries: list[Entry], faulty: int) -> dict[str, float]:
    same = _same(truth)
    true = {frozenset(e.a): (_names(e.b, same), e.kind) for e in truth.map}
    right = kinds = groups_found = 0
    for e in entries:
        b, kind = true.get(frozenset(e.a), (None, ""))
        if b == _names(e.b, same):
            right += e.size
            groups_found += 1
            kinds += plain_kind(e.a, e.b, e.kind) == plain_kind(e.a, e.b, kind)
    predicted = sum(e.size for e in entries) + faulty
    asked = sum(e.size for e in truth.map)
    precision, recall, f1 = _shares(right, predicted, asked)
    out = {"precision": precision, "recall": recall, "f1": f1}
    out["kind_acc"] = kinds / groups_found if groups_found else float(not asked)
    if pair.kind != "surgery":
        out["f1_loose"] = _shares(_loosely_right(pair, truth, entries), predicted, asked)[2]
    return out


def _loosely_right(pair: DiffPair, truth: Truth, entries: list[Entry]) -> int:
    """Tensors of the entries that are right if equal siblings of b may be exchanged."""
    classes = sibling_classes(pair.b)
    true = {frozenset(e.a): sorted(classes[k] for k in e.b) for e in truth.map}
    return sum(e.size for e in entries if true.get(frozenset(e.a)) == sorted(classes[k] for k in e.b))


def _rest_figures(
    pair: DiffPair, truth: Truth, entries: list[Entry], prediction: Mapping[str, Any]
) -> dict[str, float]:
    same = _same(truth)
    kept_a, kept_b = {k for e in entries for k in e.a}, {k for e in entries for k in e.b}
    removed = {*prediction.get("removed", ()), *(k for k in pair.a if k not in kept_a)}
    added = {*prediction.get("added", ()), *(k for k in pair.b if k not in kept_b)}
    added_classes, true_added = (Counter(same.get(k, k) for k in keys) for keys in (added, truth.added))
    reshaped, retyped = (
        {(x, y) for x, y in prediction[name]} if name in prediction else derived
        for name, derived in zip(("reshaped", "retyped"), changed_pairs(entries, pair.a, pair.b), strict=True)
    )

    def known(couples: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        return {(x, same.get(y, y)) for x, y in couples}

    return {
        "false_removed": len(removed - set(truth.removed)),
        "false_added": (added_classes - true_added).total(),
        "removed_f1": set_f1(removed, set(truth.removed)),
        "added_f1": _shares((added_classes & true_added).total(), added_classes.total(), true_added.total())[2],
        "reshaped_f1": set_f1(known(reshaped), known(truth.reshaped)),
        "retyped_f1": set_f1(known(retyped), known(truth.retyped)),
    }


def set_f1(said: set[T], true: set[T]) -> float:
    """F1 of a set of predictions; 1 where there was nothing to say and nothing was said.

    >>> set_f1({1, 2}, {2, 3}), set_f1(set(), set()), set_f1({1}, set())
    (0.5, 1.0, 0.0)
    """
    return _shares(len(said & true), len(said), len(true))[2]


def _shares(right: int, said: int, asked: int) -> tuple[float, float, float]:
    """Precision, recall and F1; a share of nothing is 1 where nothing was asked for or said."""
    precision = right / said if said else float(not asked)
    recall = right / asked if asked else 1.0
    if not said and not asked:
        return precision, recall, 1.0
    total = precision + recall
    return precision, recall, 2 * precision * recall / total if total else 0.0


def _same(truth: Truth) -> dict[str, str]:
    """b key -> the name its class goes by, for keys that are in a class."""
    return {key: f"\0{i}" for i, group in enumerate(truth.equiv) for key in group}


def _names(keys: Iterable[str], same: Mapping[str, str]) -> list[str]:
    return sorted(same.get(k, k) for k in keys)
