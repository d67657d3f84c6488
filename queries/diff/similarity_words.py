"""How like two models are, in words."""

from __future__ import annotations

from archkb.kb.relations.similarity import Likeness

_WORDS = {"spelling": "names with shapes", "blocks": "blocks without any change", "scale": "sizes"}
_LAST = "blocks"


def similarity(found: Likeness) -> str:
    """The score and its parts, as shares that both have.

    Blocks count only where nothing in them changed, so that part is near 0 wherever one thing changed in every block:
    it stands last, and says so.
    """
    parts = sorted(found.parts.items(), key=lambda part: part[0] == _LAST)
    return f"{found.score:.2f} ({', '.join(f'{_WORDS.get(name, name)} {value:.2f}' for name, value in parts)})"
