"""`use`: the model that is meant where none is named."""

from __future__ import annotations

from typing import Annotated

import typer

from archkb.queries.cli import completion
from archkb.queries.cli.context import Run
from archkb.queries.cli.options import with_store_and_output
from archkb.queries.interface.default_model import default_model, set_default
from archkb.queries.interface.model_names import full_name
from archkb.queries.output.answer import Answer


@with_store_and_output
def use(
    run: Run,
    model: Annotated[
        str | None, typer.Argument(metavar="[MODEL]", help="Name in the store.", autocompletion=completion.models)
    ] = None,
    none: Annotated[bool, typer.Option("--none", help="Set no default any more.")] = False,
) -> None:
    """Set the model that questions are about where none is named; without MODEL say which it is.

    A default is kept for each store, in the user's configuration folder.

    \b
    Examples:
      archkb use ltx-2.3
      archkb use
      archkb use --none
    """
    if none and model is not None:
        raise typer.BadParameter("--none sets no model, and one is named")
    with run.store() as store:
        if model is not None or none:
            set_default(store.uri, full_name(store, model) if model is not None else None)
        name = default_model(store.uri)
    notes = () if name else ("no default is set: a question names its model where there are several",)
    run.show(Answer("use", ("model",), ((name,),) if name else (), notes=notes))
