"""`bench`: how right the rules are on a folder of models with known architecture."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archkb.queries.cli import terminal
from archkb.queries.cli.commands.bench_diff import bench_pairs
from archkb.queries.cli.commands.bench_rules import calibrated, precisions
from archkb.queries.cli.context import Run
from archkb.queries.cli.options import with_output
from archkb.queries.output.answer import Answer

if TYPE_CHECKING:
    from archkb.kb.values import TensorSpec
    from archkb.queries.bench.run import Run as Scores

_FIGURES = ("group", "task", "precision", "recall", "f1", "micro_f1", "models")


@with_output
def bench(
    run: Run,
    corpus: Annotated[
        Path | None,
        typer.Argument(metavar="[CORPUS_DIR]", help="Folder of NAME.json.gz, a model each.", exists=True),
    ] = None,
    diff: Annotated[
        Path | None,
        typer.Option(
            "--diff",
            metavar="DIR",
            help="Score the diff on a folder of NAME.json.gz, a pair each.",
            exists=True,
            file_okay=False,
        ),
    ] = None,
    write: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write one NAME.json of predictions a model or pair here.")
    ] = None,
    anonymise: Annotated[bool, typer.Option("--anonymise", help="Hash every name first; numbers stay.")] = False,
    calibration: Annotated[
        bool,
        typer.Option("--calibration", help="Uses, precision, confidence and ECE by task, fold, novelty of keys, rule."),
    ] = False,
    kin: Annotated[
        bool, typer.Option("--kin", help="How right relations between models are: nearest, suspected descents.")
    ] = False,
    confidences: Annotated[
        Path | None, typer.Option(help="Write each rule's precision, a model counting once, to this file.")
    ] = None,
) -> None:
    """Extract a corpus of models and score it: precision, recall and F1 (means over models) by task and library.

    A fifth of the families, chosen by a hash, is left out: their figures tell whether a rule is general.

    With --calibration, each third of the families is judged with confidences measured on the other two; ECE is the
    expected calibration error. An answer whose confidence is then below .7 is unknown and not judged.

    With --diff, pairs of headers are compared instead and scored against what is known to have changed: means by kind
    of pair, then each pair that is not exact. Of two designs no tensor map is true; there, facts of both are scored.
    With --anonymise the two sides are hashed with different salts; then equal siblings of the second model cannot be
    told apart, and any choice among them counts as right (f1 is f1_loose).

    \b
    Examples:
      archkb bench corpus/models
      archkb bench corpus/models --anonymise --json
      archkb bench corpus/models --calibration
      archkb bench corpus/models --kin
      archkb bench --diff diffpairs/pairs --write predictions
      archkb bench --diff diffpairs/pairs --anonymise --csv
    """
    if (corpus is None) == (diff is None):
        raise typer.BadParameter("give either CORPUS_DIR or --diff DIR" + (", not both" if diff else ""))
    if diff is not None:
        if calibration or kin or confidences is not None:
            option = "--calibration" if calibration else "--kin" if kin else "--confidences"
            raise typer.BadParameter(f"{option} is of rules that extract: it goes with CORPUS_DIR, not with --diff")
        answer, predictions = bench_pairs(diff, anonymise=anonymise)
        if write is not None:
            _write(predictions, write)
        run.show(answer)
        return
    assert corpus is not None
    if kin:
        run.show(_kin(corpus))
        return
    if calibration or confidences is not None:
        raw = _score(corpus, anonymise=anonymise, doubtful=True)
        if confidences is not None:
            terminal.put(precisions(raw), confidences)
    scores = raw if calibration else _score(corpus, anonymise=anonymise)
    if write is not None:
        _write(scores.predictions, write)
    run.show(calibrated(scores) if calibration else _figures(scores))


def _score(corpus: Path, *, anonymise: bool, doubtful: bool = False) -> Scores:
    """Extract and score; with `doubtful`, answers of rules that are right too seldom as well."""
    from archkb.queries.bench.run import score_corpus

    shown = terminal.progress("bench")
    return score_corpus(
        corpus,
        lambda tensors: _predict(tensors, doubtful=doubtful),
        anonymise=anonymise,
        progress=(lambda done, name: shown(name, done, done + 1)) if shown else None,
    )


def _write(predictions: Mapping[str, dict[str, Any]], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, prediction in predictions.items():
        (folder / f"{name}.json").write_text(json.dumps(prediction), encoding="utf-8")
    terminal.tell(f"archkb: wrote {len(predictions)} predictions to {folder}")


def _predict(tensors: tuple[TensorSpec, ...], *, doubtful: bool = False) -> dict[str, Any]:
    from archkb.ingest.pipeline import analyse
    from archkb.ingest.scorer_format import predictions
    from archkb.kb.values import Header

    return predictions(analyse(Header(tensors), doubtful=doubtful))


def _kin(corpus: Path) -> Answer:
    """Shares by question and group of families, with the rates of suspected descents as notes."""
    from archkb.queries.bench.corpus import records
    from archkb.queries.bench.descent_scores import trials
    from archkb.queries.bench.related_models import rates, recalled, shares, sketches
    from archkb.queries.cli.commands.bench_diff import tables

    shown = terminal.progress("bench")
    kept = []
    for done, model in enumerate(sketches(records(corpus), tables)):
        kept.append(model)
        if shown:
            shown(model.name, done, done + 1)
    found = [*shares(kept), *recalled(trials(records(corpus), tables))]
    rows = tuple((s.question, s.group, s.right, s.asked, _round(s.right / s.asked) if s.asked else None) for s in found)
    return Answer("kin", ("question", "families", "right", "asked", "share"), rows, notes=tuple(rates(found)))


def _figures(scores: Scores) -> Answer:
    from archkb.queries.bench.run import figures

    models = scores.models
    groups = {
        "all": models,
        "left out": [m for m in models if m.left_out],
        "not left out": [m for m in models if not m.left_out],
        "seen": [m for m in models if not m.newness],
        "unseen": [m for m in models if m.newness],
    }
    groups |= {name: [m for m in models if m.library == name] for name in sorted({m.library for m in models})}
    rows = [
        (f.group, f.task, *(_round(x) for x in (f.precision, f.recall, f.f1, f.micro_f1)), f.models)
        for group, chosen in groups.items()
        if chosen
        for f in figures(chosen, group)
    ]
    notes = [
        f"{len(models)} models, {scores.tensors:,} tensors in {scores.seconds:.1f} s, "
        f"{scores.tensors / max(scores.seconds, 1e-9):,.0f} tensors a second"
    ]
    for name in ("heads", "kv_heads", "head_dim", "role"):
        found = [m.answered[name] for m in models if name in m.answered]
        right, answered, asked = (sum(x[i] for x in found) for i in range(3))
        notes.append(f"{name}: {right} right of {answered} answered, {asked} asked")
    return Answer("bench", _FIGURES, tuple(rows), notes=tuple(notes))


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
