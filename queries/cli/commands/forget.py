"""`forget`: a model out of the store, after asking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from archkb.kb.errors import ArchkbError
from archkb.kb.wording import counted
from archkb.queries.cli import terminal
from archkb.queries.cli.context import Run
from archkb.queries.cli.options import ModelArgument, with_store_and_output
from archkb.queries.interface.model_names import uid_of
from archkb.queries.output.answer import Answer

if TYPE_CHECKING:
    from archkb.kb.store.port import Store


@with_store_and_output
def forget(
    run: Run,
    model: ModelArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove a model from the store, after asking.

    \b
    Examples:
      archkb forget ltx-2-19b-dev
      archkb forget ltx-2-19b-dev --yes
    """
    with run.store(write=True) as store:
        uid_of(store, model)
        if not yes:
            _confirm(store, model)
        counts = store.forget(model)
    run.show(Answer("forget", ("name", "removed_nodes"), ((model, counts.removed_nodes),)))


_OTHERS = "MATCH (m:Model {name: $name}) MATCH (o:Model {structure: m.structure}) RETURN count(o) - 1 AS others"
_MODULES = "MATCH (m:Model {name: $name}) MATCH (n:Module {structure: m.structure}) RETURN count(n) AS modules"


def _confirm(store: Store, model: str) -> None:
    [(others,)] = store.read(_OTHERS, {"name": model}).rows
    [(modules,)] = store.read(_MODULES, {"name": model}).rows
    stays = f"; its structure stays for {counted(others, 'other model')}"
    question = f"forget {model}" + (stays if others else f" with its {counted(modules, 'module')}")
    if not terminal.interactive():
        raise ArchkbError(f"would {question}, and nobody is there to ask", cure="add --yes")
    if terminal.ask(f"{question}? [y/N] ").lower() not in ("y", "yes"):
        terminal.tell("archkb: nothing was removed")
        raise typer.Exit(ArchkbError.exit_code)
