"""Statements of a source's configurations: JSON values of its metadata, files beside it. Read `statements`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from archkb.ingest.configuration.setting import Stated, Statement
from archkb.ingest.configuration.terms import OTHER, PARTS, term_of

DEPTH = 6
"""Levels of nested objects that are read."""
MOST = 2000
"""Statements that are kept; a configuration of a published model has a few hundred."""
_LONG = 2000
"""Characters of a text or a list's text that are kept."""
_TERSE = frozenset(("config", "model", "params", "ddconfig", "cfg", "args", "hparams"))


def statements(configs: Mapping[str, str]) -> tuple[Statement, ...]:
    """What the JSON objects among these texts (by their name) state, in their order; at most :data:`MOST`."""
    return _statements(tuple(configs.items()))


@lru_cache(maxsize=2)
def _statements(configs: tuple[tuple[str, str], ...]) -> tuple[Statement, ...]:
    """Kept for who asks next: a model's identity needs them, and then its settings."""
    out: list[Statement] = []
    for name, text in configs:
        if not text.lstrip().startswith("{"):
            continue
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            continue
        for statement in _of_object(value, name, frozenset(), 0):
            if len(out) == MOST:
                return tuple(out)
            out.append(statement)
    return tuple(out)


def _of_object(item: Mapping[str, Any], where: str, part: frozenset[str], depth: int) -> Iterator[Statement]:
    scheduler = "scheduler" in part
    known = any(term_of(key)[0] is not None for key in item)  # records of training and the like are no configuration
    for key, value in item.items():
        way = f"{where}.{key}"
        term, prefix = term_of(key)
        if isinstance(value, dict) and (term is None or term.name not in ("quantization", "rope_scaling")):
            if depth < DEPTH:
                yield from _of_object(value, way, part | _parts(key), depth + 1)
            continue
        stated = _stated(value)
        if stated is None:
            continue
        if term is None:
            if not known:
                continue
            yield Statement(key, "scheduler" if scheduler else OTHER, stated, way, part)
        else:
            topic = "scheduler" if scheduler else term.topic
            yield Statement(term.name, topic, stated, way, part, prefix)


def _parts(key: str) -> frozenset[str]:
    """Words of a key that name a part of a model; none of what only wraps it."""
    return frozenset() if key in _TERSE else PARTS & frozenset(key.lower().split("_"))


def _stated(value: Any) -> Stated | None:
    """A value as a property may hold it: nested ones as JSON text; None for null and for what is empty."""
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return value[:_LONG] or None
    if not value:
        return None
    if isinstance(value, list) and all(isinstance(x, int) and not isinstance(x, bool) for x in value):
        return value[:_LONG]
    if isinstance(value, list) and all(isinstance(x, str) for x in value):
        return value[0] if len(value) == 1 else value[:_LONG]
    return json.dumps(value, ensure_ascii=False)[:_LONG]
