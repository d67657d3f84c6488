"""All settings of a model: each statement of its configurations at its module, with the verdict of the shapes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from archkb.ingest.configuration.check_settings import CHECKS, Scope
from archkb.ingest.configuration.compression import Compression, shown_compression, stated_compression
from archkb.ingest.configuration.model_rows import ModelRows
from archkb.ingest.configuration.place_settings import Places
from archkb.ingest.configuration.read_config import statements
from archkb.ingest.configuration.setting import Setting, Stated, Statement, Verdict
from archkb.kb.paths import above
from archkb.kb.tables import GraphTables

Cells = Mapping[str, Any]


def find_settings(configs: Mapping[str, str], tables: GraphTables) -> tuple[Setting, ...]:
    """What the configurations (JSON texts by name) state of the model these tables hold, in the order written.

    Behind them how much an encoder compresses, where an object states it or widths show it.
    """
    stated = statements(configs)
    rows = ModelRows(tables)
    components = rows.labelled("Component")
    encoders = [c for c in components if c["role"] == "vae_encoder"]
    if not stated and not encoders:
        return ()
    places = Places(components)
    objects: dict[tuple[str, frozenset[str]], dict[str, Stated]] = {}
    for statement in stated:
        objects.setdefault(_object(statement), {})[statement.name] = statement.value
    scopes: dict[tuple[str, frozenset[str]], Scope] = {}
    out = []
    for statement in stated:
        path, object_ = places.of(statement.way, statement.prefix), _object(statement)
        if object_ not in scopes:
            scopes[object_] = Scope(rows, path, objects[object_])
        out.append(_checked(statement, path, scopes[object_]))
    return (*out, *_compressions(stated, objects, places, encoders, rows))


def _object(statement: Statement) -> tuple[str, frozenset[str]]:
    """The object of a configuration a statement stands in, and the part of the model its prefix names."""
    return statement.where.rpartition(".")[0], statement.prefix


def _checked(statement: Statement, path: str, scope: Scope) -> Setting:
    check = CHECKS.get(statement.name)
    found = check(statement.value, scope) if check is not None else None
    if found is None:
        return Setting(statement, path, "unchecked", None, "no shape shows it")
    return Setting(statement, path, *found)


def _compressions(
    stated: Iterable[Statement],
    objects: Mapping[tuple[str, frozenset[str]], Mapping[str, Stated]],
    places: Places,
    encoders: Sequence[Cells],
    rows: ModelRows,
) -> Iterator[Setting]:
    """Compression of each encoder: stated by an object, shown by widths, or both."""
    by_path: dict[str, tuple[Compression, Statement]] = {}
    for statement in stated:
        by_object = stated_compression(objects[_object(statement)])
        if by_object is not None:
            by_path.setdefault(places.of(statement.way, statement.prefix), (by_object, statement))
    for encoder in encoders:
        path = str(encoder["path"])
        home = next((by_path[p] for p in (path, *reversed(list(above(path))), "") if p in by_path), None)
        shown = shown_compression(rows.inside(path))
        for axis in ("space", "time"):
            setting = _compression(axis, path, home, shown)
            if setting is not None:
                yield setting


def _compression(
    axis: str, path: str, configured: tuple[Compression, Statement] | None, shown: Compression | None
) -> Setting | None:
    """One axis of a compression: what the configuration gives, held against what the widths give."""
    name = f"compression_{axis}"
    derived_factor: int | None = getattr(shown, axis) if shown is not None else None
    if configured is None:
        if shown is None or derived_factor is None:
            return None
        return Setting(
            Statement(name, "vae", derived_factor, "", frozenset()), path, "agrees", str(derived_factor), shown.detail
        )
    stated, statement = configured
    value: int = getattr(stated, axis)
    derived = Statement(name, "vae", value, statement.where.rpartition(".")[0], statement.way)
    if shown is None or derived_factor is None:
        return Setting(derived, path, "unchecked", None, stated.detail)
    verdict: Verdict = "agrees" if derived_factor == value else "contradicts"
    return Setting(derived, path, verdict, str(derived_factor), f"{stated.detail}; {shown.detail}")
