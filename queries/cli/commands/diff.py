"""`diff`: two models side by side, or a chain of versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archkb.kb.text import printable
from archkb.queries.cli import completion, terminal
from archkb.queries.cli.arguments.ignore_patterns import ignoring
from archkb.queries.cli.arguments.model_argument import models as either
from archkb.queries.cli.context import Run
from archkb.queries.cli.options import with_store_and_output

if TYPE_CHECKING:
    from archkb.queries.diff import Diff
    from archkb.queries.model_view import ModelView

DIFFERENT = 1
"""Exit code when the models are not the same and the caller asked to be told so."""

_MODELS = Annotated[
    list[str],
    typer.Argument(
        metavar="A B...",
        help="Models in the store, files, or design:NAME. More than two with --over-time.",
        autocompletion=completion.either,
    ),
]
_ALL = Annotated[bool, typer.Option("--all", help="Also what is the same in both.")]
_TENSORS = Annotated[bool, typer.Option("--tensors", help="Also each key that was added, removed or changed.")]
_IGNORE = Annotated[
    list[str] | None,
    typer.Option(
        "--ignore", metavar="PATTERN", help="Leave out tensors whose key matches, such as '*.bias'. Repeatable."
    ),
]
_TIME = Annotated[bool, typer.Option("--over-time", help="A chain of versions, each against the one before.")]
_EXIT = Annotated[bool, typer.Option("--exit-code", help="End with 1 where something differs, for CI.")]
_ROUND = Annotated[
    bool, typer.Option("--roundtrip", help="End with 1, and the first loss, where B is not all of A under any names.")
]
_HTML = Annotated[bool, typer.Option("--html", help="A page with the blocks side by side, for a browser.")]
_OUTPUT = Annotated[Path | None, typer.Option("--output", "-o", help="File to write instead of stdout.")]


@with_store_and_output
def diff(
    run: Run,
    models: _MODELS,
    everything: _ALL = False,
    tensors: _TENSORS = False,
    ignore: _IGNORE = None,
    over_time: _TIME = False,
    exit_code: _EXIT = False,
    roundtrip: _ROUND = False,
    html: _HTML = False,
    output: _OUTPUT = None,
) -> None:
    """Compare two models: what changed in a few lines, then components, stacks, attention, precision and sizes.

    Names do not matter: tensors are paired by structure, so two spellings of one model are the same architecture. Two
    designs with little in common are shown side by side by function; an adapter is laid on its base. With --json, one
    object whose schema `archkb schema --format diff` prints.

    \b
    Examples:
      archkb diff ltx-2-19b-dev ltx-2-19b-dev-fp8
      archkb diff ltx-2-19b-dev ltx-2.3-22b-dev --html --output changes.html
      archkb diff old.safetensors new.safetensors --ignore '*.bias' --exit-code
      archkb diff ltx-2:vae ltx-2.3:vae
      archkb diff original.safetensors converted.safetensors --roundtrip
      archkb diff v1 v2 v3 --over-time --markdown
    """
    _check(run, models, over_time, html)
    from archkb.queries.model_view import ModelView

    with either(run) as found:
        views = [ModelView(tables) for tables in ignoring(found.pair(models), ignore or ())]
    steps = _compared(views)
    if html:
        terminal.put(_page(steps[0], views, tensors), output)
    elif run.format == "json":
        terminal.put(_document(steps, views, chain=over_time, tensors=tensors, everything=everything), output)
    else:
        _show(run, steps, chain=over_time, tensors=tensors, everything=everything, output=output)
    loss = _loss(steps) if roundtrip else None
    if loss:
        terminal.tell(f"archkb: {loss}")
    if loss or (exit_code and not all(step.same for step in steps)):
        raise typer.Exit(DIFFERENT)


def _loss(steps: Sequence[Diff]) -> str | None:
    """The first thing a conversion lost, made up or changed; None where only names, order and packing differ."""
    for step in steps:
        from archkb.queries.diff.conversion_loss import first_loss

        loss = first_loss(step)
        if loss:
            return loss
    return None


def _check(run: Run, models: Sequence[str], over_time: bool, html: bool) -> None:
    if len(models) < 2:
        raise typer.BadParameter("two models are needed: archkb diff A B")
    if len(models) > 2 and not over_time:
        raise typer.BadParameter(f"{len(models)} models: add --over-time to compare each with the one before")
    if html and over_time:
        raise typer.BadParameter("--html shows two models, not a chain")
    if html and run.format != "table":
        raise typer.BadParameter(f"--html and --{run.format} exclude each other")


def _compared(views: Sequence[ModelView]) -> list[Diff]:
    from archkb.queries.diff import compare

    show = terminal.progress("diff") if len(views) > 2 else None
    out = []
    for i, (a, b) in enumerate(pairwise(views)):
        if show:
            show(f"{a.name} -> {b.name}", i + 1, len(views) - 1)
        out.append(compare(a, b))
    return out


def _show(
    run: Run, steps: Sequence[Diff], *, chain: bool, tensors: bool, everything: bool, output: Path | None
) -> None:
    from archkb.queries.diff.comparison_rows import over_time, script, side_by_side

    if chain:
        run.show(over_time(steps), output)
        return
    named = run.format in ("table", "markdown")
    answer = side_by_side(steps[0], named=named, everything=everything, tensors=tensors)
    if run.format == "table":  # lines are read as lines; the other forms have them as rows
        lines, answer = script(answer, steps[0])
        if not (lines or answer.rows):  # identical: the sentence that says so is the answer
            lines, answer = f"{printable(answer.notes[0])}\n", replace(answer, notes=())
        run.show(answer, output, before=lines)
    else:
        run.show(answer, output)


def _document(
    steps: Sequence[Diff], views: Sequence[ModelView], *, chain: bool, tensors: bool, everything: bool
) -> str:
    from archkb.queries.diff.document import Chain, document, text

    documents = [
        document(step, a, b, tensors=tensors, everything=everything)
        for step, (a, b) in zip(steps, pairwise(views), strict=True)
    ]
    return text(Chain(models=[view.name for view in views], steps=documents) if chain else documents[0])


def _page(step: Diff, views: Sequence[ModelView], tensors: bool) -> str:
    from archkb.queries.diff.page import page

    return page(step, *views, tensors=tensors)
