"""Score one record or a whole corpus with a given extraction, and sum up. Read `score_corpus`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archkb.kb.values import TensorSpec
from archkb.queries.bench.attention import score_attention
from archkb.queries.bench.corpus import Anonymiser, Record, group_of, is_left_out, newness, patterns, records, specs
from archkb.queries.bench.counts import Counts, Scored, Verdict, mean
from archkb.queries.bench.feed_forward import score_feed_forwards
from archkb.queries.bench.modules import score_modules, score_stacks
from archkb.queries.bench.residual import score_residuals

Predict = Callable[[tuple[TensorSpec, ...]], dict[str, Any]]
MAIN = ("modules", "stacks", "attention_kind", "mlp", "residual")
"""The tasks whose mean macro-F1 is the overall figure."""


@dataclass(frozen=True, slots=True)
class Run:
    """A scored corpus. `seconds` is extraction alone; reading and scoring are left out."""

    models: tuple[Scored, ...]
    tensors: int
    seconds: float
    predictions: Mapping[str, dict[str, Any]]


def score_record(record: Record, prediction: dict[str, Any]) -> Scored:
    """One model's predictions against its truth."""
    tasks: dict[str, Counts] = {}
    tasks["modules"], verdicts = score_modules(record, prediction)
    tasks["stacks"], more = score_stacks(record, prediction)
    verdicts += more
    tasks["attention"], tasks["attention_kind"], answered, more = score_attention(record, prediction)
    verdicts += more
    for task, score in (("mlp", score_feed_forwards), ("residual", score_residuals)):
        found = score(record, prediction)
        if found is not None:
            tasks[task], more = found
            verdicts += more
    role = prediction.get("role")
    if role is not None and record.get("role"):
        right = role == record["role"]
        answered["role"] = (int(right), 1, 1)
        verdicts.append(Verdict("role", prediction.get("role_rule", ""), prediction.get("role_confidence", 0.0), right))
    elif record.get("role"):
        answered["role"] = (0, 0, 1)
    return Scored(
        name=record["name"],
        library=record.get("library", ""),
        left_out=is_left_out(record),
        tasks=tasks,
        answered=answered,
        verdicts=tuple(verdicts),
        group=group_of(record),
        newness=newness(record),
        patterns=patterns(record),
    )


def score_corpus(
    folder: Path,
    predict: Predict,
    *,
    anonymise: bool = False,
    progress: Callable[[int, str], None] | None = None,
) -> Run:
    """Extract and score every record of a corpus folder."""
    scored, predictions, tensors, seconds = [], {}, 0, 0.0
    for done, record in enumerate(records(folder)):
        if progress is not None:
            progress(done, record["name"])
        blind = Anonymiser(record) if anonymise else None
        given = specs(blind.record if blind else record)
        start = time.perf_counter()
        prediction = predict(given)
        seconds += time.perf_counter() - start
        tensors += len(given)
        if blind:
            prediction = blind.restore(prediction)
        scored.append(score_record(record, prediction))
        predictions[record["name"]] = prediction
    return Run(tuple(scored), tensors, seconds, predictions)


@dataclass(frozen=True, slots=True)
class Figure:
    """Macro precision, recall and F1 (means over models) of one task in one group of models."""

    task: str
    group: str
    precision: float | None
    recall: float | None
    f1: float | None
    micro_f1: float | None
    models: int


def figures(models: Iterable[Scored], group: str) -> list[Figure]:
    """One figure a task, and `overall`: the mean macro-F1 of the main tasks."""
    chosen = list(models)
    out = []
    for task in ("modules", "stacks", "attention", "attention_kind", "mlp", "residual"):
        counts = [m.tasks[task] for m in chosen if task in m.tasks]
        total = Counts()
        for c in counts:
            total += c
        missed = [c.precision if c.tp + c.fp else (0.0 if c.fn else None) for c in counts]
        f1 = [c.f1 for c in counts]
        out.append(
            Figure(
                task,
                group,
                mean(missed),
                mean(c.recall for c in counts),
                mean(f1),
                total.f1,
                len([f for f in f1 if f is not None]),
            )
        )
    overall = mean(f.f1 for f in out if f.task in MAIN)
    out.append(Figure("overall", group, None, None, overall, None, len(chosen)))
    return out
