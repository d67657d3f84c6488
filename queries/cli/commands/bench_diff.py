"""`bench --diff`: how right the diff is on a folder of pairs with known differences."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from archkb.queries.cli import terminal
from archkb.queries.output.answer import Answer

if TYPE_CHECKING:
    from archkb.kb.tables import GraphTables
    from archkb.kb.values import TensorSpec
    from archkb.queries.bench.diff_run import PairRun
    from archkb.queries.bench.pairs import DiffPair


def bench_pairs(folder: Path, *, anonymise: bool) -> tuple[Answer, dict[str, dict[str, Any]]]:
    """The figures of a folder of pairs, and the predictions by name."""
    from archkb.queries.bench.diff_run import score_pairs

    found = score_pairs(folder, _predict, anonymise=anonymise, progress=terminal.progress("bench"))
    return _figures(found, anonymise), dict(found.predictions)


def _predict(pair: DiffPair) -> dict[str, Any]:
    from archkb.queries.diff.scorer_facts import predict

    return predict(pair.a, pair.b, tables if pair.kind == "design" else None)


def tables(tensors: tuple[TensorSpec, ...]) -> GraphTables:
    """Everything that is inferred of these tensors."""
    from archkb.ingest.graph.rows import to_tables
    from archkb.ingest.pipeline import analyse
    from archkb.kb.values import Header

    return to_tables(analyse(Header(tensors)), name="bench")


def _figures(run: PairRun, anonymise: bool) -> Answer:
    from archkb.queries.bench.diff_run import FIGURES, groups, means

    rows: list[tuple[Any, ...]] = [
        (name, len(chosen), *(_round(x) for x in means(chosen))) for name, chosen in groups(run.scores).items()
    ]
    rows += [(s.name, 1, *(_round(x) for x in means([s]))) for s in run.scores if not s.exact]
    return Answer("bench", ("group", "pairs", *FIGURES), tuple(rows), notes=tuple(_notes(run, anonymise)))


def _notes(run: PairRun, anonymise: bool) -> list[str]:
    inexact = sum(not s.exact for s in run.scores)
    out = [
        f"{len(run.scores)} pairs, {run.tensors:,} tensors in {run.seconds:.1f} s",
        f"{inexact} of {len(run.scores)} pairs are not exact; each has a row of its own" if inexact else "all exact",
    ]
    if anonymise:
        out.append("names hashed: equal siblings of b are classes of which any choice is right, so f1 is f1_loose")
    for what, counted in (("missed", run.missed), ("wrong", run.wrong)):
        if counted:
            said = ", ".join(f"{name} {n}" for name, n in sorted(counted.items(), key=lambda i: (-i[1], i[0])))
            out.append(f"facts {what}: {said}")
    return out


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
