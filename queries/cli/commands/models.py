"""`models`: what is in the store."""

from __future__ import annotations

from archkb.queries.cli.context import Run
from archkb.queries.cli.options import with_store_and_output
from archkb.queries.interface.model_list import model_list


@with_store_and_output
def models(run: Run) -> None:
    """List the models in the store.

    \b
    Examples:
      archkb models
      archkb models --json
    """
    with run.store() as store:
        answer = model_list(store)
    run.show(answer)
