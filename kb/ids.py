"""Identities: the hash of a header, and the uids of structures, models, streams and metadata. Pure.

A structure's uid depends on all that inference sees and on nothing else: keys, dtypes and shapes in whatever order, the
configuration it reads, and the rule set. A module's uid is `STRUCTURE/path` and a tensor's `STRUCTURE#key`, written
where their rows are made.

A model's uid depends on its name, its structure and what is declared of it, so an unchanged re-ingest is recognised by
uid alone, and a new rule set replaces what an older one inferred.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from archkb.kb.values import TensorSpec


def header_hash(tensors: Iterable[TensorSpec]) -> str:
    """SHA-256 over the sorted (key, dtype, shape) triples, as 64 hex digits; order of keys and files do not matter.

    >>> a = [TensorSpec("b", "F32", (1,)), TensorSpec("a", "F32", (2,))]
    >>> header_hash(a) == header_hash(reversed(a))
    True
    """
    ends: dict[tuple[str, tuple[int, ...]], str] = {}
    rows = []
    for key, dtype, shape, _, _ in tensors:
        end = ends.get((dtype, shape))
        if end is None:
            end = ends[dtype, shape] = f"\x1f{dtype}\x1f{shape}"
        rows.append(key + end)
    rows.sort()
    return hashlib.sha256("\x1e".join(rows).encode()).hexdigest()


def structure_uid(header: str, configuration: str | None, rules_version: str) -> str:
    """16 hex digits that name what is inferred from one header (its hash) and the configuration inference read of it.

    The order of keys is left out: it is the order in which a program wrote them, inference sorts them first, and two
    files that differ in it alone hold one network. Where each tensor lies is the model's own.
    """
    return _short(header, configuration or "", rules_version)


def settings_uid(structure: str, statements: str) -> str:
    """16 hex digits that name what configurations state of a structure, given as one text."""
    return _short(structure, statements)


def model_uid(name: str, structure: str, said: Mapping[str, str]) -> str:
    """16 hex digits that name one ingest: same name and structure give the same uid, if the same is `said` of it.

    `said`: the header's metadata, and what a design or the user declares (family, version ...).
    """
    return _short(name, structure, *(f"{k}={said[k]}" for k in sorted(said)))


def metadata_uid(key: str, value: str) -> str:
    """32 hex digits that name one entry of a header's metadata."""
    return hashlib.sha256(f"{key}\x1f{value}".encode(errors="surrogatepass")).hexdigest()[:32]


def stream_uid(structure: str, scope: str, name: str) -> str:
    """The uid of a stream inside one component (`scope`) of a structure."""
    return f"{structure}~{scope}~{name}"


def _short(*parts: str) -> str:
    return hashlib.sha256("\x1e".join(parts).encode()).hexdigest()[:16]
