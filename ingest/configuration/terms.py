"""The words configurations use, and what each says: `terms.toml`, read once."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple


class Term(NamedTuple):
    """One thing a configuration may state: its name here, its topic, the keys it is written under, what it is."""

    name: str
    topic: str
    keys: tuple[str, ...]
    doc: str


def _terms() -> tuple[Term, ...]:
    data = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return tuple(
        Term(name, topic, tuple(dict.fromkeys([*said.get("keys", "").split(), name])), said["doc"])
        for topic, names in data.items()
        for name, said in names.items()
    )


TERMS: tuple[Term, ...] = _terms()
"""All terms of `terms.toml`, by topic."""

OTHER = "other"
"""Topic of what no term names."""

_PARTS = (
    "audio video image vision text speech language llm connector encoder decoder vae vocoder transformer unet "
    "scheduler bwe depth condition controlnet prior"
)
PARTS = frozenset(_PARTS.split())
"""Words that name a part of a model: as a prefix of a key, or on the way to it."""


@cache
def term_of(key: str) -> tuple[Term | None, frozenset[str]]:
    """The term a key stands for, and the parts its prefix names.

    >>> term_of("rms_norm_eps")[0].name, term_of("audio_num_attention_heads")[0].name
    ('norm_eps', 'heads')
    >>> sorted(term_of("audio_connector_num_attention_heads")[1]), term_of("use_cache")
    (['audio', 'connector'], (None, frozenset()))
    """
    by_key = _by_key()
    words = key.split("_")
    for cut in range(len(words)):
        if not PARTS.issuperset(words[:cut]):
            break
        term = by_key.get("_".join(words[cut:]))
        if term is not None:
            return term, frozenset(words[:cut])
    return None, frozenset()


@cache
def _by_key() -> dict[str, Term]:
    return {key: term for term in reversed(TERMS) for key in term.keys}


@cache
def term(name: str) -> Term:
    """The term of this name; KeyError where there is none."""
    return {t.name: t for t in TERMS}[name]
