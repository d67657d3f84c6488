"""`models`: what is in the store."""

from __future__ import annotations

from archkb.queries.cli.context import Run
from archkb.queries.cli.options import with_store_and_output
from archkb.queries.output.answer import Answer, Column

_SIZES = {"params": Column("params", "", "count"), "bytes": Column("bytes", "", "bytes")}


_MODELS = ("name", "family", "role", "tensors", "params", "bytes", "format", "source")


@with_store_and_output
def models(run: Run) -> None:
    """List the models in the store.

    \b
    Examples:
      archkb models
      archkb models --json
    """
    with run.store() as store:
        rows = tuple(
            (m.name, m.family, m.role, m.n_tensors, m.n_params, m.n_bytes, m.format, m.source) for m in store.models()
        )
    notes = () if rows else ("the store is empty; `archkb ingest FILE` fills it",)
    about = {**_SIZES, "role": Column("role", unknown=True)}
    run.show(Answer("models", _MODELS, rows, notes=notes, about=about))
