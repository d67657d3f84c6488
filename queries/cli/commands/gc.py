"""`gc`: remove from the store what no model uses any more."""

from __future__ import annotations

from archkb.queries.cli.context import Run
from archkb.queries.cli.options import with_store_and_output
from archkb.queries.output.answer import Answer


@with_store_and_output
def gc(run: Run) -> None:
    """Remove what no model of the store uses: structures, parts of none, templates, rules, metadata.

    `forget` leaves nothing behind; this is for a store that a crash, or a hand, left so. `doctor` says where there is
    something to free.

    \b
    Examples:
      archkb gc
      archkb gc --store models.archkb --json
    """
    with run.store(write=True) as store:
        freed = store.free()
    rows = tuple(freed.nodes.items())
    notes = () if rows else ("nothing to free: models use all there is",)
    run.show(Answer("gc", ("label", "removed_nodes"), rows, notes=notes))
