"""`explain`: a page on what a model is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from archkb.kb.errors import StoreError
from archkb.queries.cli import terminal
from archkb.queries.cli.arguments.model_argument import EitherArgument, models
from archkb.queries.cli.context import Run
from archkb.queries.cli.options import with_store_and_output
from archkb.queries.interface.model_source import Models, is_file
from archkb.queries.output.answer import Answer

if TYPE_CHECKING:
    from archkb.kb.tables import GraphTables
    from archkb.queries.explain.model_page import Line
    from archkb.queries.relations.adapted_bases import Base

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
    from archkb.kb.text import printable
    from archkb.queries.explain.model_page import explain as page
    from archkb.queries.model_view import ModelView

    with models(run) as found:
        tables = found.load(model)
        lines = page(ModelView(tables), path, bases=_bases(found, model, tables))
    if run.format != "table":
        rows = ((x.level, x.path, x.text, _reasons(x)) for x in lines)
        run.show(Answer("explain", _COLUMNS, tuple(rows)))
        return

    def shown(line: Line, text: str) -> str:
        indent = "  " * line.level
        text = f"{indent}{printable(text)}\n"
        return text + "".join(f"{indent}    · {printable(r)}\n" for r in _reasons(line)) if evidence else text

    terminal.say("".join(map(shown, lines, _below(lines))))


def _below(lines: Iterable[Line]) -> Iterator[str]:
    """The texts of the lines; one that begins with a path says it from the path of the line it stands under."""
    over: dict[int, str] = {}
    for line in lines:
        root = next((over[i] for i in range(line.level - 1, -1, -1) if over.get(i)), "")
        over = {level: path for level, path in over.items() if level < line.level} | {line.level: line.path}
        named = root and line.path.startswith(f"{root}.") and line.text.startswith(f"{line.path}: ")
        yield line.text[len(root) + 1 :] if named else line.text


def _bases(found: Models, model: str, tables: GraphTables) -> list[Base] | None:
    """The models it adapts; None where it is no adapter, or a file and there is no store."""
    from archkb.queries.relations.adapted_bases import adapts

    if tables.model["role"] != "adapter":
        return None
    try:
        return adapts(tables, found.store)
    except StoreError:
        if is_file(model):
            return None
        raise


def _reasons(line: Line) -> list[str]:
    """Evidence as sentences: property = value, what was seen, by which rule, on what basis, how sure.

    Of an unknown there is nothing to be sure of: the rule alone is named.
    """
    return [
        f"{b.property} = unknown: {b.detail} [{b.rule}]"
        if b.confidence is None
        else f"{b.property} = {b.value}: {b.detail} [{b.rule}, by {b.basis}, {_sure(b.rule, b.confidence)}]"
        for b in line.evidence
    ]


def _sure(rule: str, confidence: float) -> str:
    from archkb.ingest.rules import UNMEASURED, measured

    if confidence == UNMEASURED and rule not in measured():
        return "confidence unmeasured"
    return f"confidence {confidence:.2f}"
