"""What `doctor` looks at, line by line. Nothing here needs an engine, a driver or an open store to be told wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import metadata

from archkb.kb.address import redacted
from archkb.kb.errors import ArchkbError
from archkb.kb.wording import counted
from archkb.queries.cli.context import Run

Line = tuple[str, str, bool]
"""What was looked at, how it is, and whether that is well."""

_PRE_RELEASE = re.compile(r"\d(?:a|b|rc|\.dev)\d")
_SHOWN = 5
"""Faults of a store that are named."""


def engines() -> Iterator[Line]:
    """The embedded engine with its native library, and the driver of servers."""
    yield "embedded store", *_embedded()
    yield "driver of Neo4j", *_imports("neo4j")


def _embedded() -> tuple[str, bool]:
    from archkb.kb.store.arcade_library import imported

    try:
        engine = imported()
    except ArchkbError as error:
        return str(error), False
    version = metadata.version("arcadedb")
    note = ", a pre-release" if _PRE_RELEASE.search(version) else ""
    return f"arcadedb {version}{note}; engine {getattr(engine, 'ENGINE_VERSION', 'of unknown version')}", True


def _imports(package: str) -> tuple[str, bool]:
    from importlib import import_module

    try:
        import_module(package)
        return f"{package} {metadata.version(package)}", True
    except (ImportError, OSError) as error:
        return f"{package} cannot be imported ({error}). Cure: `pip install --force-reinstall {package}`.", False


def store(run: Run) -> Iterator[Line]:
    """Whether the store opens, and whether all of it is there."""
    shown = redacted(run.uri)
    try:
        with run.store() as opened:
            yield f"store {shown}", f"opens, {counted(len(opened.models()), 'model')}", True
            health = opened.health()
    except ArchkbError as error:
        yield f"store {shown}", str(error), False
        return
    for fault in health.faults[:_SHOWN]:
        yield "damage", f"{fault}. Cure: put a copy of the store back, or forget the model and ingest it again.", False
    if len(health.faults) > _SHOWN:
        yield "damage", f"and {len(health.faults) - _SHOWN:,} more faults", False
    if not health.faults:
        files = "; the files are as they were written" if health.files else ""
        yield "content", f"every model has the tensors and modules it says it has{files}", True
