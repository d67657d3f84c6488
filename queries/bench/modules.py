"""Scoring of layer types and stacks. The matching rules are those of the corpus' README."""

from __future__ import annotations

from typing import Any

from archkb.queries.bench.attention import found_by
from archkb.queries.bench.corpus import Record
from archkb.queries.bench.counts import Counts, Verdict


def entry(value: Any) -> tuple[str | None, str, float]:
    """(type, rule, confidence) of a module prediction, given as a bare type or as an object."""
    if isinstance(value, dict):
        return value.get("type"), value.get("rule", ""), value.get("confidence", 0.0)
    return value, "", 0.0


def score_modules(record: Record, prediction: dict[str, Any]) -> tuple[Counts, list[Verdict]]:
    """Exact path and type. 'other' is a negative class: claiming a type for it is a false positive."""
    truth, absent = record["truth"]["modules"], set(record["truth"].get("absent", ()))
    predicted = {p: entry(v) for p, v in (prediction.get("modules") or {}).items()}
    counts, verdicts = Counts(), []
    for path, true in truth.items():
        claimed_type, rule, confidence = predicted.get(path, (None, "", 0.0))
        accepted = {true["type"], *true.get("accept", ())}
        is_layer = claimed_type not in (None, "other")
        if true["type"] == "other":
            right = claimed_type in accepted or not is_layer
            counts.fp += is_layer and not right
        else:
            right = claimed_type in accepted
            counts.tp += right
            counts.fn += not right
            counts.fp += is_layer and not right
        if claimed_type is not None:  # 'no layer' is a claim too
            verdicts.append(Verdict("modules", rule, confidence, right))
    for path, (claimed_type, rule, confidence) in predicted.items():
        if path not in truth and path not in absent and claimed_type not in (None, "other"):
            counts.fp += 1
            verdicts.append(Verdict("modules", rule, confidence, False))
    return counts, verdicts


def score_stacks(record: Record, prediction: dict[str, Any]) -> tuple[Counts, list[Verdict]]:
    """Path and depth; the depth of a run of like children counts too. Leaf stacks and neutral ones cost nothing."""
    truth = {s["path"]: s for s in record["truth"]["stacks"]}
    wanted = {p for p, s in truth.items() if s["kind"] != "leaf"}
    neutral = set(record["truth"].get("stacks_neutral", ()))
    counts, verdicts, scored = Counts(), [], set()
    for item in prediction.get("stacks") or ():
        path, depth = item.get("path"), item.get("depth")
        if path in scored:
            continue
        scored.add(path)
        if path in truth:
            right = depth == truth[path]["depth"] or any(depth == run[1] for run in truth[path].get("runs", ()))
            if path not in wanted:
                continue
            counts.tp += right
            counts.fp += not right
            counts.fn += not right
        elif path in neutral or (isinstance(depth, int) and depth < 2):
            continue
        else:
            right = False
            counts.fp += 1
        verdicts.append(Verdict("stacks", item.get("rule", ""), item.get("confidence", 0.0), right))
        verdicts.append(found_by("stacks_found", item, path in truth))
    counts.fn += len(wanted - scored)
    return counts, verdicts
