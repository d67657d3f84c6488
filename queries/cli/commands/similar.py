"""`similar`: the models most like a given one."""

from __future__ import annotations

from typing import Annotated

import typer

from archkb.queries.cli.arguments.model_argument import EitherArgument, models
from archkb.queries.cli.context import Run
from archkb.queries.cli.options import with_store_and_output
from archkb.queries.interface.likest_models import likest_models


@with_store_and_output
def similar(
    run: Run,
    model: EitherArgument,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Models to show.")] = 5,
) -> None:
    """Find the models in the store most like a model or a file, with the parts of each score and what differs.

    The score is a weighted mean of what the two share: spelling (names with shapes), layers (kinds with sizes), blocks
    (their shapes), form (attention, feed-forward and norm kinds in units of the width), words, and scale. Of an adapter
    it says which models it adapts; they come first.

    \b
    Examples:
      archkb similar ltx-2-19b-dev-fp8
      archkb similar unknown.safetensors --limit 3 --json
    """
    with models(run) as opened:
        answer = likest_models(opened, model, limit)
    run.show(answer)
