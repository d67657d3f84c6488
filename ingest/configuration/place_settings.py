"""Which module of a model a statement speaks of: by words on the way to it, against those of components."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from typing import Any

from archkb.ingest.configuration.terms import PARTS
from archkb.ingest.tree.name_words import words

Cells = Mapping[str, Any]

_SYNONYMS = {"unet": "transformer", "llm": "language", "speech": "audio", "bwe": "vocoder"}
"""Words of configurations that mean what roles and paths say otherwise."""
_STRUCTURE = frozenset(("connector", "encoder", "decoder", "vae", "vocoder"))
"""Words of a key that name a part of its own, not a stream through shared blocks."""


class Places:
    """The components of a model, by the words of their paths and roles."""

    def __init__(self, components: Iterable[Cells]) -> None:
        self._words = {
            str(c["path"]): frozenset((*words(str(c["path"])), *words(str(c["role"] or ""))))
            for c in components
            if c["role"] != "latent_statistics"
        }
        self._known: dict[frozenset[str], str] = {}

    def of(self, way: frozenset[str], prefix: frozenset[str]) -> str:
        """Path of what is spoken of: what encloses all components that fit best; "" for the model.

        `way`: words on the way to the object. `prefix`: words of the key; those that say only what a stream carries
        lead nowhere else, since streams share their blocks.
        """
        part = way | prefix if prefix & _STRUCTURE else way
        if part not in self._known:
            self._known[part] = self._best(part)
        return self._known[part]

    def _best(self, part: frozenset[str]) -> str:
        wanted = part | {_SYNONYMS[w] for w in part if w in _SYNONYMS}
        fits = {
            path: (len(wanted & said), -len((said & PARTS) - wanted))
            for path, said in self._words.items()
            if wanted & said
        }
        most = max(fits.values(), default=None)
        best = [path for path, fit in fits.items() if fit == most]
        return reduce(_common, best) if best else ""


def _common(a: str, b: str) -> str:
    """The innermost module around two.

    >>> _common("vae.encoder", "vae.decoder"), _common("a", "a.b"), _common("a", "b")
    ('vae', 'a', '')
    """
    shared = []
    for x, y in zip(a.split("."), b.split("."), strict=False):
        if x != y:
            break
        shared.append(x)
    return ".".join(shared)
