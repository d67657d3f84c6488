"""An alignment in the plain form other tools score: lists of keys and kinds."""

from __future__ import annotations

from typing import Any

from queries.diff.align import Alignment


def prediction(alignment: Alignment) -> dict[str, Any]:
    """{"map": [[a keys], [b keys], kind], "removed": [...], "added": [...]} of an alignment."""
    return {
        "map": [[list(p.a), list(p.b), p.kind] for p in alignment.pairs],
        "removed": list(alignment.removed),
        "added": list(alignment.added),
    }
