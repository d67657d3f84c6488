"""What the weights are learnt of: ways to ask each question, and what people really asked."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from archkb.queries.questions.catalog import LIBRARY, Catalog

PHRASINGS = Path(__file__).parent / "phrasings.json"
ASKED = Path(__file__).parent / "asked.json"
"""Questions of people who had not seen the library, by the question of it that answers them."""

Sample = tuple[str, str]
"""Words, and the id of the question they ask."""


def samples_by_writer() -> dict[str, list[Sample]]:
    """What each writer of phrasings wrote; `library` are the titles, ids and aliases of the questions themselves."""
    writers: dict[str, dict[str, list[str]]] = json.loads(PHRASINGS.read_text(encoding="utf-8"))
    questions = Catalog((LIBRARY,)).all()
    own = [(text, q.id) for q in questions for text in (q.title, q.id.replace("-", " "), *q.aliases)]
    asked: dict[str, list[str]] = json.loads(ASKED.read_text(encoding="utf-8"))
    return {"library": own, "asked": [(text, id_) for id_, texts in asked.items() for text in texts]} | {
        writer: [(text, id_) for id_, texts in sorted(phrasings.items()) for text in texts]
        for writer, phrasings in sorted(writers.items())
    }


def fingerprint(writers: Mapping[str, Sequence[Sample]]) -> str:
    """What tells these samples from any others: weights keep it, so that stale ones are known."""
    return f"{zlib.crc32(json.dumps(writers, sort_keys=True).encode()):08x}"
