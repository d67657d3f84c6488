"""`bench --calibration` and `--confidences`: whether confidences can be believed, and the file they are read from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from archkb.queries.output.answer import Answer

if TYPE_CHECKING:
    from archkb.queries.bench.counts import Verdict
    from archkb.queries.bench.run import Run as Scores

_COLUMNS = ("group", "task", "rule", "uses", "right", "precision", "confidence", "ece")


def calibrated(scores: Scores) -> Answer:
    """Rows: every group whole, then its tasks; then the rules over all models."""
    from archkb.ingest.rules import DOUBTFUL, misleads
    from archkb.queries.bench.calibration import cross_fitted, ece, groups

    fitted = cross_fitted(scores.models, misleads)
    rows: list[tuple[Any, ...]] = []
    for name, models in groups(fitted).items():
        verdicts = [v for m in models for v in m.verdicts]
        rows.append((name, None, None, *_judged(verdicts)))
        for task in sorted({v.task for v in verdicts}):
            rows.append((name, task, None, *_judged([v for v in verdicts if v.task == task])))
    every = [v for m in fitted for v in m.verdicts]
    for task, rule in sorted({(v.task, v.rule) for v in every}):
        rows.append(("all", task, rule, *_judged([v for v in every if (v.task, v.rule) == (task, rule)])))
    unknown = sum(len(m.verdicts) for m in scores.models) - len(every)
    notes = (
        f"each third of the families judged with confidences of the others: ECE {ece(every):.4f} over {len(every):,} "
        f"predictions; {unknown:,} more are unknown, their rules being right for less than {DOUBTFUL:.0%} of models",
    )
    return Answer("calibration", _COLUMNS, tuple(rows), notes=notes)


def _judged(verdicts: Sequence[Verdict]) -> tuple[Any, ...]:
    """(uses, right, precision, mean confidence, ECE)."""
    from archkb.queries.bench.calibration import ece

    uses, right = len(verdicts), sum(v.right for v in verdicts)
    if not uses:
        return 0, 0, None, None, None
    confidence = sum(v.confidence for v in verdicts) / uses
    return uses, right, _round(right / uses), _round(confidence), _round(ece(verdicts))


def precisions(scores: Scores) -> str:
    """The file `ingest/precision.json`: precision of every rule, and how many uses, models and families gave it."""
    from archkb.queries.bench.measured_precision import measure

    table = {
        rule: {"n": m.uses, "models": m.models, "families": m.families, "precision": round(m.precision, 4)}
        for rule, m in measure(scores.models).items()
    }
    return json.dumps(table, indent=1) + "\n"


def _round(value: float) -> float:
    return round(value, 4)
