"""Identities: the hash of a header and the uids of nodes. Pure, and in one place.

A model's uid depends on its name, its header and the rule set, so an unchanged re-ingest is recognised by uid alone,
and a new rule set replaces what an older one inferred.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from kb.values import TensorSpec


def header_hash(tensors: Iterable[TensorSpec]) -> str:
    """SHA-256 over the sorted (key, dtype, shape) triples, as 64 hex digits; order of keys and files do not matter.

    >>> a = [TensorSpec("b", "F32", (1,)), TensorSpec("a", "F32", (2,))]
    >>> header_hash(a) == header_hash(reversed(a))
    True
    """
    rows = sorted(f"{t.key}\x1f{t.dtype}\x1f{t.shape}" for t in tensors)
    return hashlib.sha256("\x1e".join(rows).encode()).hexdigest()


def model_uid(name: str, header: str, metadata: Mapping[str, str], rules_version: str) -> str:
    """16 hex digits that name one ingest: same name, header, metadata and rules give the same uid."""
    parts = [name, header, rules_version, *(f"{k}={metadata[k]}" for k in sorted(metadata))]
    return hashlib.sha256("\x1e".join(parts).encode()).hexdigest()[:16]


def module_uid(model: str, path: str) -> str:
    """The uid of a module: the model's uid and the path in the state dict."""
    return f"{model}/{path}"


def tensor_uid(model: str, key: str) -> str:
    """The uid of a tensor; `#` keeps it apart from a module of the same path."""
    return f"{model}#{key}"


def stream_uid(model: str, scope: str, name: str) -> str:
    """The uid of a stream inside one component (`scope`) of a model."""
    return f"{model}~{scope}~{name}"
