"""Scoring of attentions: where they are, what kind they are, and the numbers claimed of them."""

from __future__ import annotations

from typing import Any

from archkb.queries.bench.corpus import Record
from archkb.queries.bench.counts import Counts, Verdict

ATTRIBUTES = ("heads", "kv_heads", "head_dim")


def score_attention(
    record: Record, prediction: dict[str, Any]
) -> tuple[Counts, Counts, dict[str, tuple[int, int, int]], list[Verdict]]:
    """(found, kind, attributes where derivable as (right, answered, asked), verdicts)."""
    truth = record["truth"]["attention"]
    neutral = set(record["truth"].get("attention_neutral", ()))
    index_of: dict[str, int] = {}
    for i, true in enumerate(truth):
        for path in {true["path"], true["core"], *true.get("aliases", ())}:
            index_of.setdefault(path, i)
    matched: dict[int, dict[str, Any]] = {}
    presence, verdicts = Counts(), []
    for item in prediction.get("attention") or ():
        index = index_of.get(item.get("path"))
        if index is None:
            if item.get("path") not in neutral:
                presence.fp += 1
                verdicts += [_kind(item, False), found_by("attention", item, False)]
        elif index not in matched:
            matched[index] = item
            presence.tp += 1
            verdicts.append(found_by("attention", item, True))
    presence.fn += len(truth) - len(matched)
    kind = Counts(fp=presence.fp)
    for i, true in enumerate(truth):
        item = matched.get(i)
        if true["kind"] == "unknown":
            continue
        right = item is not None and item.get("kind") == true["kind"]
        kind.tp += right
        kind.fn += not right
        kind.fp += item is not None and not right
        if item is not None and item.get("kind") is not None:
            verdicts.append(_kind(item, right))
    return presence, kind, _attributes(truth, matched, verdicts), verdicts


def _kind(item: dict[str, Any], right: bool) -> Verdict:
    return Verdict("attention_kind", item.get("rule", ""), item.get("confidence", 0.0), right)


def found_by(task: str, item: dict[str, Any], right: bool) -> Verdict:
    """Whether there is such a module at all, by the rule that gave it its label."""
    return Verdict(task, item.get("found_rule", ""), item.get("found_confidence", 0.0), right)


def _attributes(
    truth: list[dict[str, Any]], matched: dict[int, dict[str, Any]], verdicts: list[Verdict]
) -> dict[str, tuple[int, int, int]]:
    out = {}
    for name in ATTRIBUTES:
        right = answered = asked = 0
        for i, true in enumerate(truth):
            item = matched.get(i, {})
            claimed = item.get(name)
            if true.get(name) is None:
                continue
            if claimed is not None:
                hit = claimed == true[name]
                verdicts.append(Verdict(name, item.get(f"{name}_rule", ""), item.get(f"{name}_confidence", 0.0), hit))
            if true.get("heads_derivable"):
                asked += 1
                answered += claimed is not None
                right += claimed == true[name]
        out[name] = (right, answered, asked)
    return out
