"""Head counts a header's own metadata declares, held against the shapes.

Some tools write the model's configuration into `__metadata__` as JSON. Any nested object may name heads with a prefix
for one part of the model: `num_attention_heads` x `attention_head_dim`, `audio_num_attention_heads` and so on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from archkb.ingest.attention.projections import Projections
from archkb.ingest.tree.module_tree import Node
from archkb.ingest.tree.name_words import words

_HEADS = re.compile(
    r"^(?P<prefix>(?:\w+?_)??)(?:num_attention_heads|num_heads|n_heads|n_head|num_attn_heads|nhead|heads"
    r"|attention_heads)$"
)
_KV_HEADS = ("num_key_value_heads", "num_kv_heads", "n_kv_heads", "n_head_kv", "multi_query_group_num")
_DIMS = ("attention_head_dim", "head_dim", "dim_head", "d_head", "d_kv", "kv_channels")
_WIDTHS = ("hidden_size", "hidden_dim", "d_model", "n_embd", "embed_dim", "dim", "model_dim", "inner_dim")


class Setting(NamedTuple):
    """One declared head count: where it is written, for which part (words of the prefix), heads and head width."""

    where: str
    part: frozenset[str]
    heads: int
    kv_heads: int | None
    dim: int | None
    width: int | None


class Configured(NamedTuple):
    """A setting that is meant for an attention; `agrees` when heads x width are the query's rows."""

    heads: int
    agrees: bool
    detail: str


def settings(metadata: Mapping[str, str]) -> tuple[Setting, ...]:
    """Every head count in the metadata's JSON values, in order of appearance."""
    declared: list[Setting] = []
    for key, text in metadata.items():
        if "head" not in text or not text.lstrip().startswith("{"):
            continue
        try:
            value = json.loads(text)
        except ValueError:
            continue
        for where, item in _objects(value, key):
            declared.extend(_settings(where, item))
    return tuple(declared)


def _objects(value: Any, where: str, depth: int = 4) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, dict):
        yield where, value
        if depth:
            for key, item in value.items():
                yield from _objects(item, f"{where}.{key}", depth - 1)


def _settings(where: str, item: Mapping[str, Any]) -> Iterator[Setting]:
    for key, heads in item.items():
        match = _HEADS.match(key)
        if not match or not _count(heads):
            continue
        prefix = match["prefix"]
        kv_heads = next((item[prefix + k] for k in _KV_HEADS if _count(item.get(prefix + k))), None)
        dim = next((item[prefix + k] for k in _DIMS if _count(item.get(prefix + k))), None)
        width = next((item[prefix + k] for k in _WIDTHS if _count(item.get(prefix + k))), None)
        yield Setting(f"{where}.{key}", frozenset(words(prefix)), heads, kv_heads, dim, width)


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def configured(declared: tuple[Setting, ...], node: Node, projections: Projections) -> Configured | None:
    """The setting for an attention: its part's words are in the path, and the most of them win; None where none is.

    Among settings that fit equally well and say different things, none is taken.
    """
    rows = projections.query_rows
    if not declared or not rows:
        return None
    path = set(words(node.path))
    meant = [s for s in declared if s.part <= path]
    fits = [s for s in meant if _fits(s, projections, rows)]
    if not fits:
        return Configured(meant[0].heads, False, _clash(meant[0], rows)) if meant else None
    most = max(len(s.part) for s in fits)
    best = [s for s in fits if len(s.part) == most]
    if len({s.heads for s in best}) > 1:
        return None
    s = best[0]
    shown = f"{s.heads} x {s.dim}" if s.dim else f"{s.heads} heads over {s.width} channels"
    return Configured(s.heads, True, f"{s.where} = {s.heads}; {shown} = {rows} query rows")


def _fits(setting: Setting, projections: Projections, rows: int) -> bool:
    """Whether heads, head width and key heads of a setting give the rows the projections have."""
    if setting.dim is not None:
        if setting.heads * setting.dim != rows:
            return False
        keys = projections.key_rows
        return setting.kv_heads is None or keys is None or setting.kv_heads * setting.dim == keys
    return setting.width == rows and rows % setting.heads == 0


def _clash(setting: Setting, rows: int) -> str:
    declared = (
        f"{setting.heads} x {setting.dim}" if setting.dim else f"{setting.heads} heads over {setting.width} channels"
    )
    return f"{setting.where} says {declared}, which is not the {rows} query rows; no tensor shows the heads"
