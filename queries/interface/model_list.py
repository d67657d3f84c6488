"""The models of a store as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archkb.queries.output.answer import Answer, Column

if TYPE_CHECKING:
    from archkb.kb.store.port import Store

_COLUMNS = ("name", "family", "role", "tensors", "params", "bytes", "format", "source")
_ABOUT = {
    "params": Column("params", "", "count"),
    "bytes": Column("bytes", "", "bytes"),
    "role": Column("role", unknown=True),
}


def model_list(store: Store) -> Answer:
    """A row a model, by name."""
    rows = tuple(
        (m.name, m.family, m.role, m.n_tensors, m.n_params, m.n_bytes, m.format, m.source) for m in store.models()
    )
    notes = () if rows else ("the store is empty; `archkb ingest FILE` fills it",)
    return Answer("models", _COLUMNS, rows, notes=notes, about=_ABOUT)
