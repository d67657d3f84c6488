"""Names that a misspelt or shortened name may mean."""

from __future__ import annotations

import re
from collections.abc import Iterable

LIKE = 60.0
"""Score out of 100 from which a name counts as near."""
_SHORTEST = 3


def nearest(name: str, names: Iterable[str], limit: int = 3) -> list[str]:
    """Up to `limit` of the names that `name` resembles or is a part of, best first; signs and capitals do not count.

    >>> nearest("ltx2", ["aiprod-shdt", "ltx-2-19b-dev", "tiny"])
    ['ltx-2-19b-dev']
    """
    from rapidfuzz import fuzz

    def score(other: str) -> float:
        wanted, candidate = _bare(name), _bare(other)
        within = 0.9 * fuzz.partial_ratio(wanted, candidate) if min(len(wanted), len(candidate)) >= _SHORTEST else 0.0
        return max(fuzz.ratio(wanted, candidate), within if within > 80 else 0.0)

    found = sorted(((score(n), n) for n in dict.fromkeys(names)), key=lambda s: (-s[0], s[1]))
    return [n for s, n in found if s >= LIKE][:limit]


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
