"""A reader's own query: its parameters, and why it found nothing where the store does not say so."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from archkb.queries.output.answer import Answer
from archkb.queries.questions.cypher_text import parameters
from archkb.queries.questions.traps import found_nothing, one_level, traps, uids_for_names, wants_uids
from archkb.queries.questions.unknown_names import strange

if TYPE_CHECKING:
    from archkb.kb.store.port import Store


def reader_query(store: Store, text: str, params: Mapping[str, Any], *, limit: int, timeout: float) -> Answer:
    """Run a query that only reads, for at most `timeout` seconds; its notes say what of it is not as it seems.

    ArchkbError for a parameter that is missing, ReadOnlyError for a query that writes.
    """
    missing = [name for name in parameters(text) if name not in params]
    if missing:
        from archkb.kb.store.query_errors import missing_parameters

        raise missing_parameters(missing)
    params, notes = _with_uids(store, text, params)
    rows = store.ask(text, params, limit=limit, timeout=timeout)
    warnings = [*strange(text), *one_level(text)]
    if found_nothing(rows.rows) and not warnings:
        warnings = traps(text, params, _models(store), partial(_values, store))
    cut_off = (f"cut after {limit} rows; --limit N returns more",) if rows.truncated else ()
    return Answer("cypher", rows.columns, rows.rows, text, params, rows.truncated, (*notes, *warnings, *cut_off))


def _models(store: Store) -> dict[str, str]:
    """uids by name."""
    return {str(name): str(uid) for name, uid in store.read("MATCH (m:Model) RETURN m.name AS name, m.uid AS uid").rows}


def _values(store: Store, prop: str) -> list[str]:
    """The values a property of modules or tensors has."""
    label = "Tensor" if prop == "dtype" else "Module"
    return [str(row[0]) for row in store.read(f"MATCH (n:{label}) RETURN DISTINCT n.{prop} AS v").rows if row[0]]


def _with_uids(store: Store, text: str, params: Mapping[str, Any]) -> tuple[Mapping[str, Any], list[str]]:
    """The parameters, a model's name turned into its uid where the query compares it with uids; and what was done."""
    if not any(isinstance(params.get(name), str) for name in wants_uids(text)):
        return params, []
    return uids_for_names(text, params, _models(store))
