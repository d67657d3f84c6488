"""Where models are kept. :func:`open_store` takes one string and gives a :class:`~archkb.kb.store.port.Store`.

Neither engine is imported before a store of its kind is opened.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from archkb.kb.address import redacted
from archkb.kb.errors import StoreError
from archkb.kb.store.port import Counts, Health, ModelInfo, Progress, Rows, Store
from archkb.kb.store_choice import store_uri
from archkb.kb.text import is_text, printable

if TYPE_CHECKING:
    from archkb.kb.store.cypher_store import CypherStore
    from archkb.kb.store.engine import Engine

__all__ = ["Counts", "Health", "ModelInfo", "Progress", "Rows", "Store", "is_server", "open_store"]

_SERVERS = ("bolt", "neo4j")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_ADDRESSES = "use a folder, bolt://HOST:7687 or neo4j://HOST"
_LONG = 200


def is_server(uri: str) -> bool:
    """Whether the string names a Neo4j server.

    >>> is_server("bolt://localhost:7687"), is_server("./models")
    (True, False)
    """
    return _scheme(uri).partition("+")[0] in _SERVERS


def _scheme(uri: str) -> str:
    """What stands before `:` in an address, "" for a path; of an address that is none, too."""
    return uri.partition(":")[0].lower() if _ADDRESS.match(uri) else ""


def _split(name: str) -> SplitResult:
    """The parts of an address. StoreError where it cannot be taken apart."""
    try:
        parts = urlsplit(name)
        _ = parts.port
    except ValueError as error:
        raise StoreError(f"{name!r} is no address of a store ({error})", cure=_ADDRESSES) from None
    return parts


def open_store(
    uri: str | None = None,
    *,
    read_only: bool = False,
    wait: float | None = None,
    password: Callable[[], str] | None = None,
) -> Store:
    """Open the store that `uri` names: a path, `file:PATH`, or `bolt://HOST:PORT`, `neo4j+s://HOST` and their like.

    Without `uri` it is ARCHKB_STORE, else `.archkb`. For writing, a store is created or brought to this schema; for
    reading it must be there. `wait`: seconds to wait for another process (ARCHKB_STORE_WAIT, else 5). A server's user
    and password come from ARCHKB_NEO4J_USER and ARCHKB_NEO4J_PASSWORD (or NEO4J_USERNAME, NEO4J_PASSWORD); `password`
    is asked where the environment has none. StoreError where it cannot be opened, StoreBusyError where another holds
    it, StoreSchemaError where a newer archkb wrote it.
    """
    from archkb.kb.store import migrations

    name = store_uri(uri)
    store, engine = _connect(name, read_only, wait, password)
    try:
        found = migrations.version(engine)
        stale = migrations.check(found, engine.uri)
        if stale and read_only and found:  # an older store; one without a version is empty, and stays as it is
            engine.close()
            _upgrade(name, wait, password)
            store, engine = _connect(name, True, wait, password)
        elif stale and not read_only:
            store.prepare()
    except BaseException:
        engine.close()
        raise
    return store


def _upgrade(name: str, wait: float | None, password: Callable[[], str] | None) -> None:
    """Open for writing once, to run the steps an older store lacks."""
    store, engine = _connect(name, False, wait, password)
    try:
        store.prepare()
    finally:
        engine.close()


def _connect(
    name: str, read_only: bool, wait: float | None, password: Callable[[], str] | None
) -> tuple[CypherStore, Engine]:
    from archkb.kb.store.cypher_store import CypherStore

    if not is_text(name):
        raise StoreError(f"the store's name {printable(name)} is not UTF-8", cure="give it a name in UTF-8")
    engine = _server(name, read_only, password) if is_server(name) else _folder(name, read_only, wait)
    return CypherStore(engine), engine


def _folder(name: str, read_only: bool, wait: float | None) -> Engine:
    parts = _split(name) if _scheme(name) else SplitResult("", "", name, "", "")
    if len(parts.scheme) > 1 and parts.scheme != "file":
        raise StoreError(
            f"{redacted(name)!r} is no store: a store is a folder or a Neo4j server, and {parts.scheme}:// is neither",
            cure=_ADDRESSES,
        )
    if parts.scheme == "file":
        _no_user(name)
    from archkb.kb.store.arcade import ArcadeEngine

    path = (parts.netloc + parts.path) if parts.scheme == "file" else name
    seconds = wait if wait is not None else _wait()
    try:
        return ArcadeEngine(Path(path).expanduser(), read_only=read_only, wait=seconds)
    except RuntimeError as error:  # of expanduser
        raise StoreError(f"{name!r} names the folder of a user who is not known ({error})", cure=_ADDRESSES) from None
    except OSError as error:
        shown = name if len(name) <= _LONG else f"{name[:_LONG]}..."
        raise StoreError(
            f"the store cannot be opened: {error.strerror}", where=shown, cure="name another folder"
        ) from None


def _wait() -> float:
    """Seconds to wait for another process, from the environment."""
    text = os.environ.get("ARCHKB_STORE_WAIT") or "5"
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not (isfinite(seconds) and seconds >= 0):
        raise StoreError(
            f"ARCHKB_STORE_WAIT is {printable(text)!r}, which is no number of seconds", cure="set it to 60"
        )
    return seconds


def _no_user(name: str) -> None:
    if "@" in _split(name).netloc:
        raise StoreError(
            "a store's address holds no user or password, since addresses are printed",
            cure="set ARCHKB_NEO4J_USER and ARCHKB_NEO4J_PASSWORD, and leave them out of the address",
        )


def _server(name: str, read_only: bool, password: Callable[[], str] | None) -> Engine:
    _no_user(name)
    if urlsplit(name).query and urlsplit(name).scheme.startswith("bolt"):
        raise StoreError(
            "a bolt:// address takes nothing after a ?",
            cure="leave it out; user and password are taken from ARCHKB_NEO4J_USER and ARCHKB_NEO4J_PASSWORD",
        )
    from archkb.kb.store.neo4j_server import Neo4jEngine

    user = os.environ.get("ARCHKB_NEO4J_USER") or os.environ.get("NEO4J_USERNAME") or "neo4j"
    secret = os.environ.get("ARCHKB_NEO4J_PASSWORD") or os.environ.get("NEO4J_PASSWORD")
    if secret is None and password is not None:
        secret = password()
    return Neo4jEngine(name, (user, secret) if secret is not None else None, read_only=read_only)
