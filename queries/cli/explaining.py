"""`explain`: a page on what a model is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kb.errors import StoreError
from queries.answer import Answer
from queries.cli import terminal
from queries.cli.either import EitherArgument, Models, is_file, models
from queries.cli.options import with_store_and_output
from queries.cli.run import Run

if TYPE_CHECKING:
    from kb.tables import GraphTables
    from queries.adapts import Base
    from queries.explain import Because, Line

_COLUMNS = ("level", "path", "text", "evidence")


@with_store_and_output
def explain(
    run: Run,
    model: EitherArgument,
    path: Annotated[str, typer.Argument(metavar="[PATH]", help="Explain what is at and below this module.")] = "",
    evidence: Annotated[bool, typer.Option("--evidence", "-e", help="Under each line, why it is believed.")] = False,
) -> None:
    """Tell in a page what a model or a file is, component by component; equal blocks are described once.

    \b
    Examples:
      archkb explain ltx-2-19b-dev-fp8
      archkb explain lora.safetensors
      archkb explain ltx-2-19b-dev-fp8 model.diffusion_model.transformer_blocks.0 --evidence
    """
    from queries.cells import printable
    from queries.explain import explain as page

    with models(run) as found:
        tables = found.load(model)
        lines = page(tables, path, bases=_bases(found, model, tables))
    if run.format != "table":
        rows = ((x.level, x.path, x.text, _reasons(x)) for x in lines)
        run.show(Answer("explain", _COLUMNS, tuple(rows)))
        return

    def shown(line: Line) -> str:
        indent = "  " * line.level
        text = f"{indent}{printable(line.text)}\n"
        return text + "".join(f"{indent}    · {printable(r)}\n" for r in _reasons(line)) if evidence else text

    terminal.say("".join(shown(line) for line in lines))


def _bases(found: Models, model: str, tables: GraphTables) -> list[Base] | None:
    """The models it adapts; None where it is no adapter, or a file and there is no store."""
    from queries.adapts import adapts

    if tables.model["role"] != "adapter":
        return None
    try:
        return adapts(tables, found.store)
    except StoreError:
        if is_file(model):
            return None
        raise


def _reasons(line: Line) -> list[str]:
    """Evidence as sentences: property = value, by which rule, on what basis, how sure, what was seen."""
    return [
        f"{b.property} = {'unknown' if b.value is None else b.value}: {b.detail} [{b.rule}, by {b.basis}, {_sure(b)}]"
        for b in line.evidence
    ]


def _sure(because: Because) -> str:
    from ingest.rules import UNMEASURED, measured

    if because.confidence is None:
        return "no confidence in what is unknown"
    if because.confidence == UNMEASURED and because.rule not in measured():
        return "confidence unmeasured"
    return f"confidence {because.confidence:.2f}"
