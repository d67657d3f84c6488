"""The embedded engine's errors in our words: the query's fault, the disk's, or the store's."""

from __future__ import annotations

import re

from archkb.kb.errors import ReadOnlyError, StoreError
from archkb.kb.store.deadline import too_slow
from archkb.kb.store.query_errors import disk_full, fault, no_memory, value_fault
from archkb.kb.store.store_folder import RESTORE

TIMEOUT_MS = 30_000
"""What the engine itself cuts a query off at. Kept in the database; lifted while a model is written."""

_BROKEN = re.compile("IOException|[Cc]orrupt|recovery|RecordNotFound|DatabaseOperation|SchemaException")
"""Errors that are the store's, whatever the query."""
_DAMAGED = re.compile("Variable length quantity|in buffer of size|BufferUnderflow|PageCorruption|Invalid record #")
"""Errors of reading a page or a record: no query causes them."""
_FULL = re.compile("No space left on device|File too large|Disk quota exceeded|not enough space", re.IGNORECASE)
_ABORTED = "Regular expression operation aborted"
_RESTORE = f"`archkb doctor` names the file; {RESTORE}"
_TROUBLE = (
    "`archkb doctor` says whether the store is damaged, the log in its folder what the engine met; "
    "`archkb ingest` into another --store makes a new one"
)


def translated(uri: str, error: Exception, *, query: bool = False) -> StoreError:
    """Our error for one of the engine's; `query` where it may be the query's fault."""
    raw = str(error)
    text = re.sub(r"^(?:[A-Z][a-z ]+: )?(?:[\w.$]+(?:Exception|Error): )?", "", raw).strip()
    if "QueryNotIdempotentException" in raw or "DatabaseIsReadOnlyException" in raw:
        return ReadOnlyError(
            "the query would write", cure="queries may only read; archkb ingest and archkb forget write"
        )
    if "SecurityException" in raw:
        return ReadOnlyError(text, cure="queries see the graph only, no files and no URLs")
    if _FULL.search(raw):
        return disk_full(uri)
    if query and _ABORTED in raw:
        return slow_pattern(raw)
    if query and "OutOfMemoryError" in raw:
        return no_memory()
    if _DAMAGED.search(raw):
        return StoreError(f"the store is damaged: {text}", where=uri, cure=_RESTORE)
    if "TimeoutException" in raw and "command" in text:
        return too_slow(TIMEOUT_MS / 1000)
    if query and not _BROKEN.search(raw):
        return fault(text) or value_fault(text)
    return StoreError(text, where=uri, cure=_TROUBLE)


def slow_pattern(raw: str) -> StoreError:
    """The error for a regular expression the engine gave up: it allows each a second a value.

    >>> slow_pattern("Regular expression operation aborted (x): pattern '(.*a){12}c' against input of length 61").what
    "the pattern '(.*a){12}c' takes more than a second on one text, and was given up"
    """
    pattern = re.search(r"pattern ('.*') against input", raw, re.DOTALL)
    return StoreError(
        f"the pattern {f'{pattern[1]} ' if pattern else ''}takes more than a second on one text, and was given up",
        where="the query",
        cure="repeat nothing that repeats itself, or use CONTAINS, STARTS WITH, ENDS WITH",
    )
