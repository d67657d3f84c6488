"""What a path says in the vocabulary of the field, and how alike two sets of paths read.

>>> sorted(split("SelfAttention_qProj2"))
['attention', 'proj', 'q', 'self']
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from archkb.queries.diff.align.model.vocabulary import EMPTY, PHRASES, WORDS, Features

if TYPE_CHECKING:
    from archkb.queries.diff.align.model.optimal_pairs import Matrix

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BREAK = re.compile(r"[^a-z0-9]+")
_TRAILING = re.compile(r"^(.*?)(\d+)$")
RAW = 0.6
"""Weight of a word's own spelling beside its meaning."""
ABOVE = 0.8
"""Weight of words above the last two components of a path."""
SILENT = 0.5
"""Likeness of two paths that say nothing."""


@lru_cache(maxsize=65536)
def snake(component: str) -> str:
    """CamelCase and dashes to lower case with underscores."""
    return _CAMEL.sub("_", component).lower().replace("-", "_")


@lru_cache(maxsize=65536)
def split(component: str) -> tuple[str, ...]:
    """Words of one component, without numbers."""
    words = (w.rstrip("0123456789") for w in _BREAK.split(snake(component)))
    return tuple(w for w in words if w)


@lru_cache(maxsize=65536)
def number(component: str) -> int | None:
    """The number a component is or ends in, or None.

    >>> number("12"), number("conv_2"), number("conv")
    (12, 2, None)
    """
    match = _TRAILING.match(component)
    return int(match[2]) if match and len(match[2]) < 7 else None


@lru_cache(maxsize=65536)
def stem(component: str) -> str:
    """The component without the number it ends in."""
    match = _TRAILING.match(component)
    return match[1] if match else component


def features(path: Sequence[str]) -> Features:
    """What the components of a path mean, with weights. The last words weigh most."""
    return _features(".".join("0" if part.isdigit() else part for part in path))  # a block's number says nothing


@lru_cache(maxsize=65536)
def _features(joined: str) -> Features:
    out: dict[str, float] = {}
    parts = joined.split(".")
    last = len(parts) - 1
    for depth, part in enumerate(parts):
        near = 1.0 if depth >= last - 1 else ABOVE
        for word in split(part):
            if word in EMPTY:
                continue
            meanings = WORDS.get(word, (word,))
            for meaning in meanings:
                out[meaning] = max(out.get(meaning, 0.0), near)
            if word not in meanings:
                out[f"'{word}"] = RAW
        if (trailing := number(part)) is not None and not part.isdigit():
            out[f"'{stem(part).rstrip('_')}{trailing}"] = RAW
    text = ".".join(snake(p) for p in parts)
    for pattern, meaning_weights in PHRASES:
        if pattern.search(text):
            for name, weight in meaning_weights.items():
                out[name] = max(out.get(name, 0.0), weight)
    return out


def merged(paths: Iterable[Features]) -> dict[str, float]:
    """Sum of several features."""
    out: dict[str, float] = {}
    for one in paths:
        for name, weight in one.items():
            out[name] = out.get(name, 0.0) + weight
    return out


def word_similarity(ours: Features, theirs: Features) -> float:
    """Cosine of two weighted sets of features, in [0, 1]; :data:`SILENT` where both are empty."""
    if not ours and not theirs:
        return SILENT
    shared = sum(w * theirs[f] for f, w in ours.items() if f in theirs)
    size = sum(w * w for w in ours.values()) * sum(w * w for w in theirs.values())
    return float(shared / size**0.5) if size else 0.0


def word_similarities(sources: Sequence[Features], targets: Sequence[Features]) -> Matrix:
    """:func:`word_similarity` of each with each, rows for `sources`."""
    import numpy as np

    index: dict[str, int] = {}
    for words in (*sources, *targets):
        for word in words:
            index.setdefault(word, len(index))
    sides = []
    for side in (sources, targets):
        rows = np.zeros((len(side), len(index)))
        for i, words in enumerate(side):
            for word, weight in words.items():
                rows[i, index[word]] = weight
        norms = np.sqrt((rows * rows).sum(axis=1, keepdims=True))
        sides.append(rows / np.where(norms == 0, 1, norms))
    out = np.asarray(sides[0] @ sides[1].T)
    empty = [np.array([not words for words in side]) for side in (sources, targets)]
    out[np.ix_(empty[0], empty[1])] = SILENT
    return out
