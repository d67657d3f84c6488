"""What inference reads of a header's metadata: head counts, and nothing else. Pure.

Some tools write the model's configuration into `__metadata__` as JSON. Any nested object may name heads with a prefix
for one part of the model: `num_attention_heads` x `attention_head_dim`, `audio_num_attention_heads` and so on. Two
headers of the same tensors that say the same here are one structure, whatever else their metadata say.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

_HEADS = re.compile(
    r"^(?P<prefix>(?:\w+?_)??)(?:num_attention_heads|num_heads|n_heads|n_head|num_attn_heads|nhead|heads"
    r"|attention_heads)$"
)
_KV_HEADS = ("num_key_value_heads", "num_kv_heads", "n_kv_heads", "n_head_kv", "multi_query_group_num")
_DIMS = ("attention_head_dim", "head_dim", "dim_head", "d_head", "d_kv", "kv_channels")
_WIDTHS = ("hidden_size", "hidden_dim", "d_model", "n_embd", "embed_dim", "dim", "model_dim", "inner_dim")
_DEPTH = 4
"""Objects inside each other that are looked into."""


class HeadCount(NamedTuple):
    """One declared head count: where it is written, the prefix that names its part, heads, head and model width."""

    where: str
    prefix: str
    heads: int
    kv_heads: int | None
    dim: int | None
    width: int | None


Configuration = tuple[HeadCount, ...]


def configuration(metadata: Mapping[str, str]) -> Configuration:
    """The configuration inference reads: every head count in the metadata's JSON values, in order of appearance.

    >>> configuration({"config": '{"num_heads": 8, "head_dim": 64, "steps": 1}', "format": "pt"})
    (HeadCount(where='config.num_heads', prefix='', heads=8, kv_heads=None, dim=64, width=None),)
    """
    counts: list[HeadCount] = []
    for key, text in metadata.items():
        if "head" not in text or not text.lstrip().startswith("{"):
            continue
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            continue
        for where, item in _objects(value, key):
            counts.extend(_head_counts(where, item))
    return tuple(counts)


def spelt(read: Configuration) -> str | None:
    """A configuration as JSON text, None for an empty one: what a structure keeps of it and is told apart by."""
    return json.dumps([one._asdict() for one in read], separators=(",", ":"), ensure_ascii=False) if read else None


def _objects(value: Any, where: str, depth: int = _DEPTH) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, dict):
        yield where, value
        if depth:
            for key, item in value.items():
                yield from _objects(item, f"{where}.{key}", depth - 1)


def _head_counts(where: str, item: Mapping[str, Any]) -> Iterator[HeadCount]:
    for key, heads in item.items():
        match = _HEADS.match(key)
        if not match or not _count(heads):
            continue
        prefix = match["prefix"]
        kv_heads = next((item[prefix + k] for k in _KV_HEADS if _count(item.get(prefix + k))), None)
        dim = next((item[prefix + k] for k in _DIMS if _count(item.get(prefix + k))), None)
        width = next((item[prefix + k] for k in _WIDTHS if _count(item.get(prefix + k))), None)
        yield HeadCount(f"{where}.{key}", prefix, heads, kv_heads, dim, width)


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
