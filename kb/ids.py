"""Identities: the hash of a header, and the uids of models and streams. Pure.

A module's uid is `MODEL/path` and a tensor's `MODEL#key`, written where their rows are made.

A model's uid depends on its name, its header, what is declared of it and the rule set, so an unchanged re-ingest is
recognised by uid alone, and a new rule set replaces what an older one inferred.
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
    rows = sorted(f"{t.key}\x1f{t.dtype}\x1f{t.shape}" for t in tensors)
    return hashlib.sha256("\x1e".join(rows).encode()).hexdigest()


def model_uid(name: str, header: str, said: Mapping[str, str], rules_version: str) -> str:
    """16 hex digits that name one ingest: same name, header and rules give the same uid, if the same is `said` of it.

    `said`: the header's metadata, and what a design or the user declares (family, version ...).
    """
    parts = [name, header, rules_version, *(f"{k}={said[k]}" for k in sorted(said))]
    return hashlib.sha256("\x1e".join(parts).encode()).hexdigest()[:16]


def stream_uid(model: str, scope: str, name: str) -> str:
    """The uid of a stream inside one component (`scope`) of a model."""
    return f"{model}~{scope}~{name}"
