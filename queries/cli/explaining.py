"""`explain`: a page on what a model is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from queries.answer import Answer
from queries.cli import terminal
from queries.cli.options import ModelArgument, with_store_and_output
from queries.cli.run import Run, uid_of

if TYPE_CHECKING:
    from queries.explain import Line

_COLUMNS = ("level", "path", "text", "evidence")


@with_store_and_output
def explain(
    run: Run,
    model: ModelArgument,
    path: Annotated[str, typer.Argument(metavar="[PATH]", help="Explain what is at and below this module.")] = "",
    evidence: Annotated[bool, typer.Option("--evidence", "-e", help="Under each line, why it is believed.")] = False,
) -> None:
    """Tell in a page what a model is, component by component; equal blocks are described once.

    \b
    Examples:
      archkb explain ltx-2-19b-dev-fp8
      archkb explain ltx-2-19b-dev-fp8 model.diffusion_model.transformer_blocks.0 --evidence
    """
    from queries.cells import printable
    from queries.explain import explain as page

    with run.store() as store:
        uid_of(store, model)
        lines = page(store.load(model), path)
    if run.format != "table":
        rows = ((x.level, x.path, x.text, _reasons(x)) for x in lines)
        run.show(Answer("explain", _COLUMNS, tuple(rows)))
        return

    def shown(line: Line) -> str:
        indent = "  " * line.level
        text = f"{indent}{printable(line.text)}\n"
        return text + "".join(f"{indent}    · {printable(r)}\n" for r in _reasons(line)) if evidence else text

    terminal.say("".join(shown(line) for line in lines))


def _reasons(line: Line) -> list[str]:
    """Evidence as sentences: property = value, by which rule, on what basis, how sure, what was seen."""
    return [
        f"{b.property} = {'unknown' if b.value is None else b.value}: {b.detail} "
        f"[{b.rule}, by {b.basis}, confidence {b.confidence:.2f}]"
        for b in line.evidence
    ]
