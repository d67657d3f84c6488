"""A reader's own query: its parameters, and why it found nothing where the store does not say so."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from archkb.queries.output.answer import Answer
from archkb.queries.questions.cypher_text import parameters
from archkb.queries.questions.empty_results import (
    Uids,
    asks_relations,
    counted_by_model,
    counts_structures,
    found_nothing,
    one_level,
    uids_for_names,
    walks_each_model,
    wants_uids,
    why_empty,
)
from archkb.queries.questions.unknown_names import unknown_names

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
    warnings = [*unknown_names(text), *one_level(text)]
    if found_nothing(rows.rows) and not warnings:
        warnings = why_empty(text, params, _models(store), partial(_values, store))
    warnings += _of_shared(store, text)
    cut_off = (f"cut after {limit} rows; --limit N returns more",) if rows.truncated else ()
    return Answer("cypher", rows.columns, rows.rows, text, params, rows.truncated, (*notes, *warnings, *cut_off))


def _models(store: Store) -> dict[str, Uids]:
    """uids by name."""
    rows = store.read("MATCH (m:Model) RETURN m.name AS name, m.uid AS uid, m.structure AS structure").rows
    return {str(name): Uids(str(uid), str(structure)) for name, uid, structure in rows}


_SHARING = (
    "MATCH (m:Model) WITH m.structure AS structure, count(*) AS n WHERE n > 1 "
    "RETURN count(*) AS structures, sum(n) AS models"
)


def _of_shared(store: Store, text: str) -> list[str]:
    """What a query that looks past the models says of those that share a structure, where any do."""
    counting, walking, relations = counts_structures(text), walks_each_model(text), asks_relations(text)
    if not (counting or walking or relations):
        return []
    [(structures, models)] = store.read(_SHARING).rows
    if not structures:
        return []
    sharing = f"{models} models share {structures} structure{'s' if structures > 1 else ''}"
    if counting:
        return [
            f"{sharing}, and what a structure holds is counted once; once for each of its models: "
            f"{counted_by_model(counting)}"
        ]
    if walking:
        return [
            f"{sharing}, and the query goes through a structure once for each of its models; faster is once a "
            f"structure: {counted_by_model('Module')}"
        ]
    return [
        f"{sharing}: one of them has the relationships to others, and none lead between them; "
        "`archkb ask kin MODEL` lists all"
    ]


def _values(store: Store, prop: str) -> list[str]:
    """The values a property of modules or tensors has."""
    label = "Tensor" if prop == "dtype" else "Module"
    return [str(row[0]) for row in store.read(f"MATCH (n:{label}) RETURN DISTINCT n.{prop} AS v").rows if row[0]]


def _with_uids(store: Store, text: str, params: Mapping[str, Any]) -> tuple[Mapping[str, Any], list[str]]:
    """The parameters, a model's name turned into its uid where the query compares it with uids; and what was done."""
    if not any(isinstance(params.get(name), str) for name in wants_uids(text)):
        return params, []
    return uids_for_names(text, params, _models(store))
