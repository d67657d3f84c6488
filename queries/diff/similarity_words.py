"""How like two models are, in words."""

from __future__ import annotations

from archkb.kb.relations.similarity import Similarity

_WORDS = {"spelling": "names with shapes", "blocks": "blocks without any change", "scale": "sizes"}
_LAST = "blocks"


def similarity_text(similarity: Similarity) -> str:
    """The score and its parts, as shares that both have.

    Blocks count only where nothing in them changed, so that part is near 0 wherever one thing changed in every block:
    it stands last, and says so.
    """
    parts = sorted(similarity.parts.items(), key=lambda part: part[0] == _LAST)
    return f"{similarity.score:.2f} ({', '.join(f'{_WORDS.get(name, name)} {value:.2f}' for name, value in parts)})"
