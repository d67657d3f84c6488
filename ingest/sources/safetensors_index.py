"""Sharded models: `*.safetensors.index.json`, whose `weight_map` says which shard holds which tensor.

The index is a promise and the shards are the facts: every shard's header is read and held against the map.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from archkb.ingest.sources.files import read_small
from archkb.ingest.sources.safetensors import read_safetensors
from archkb.ingest.sources.safetensors_errors import shown as shown_key
from archkb.ingest.sources.safetensors_errors import twice
from archkb.kb.errors import SourceError
from archkb.kb.text import is_text
from archkb.kb.values import Header
from archkb.kb.wording import counted

MAX_INDEX = 20_000_000
"""Longest index in bytes: some 200,000 tensors."""

_SHOWN = 3
_CURE = "fetch the index and all its shards from one revision of the model"


def read_index(path: str | Path) -> Header:
    """The headers of all shards an index names, as one; each tensor's `file` is its shard.

    Metadata that shards agree on is kept as it is, a value of one shard alone or one they differ in as
    `<shard>:<key>`, and the index's own as `index.<key>`. Raises SourceError for an index that is not one, a shard
    that is missing or lies outside the index's folder, and for tensors on which map and shards disagree.
    """
    shown = str(path)
    weight_map, index_metadata = _parse(read_small(path, MAX_INDEX), shown)
    folder = Path(path).parent
    names = sorted(set(weight_map.values()))
    for name in names:
        _refuse_path(name, shown)
    missing = [name for name in names if not (folder / name).exists()]
    if missing:
        what = f"{len(missing)} of {counted(len(names), 'shard')} missing: {_some(missing)}"
        raise SourceError(what, path=shown, cure="fetch what is missing into the folder of the index")
    shards = {name: read_safetensors(folder / name) for name in names}
    _check(weight_map, shards, shown)
    tensors = tuple(t for shard in shards.values() for t in shard.tensors)
    metadata = {**_merged(shards), **index_metadata}
    size = sum(shard.size or 0 for shard in shards.values())
    return Header(tensors, metadata, source=shown, format="index", size=size)


def shards_of(path: str | Path) -> frozenset[str]:
    """File names of the shards an index names. SourceError for an index that is not one."""
    weight_map, _ = _parse(read_small(path, MAX_INDEX), str(path))
    return frozenset(weight_map.values())


def _parse(raw: bytes, shown: str) -> tuple[dict[str, str], dict[str, str]]:
    """The weight map, and the index's metadata as strings."""
    try:
        top = json.loads(raw.decode("utf-8"), object_pairs_hook=_without_duplicates, parse_constant=_no_number)
    except (ValueError, RecursionError) as err:
        raise SourceError(f"the index is no JSON ({err})", path=shown, cure=_CURE) from None
    if not is_text(json.dumps(top, ensure_ascii=False)):
        raise SourceError("the index holds half a surrogate pair, which is no text", path=shown, cure=_CURE)
    weight_map = top.get("weight_map") if isinstance(top, dict) else None
    if not isinstance(weight_map, dict):
        raise SourceError("the index has no `weight_map`", path=shown, cure=_CURE)
    if not weight_map:
        raise SourceError("the index names no tensor: its `weight_map` is empty", path=shown, cure=_CURE)
    for key, name in weight_map.items():
        if not isinstance(name, str):
            raise SourceError("its shard is not a string", path=shown, key=shown_key(key), cure=_CURE)
    metadata = top.get("metadata") or {}
    if not isinstance(metadata, dict):
        raise SourceError("the index's `metadata` is not an object", path=shown, cure=_CURE)
    return weight_map, {f"index.{k}": v if isinstance(v, str) else json.dumps(v) for k, v in metadata.items()}


def _no_number(literal: str) -> float:
    raise ValueError(f"{literal} is no number of JSON")


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entries = dict(pairs)
    if len(entries) < len(pairs):
        raise ValueError(f"{shown_key(twice(name for name, _ in pairs)[0])!r} is given twice")
    return entries


def _refuse_path(name: str, shown: str) -> None:
    """A shard is a file beside the index; anything that could lead elsewhere is refused."""
    plain = name == PurePosixPath(name).name == PureWindowsPath(name).name and name.isprintable()
    if not plain or name in ("", ".", ".."):
        what = f"the shard {name!r} is not a plain file name"
        raise SourceError(what, path=shown, cure="do not trust this index: shards lie beside it")


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return ", ".join(shown_key(name) for name in names[:_SHOWN]) + more


def _check(weight_map: Mapping[str, str], shards: Mapping[str, Header], shown: str) -> None:
    """Every tensor is in the shard the map says, and in no other."""
    held = [(t.key, name) for name, shard in shards.items() for t in shard.tensors]
    promised, facts = set(weight_map.items()), set(held)
    if promised == facts and len(facts) == len(held):
        return
    faults = []
    absent = sorted(key for key, _ in promised - facts)
    extra = sorted(key for key, _ in facts - promised)
    if absent:
        faults.append(f"not in the shard the index names: {counted(len(absent), 'tensor')}, {_some(absent)}")
    if extra:
        faults.append(f"not where the index says: {counted(len(extra), 'tensor')} of the shards, {_some(extra)}")
    raise SourceError("; ".join(faults), path=shown, cure=_CURE)


def _merged(shards: Mapping[str, Header]) -> dict[str, str]:
    """One metadata of all shards: what they agree on by its key, the rest by shard and key."""
    keys = dict.fromkeys(key for shard in shards.values() for key in shard.metadata)
    merged: dict[str, str] = {}
    for key in keys:
        values = {name: shard.metadata[key] for name, shard in shards.items() if key in shard.metadata}
        if len(values) == len(shards) and len(set(values.values())) == 1:
            merged[key] = next(iter(values.values()))
        else:
            merged |= {f"{name}:{key}": value for name, value in values.items()}
    return merged
