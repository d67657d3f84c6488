"""The whole way from a file to tables, in one call or two. What `archkb ingest` runs before the store."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from archkb.ingest.configuration.config_files import read_config
from archkb.ingest.graph.model_part import own_part, settings_uid, structure_uid
from archkb.ingest.graph.rows import to_tables
from archkb.ingest.pipeline import analyse
from archkb.ingest.sources import read_header
from archkb.kb.tables import GraphTables, KnownStructure
from archkb.kb.values import Header

__all__ = [
    "collector_paused",
    "infer",
    "read_declared",
    "read_tables",
    "settings_uid",
    "structure_uid",
    "with_structure",
]


def read_tables(
    source: str | Path,
    *,
    name: str,
    family: str | None = None,
    version: str | None = None,
    config: str | Path | None = None,
) -> GraphTables:
    """Read a header and infer its tables. SourceError where the source is no model.

    `family` and `version` go before what a design or the metadata say. `config` is a JSON file that states what the
    header does not, in place of one beside the source.
    """
    with collector_paused():  # once for both: letting it run in between costs a search of the whole header
        return infer(read_declared(source, family=family, version=version, config=config), name=name)


def read_declared(
    source: str | Path, *, family: str | None = None, version: str | None = None, config: str | Path | None = None
) -> Header:
    """Read a header, with `family`, `version` and `config` as given. SourceError where the source is no model."""
    given = {key: value for key, value in (("family", family), ("version", version)) if value}
    with collector_paused():
        header = read_header(source)
        if config is not None:
            header = replace(header, config=read_config(config))
        return replace(header, declared={**header.declared, **given})


def infer(header: Header, *, name: str) -> GraphTables:
    """Infer the tables of a header."""
    with collector_paused():
        analysis = analyse(header)
        tables = to_tables(analysis, name=name)
        analysis.tree.take_apart()
        return tables


def with_structure(header: Header, known: KnownStructure, *, name: str) -> GraphTables:
    """The own part of a model whose structure is known: nothing is inferred."""
    return own_part(header, name, known.row, known.top, known.n_settings)


@contextmanager
def collector_paused() -> Iterator[None]:
    """Without the cyclic garbage collector: 50,000 new rows hold no cycles, and searching them costs a third more."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
