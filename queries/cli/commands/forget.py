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
        uid = uid_of(store, model)
        if not yes:
            _confirm(store, model, uid)
        counts = store.forget(model)
    run.show(Answer("forget", ("name", "removed_nodes"), ((model, counts.removed_nodes),)))


def _confirm(store: Store, model: str, uid: str) -> None:
    found = store.read("MATCH (n:Module {model: $model}) RETURN count(n) AS modules", {"model": uid}).rows[0][0]
    question = f"forget {model} with its {counted(found, 'module')}"
    if not terminal.interactive():
        raise ArchkbError(f"would {question}, and nobody is there to ask", cure="add --yes")
    if terminal.ask(f"{question}? [y/N] ").lower() not in ("y", "yes"):
        terminal.tell("archkb: nothing was removed")
        raise typer.Exit(ArchkbError.exit_code)
