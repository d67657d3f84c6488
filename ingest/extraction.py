"""Extraction in another process: a source in, pickled values out. Imports no engine and no driver.

In two steps, so that whoever keeps the models can say in between that a structure is known, which spares the second.
"""

from __future__ import annotations

import os
import pickle
import signal
import threading
from multiprocessing import parent_process
from typing import NamedTuple

from archkb.ingest.read_tables import collector_paused, infer, read_declared, settings_uid, structure_uid
from archkb.kb.tables import GraphTables
from archkb.kb.values import Header


class Request(NamedTuple):
    """A source to be read, the name its model gets, and what is declared of it."""

    source: str
    name: str
    family: str | None = None
    release: str | None = None
    config: str | None = None


class PackedHeader(NamedTuple):
    """A header that was read: the uids of its structure and of what configurations state of it, and itself, pickled."""

    structure: str
    settings: str
    header: bytes

    @property
    def key(self) -> tuple[str, str]:
        """What models that share all of their structure have alike."""
        return self.structure, self.settings


def start_worker() -> None:
    """Prepare a process for its work: the parent decides about Ctrl-C, and no worker outlives the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def read_packed(request: Request) -> PackedHeader:
    """Read a header, and tell which structure it has. SourceError where the source is no model."""
    header = read_declared(request.source, family=request.family, version=request.release, config=request.config)
    structure = structure_uid(header)
    return PackedHeader(structure, settings_uid(header, structure), pickle.dumps(header, pickle.HIGHEST_PROTOCOL))


def infer_packed(header: bytes, name: str) -> bytes:
    """Infer the tables of a header; both pickled."""
    return pickle.dumps(infer(unpacked_header(header), name=name), pickle.HIGHEST_PROTOCOL)


def extract_packed(request: Request) -> tuple[PackedHeader, bytes]:
    """Both steps at once."""
    packed = read_packed(request)
    return packed, infer_packed(packed.header, request.name)


def unpacked_header(packed: bytes) -> Header:
    """A header that another process read."""
    with collector_paused():
        header: Header = pickle.loads(packed)
    return header


def unpacked_tables(packed: bytes) -> GraphTables:
    """Tables that another process inferred."""
    with collector_paused():
        tables: GraphTables = pickle.loads(packed)
    return tables
