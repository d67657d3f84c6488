"""Scoring of residual additions by the weight-bearing layers they go around."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from archkb.kb.paths import above, within
from archkb.queries.bench.corpus import Record
from archkb.queries.bench.counts import Counts, Verdict

ENOUGH = 0.75
"""Jaccard overlap of two sets of layers from which they count as the same addition."""

Leaves = frozenset[str]


def score_residuals(record: Record, prediction: dict[str, Any]) -> tuple[Counts, list[Verdict]] | None:
    """None where the model was never traced. Parallel branches may be predicted as one addition or one by one."""
    truth = record["truth"]["residual"]
    if truth is None:
        return None
    wanted = [e for e in truth if e["kind"] in ("identity", "projection")]
    neutral = [frozenset(e["leaves"]) for e in truth if e["kind"] not in ("identity", "projection")]
    predicted = _predicted(record, prediction)
    taken, whole, part = _match(wanted, [leaves for leaves, _ in predicted])
    counts, verdicts = Counts(), []
    for i, true in enumerate(wanted):
        if i in whole:
            counts.tp += 1
        elif part[i]:
            counts.tp += len(part[i])
            counts.fn += len(true.get("alts", ())) - len(part[i])
        else:
            counts.fn += 1
    dead = record["truth"].get("not_executed", ())
    for i, (leaves, item) in enumerate(predicted):
        if i not in taken:
            if any(_overlap(leaves, n) >= ENOUGH for n in neutral if n or leaves):
                continue
            if leaves and all(any(within(x, d) for d in dead) for x in leaves):
                continue
            counts.fp += 1
        verdicts.append(Verdict("residual", item.get("rule", ""), item.get("confidence", 0.0), i in taken))
    return counts, verdicts


def _overlap(first: Leaves, second: Leaves) -> float:
    return len(first & second) / len(first | second) if first or second else 0.0


def _weighted(record: Record) -> set[str]:
    """Modules that bear a matrix: linears, convolutions, or anything with a parameter of two real dimensions."""
    shapes: dict[str, list[list[int]]] = defaultdict(list)
    for key, spec in record["tensors"].items():
        cut = key.find("parametrizations.")
        owner = key[:cut].rstrip(".") if cut >= 0 else key.rpartition(".")[0]
        shapes[owner].append(spec["shape"])
    modules = record["truth"]["modules"]
    inner = {path for module in modules for path in above(module)}
    return {
        path
        for path, true in modules.items()
        if path not in inner
        and (
            true["type"] == "linear"
            or true["type"].startswith("conv")
            or (true["type"] == "other" and any(sum(d > 1 for d in s) >= 2 for s in shapes[path]))
        )
    }


def _predicted(record: Record, prediction: dict[str, Any]) -> list[tuple[Leaves, dict[str, Any]]]:
    weighted = _weighted(record)
    inside: dict[str, list[str]] = defaultdict(list)
    for module in record["truth"]["modules"]:
        inside[module].append(module)
        for path in above(module):
            inside[path].append(module)
    out: dict[Leaves, dict[str, Any]] = {}
    for item in prediction.get("residual") or ():
        modules = {m for a in item.get("around") or () for m in inside.get(a, [a])}
        out.setdefault(frozenset(m for m in modules if m in weighted) or frozenset(modules), item)
    return list(out.items())


def _match(wanted: list[dict[str, Any]], predicted: list[Leaves]) -> tuple[set[int], set[int], dict[int, set[int]]]:
    """(predictions used, truths found whole, truths found by branch), best overlaps first."""
    holds: dict[str, set[int]] = defaultdict(set)
    for i, true in enumerate(wanted):
        for leaf in true["leaves"]:
            holds[leaf].add(i)
    candidates = []
    for p, leaves in enumerate(predicted):
        for i in {i for leaf in leaves for i in holds.get(leaf, ())}:
            overlap = _overlap(leaves, frozenset(wanted[i]["leaves"]))
            if overlap >= ENOUGH:
                candidates.append((overlap, p, i, -1))
            for branch, alternative in enumerate(wanted[i].get("alts", ())):
                overlap = _overlap(leaves, frozenset(alternative))
                if overlap >= ENOUGH:
                    candidates.append((overlap - 1e-6, p, i, branch))
    taken: set[int] = set()
    whole: set[int] = set()
    part: dict[int, set[int]] = defaultdict(set)
    for _, p, i, branch in sorted(candidates, reverse=True):
        if p in taken or i in whole:
            continue
        if branch < 0 and not part[i]:
            whole.add(i)
            taken.add(p)
        elif branch >= 0 and branch not in part[i]:
            part[i].add(branch)
            taken.add(p)
    return taken, whole, part
