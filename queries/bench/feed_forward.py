"""Scoring of feed-forwards: path and form."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from archkb.kb.paths import within
from archkb.queries.bench.attention import found_by
from archkb.queries.bench.corpus import Record
from archkb.queries.bench.counts import Counts, Verdict


def score_feed_forwards(record: Record, prediction: dict[str, Any]) -> tuple[Counts, list[Verdict]] | None:
    """None where the model was never traced, so that nobody knows its feed-forwards."""
    truth = record["truth"]["mlp"]
    if truth is None:
        return None
    dead = record["truth"].get("not_executed", ())
    places: dict[str, list[int]] = defaultdict(list)
    for i, true in enumerate(truth):
        for path in _paths(true):
            places[path].append(i)
    neutral = set(record["truth"].get("mlp_neutral", ()))
    for ignored in record["truth"].get("mlp_ignore", ()):
        neutral |= _paths(ignored)
    matched: dict[int, dict[str, Any]] = {}
    counts, verdicts = Counts(), []
    for item in prediction.get("mlp") or ():
        path = item["path"]
        candidates = places.get(path, [])
        free = [i for i in candidates if i not in matched]
        if free:
            matched[free[0]] = item
        elif not candidates and path not in neutral and not any(within(path, d) for d in dead):
            counts.fp += 1
            verdicts.append(Verdict("mlp", item.get("rule", ""), item.get("confidence", 0.0), False))
            verdicts.append(found_by("mlp_found", item, False))
    for i, true in enumerate(truth):
        if i not in matched:
            counts.fn += 1
            continue
        item = matched[i]
        right = item.get("type") == true["type"]
        counts.tp += right
        counts.fp += not right
        counts.fn += not right
        verdicts.append(Verdict("mlp", item.get("rule", ""), item.get("confidence", 0.0), right))
        verdicts.append(found_by("mlp_found", item, True))
    return counts, verdicts


def _paths(true: dict[str, Any]) -> set[str]:
    """The paths under which a feed-forward may be predicted: an inline one also by either of its sides."""
    out = {true["path"], *true.get("aliases", ())}
    if true.get("inline"):
        for side in (*true["up"], true["down"]):
            path = side
            while within(path, true["path"]):
                out.add(path)
                if "." not in path:
                    break
                path = path.rpartition(".")[0]
            out.add(side)
    return out
