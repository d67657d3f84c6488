"""Reading Cypher as text, as far as a lint of our own files needs it: comments, strings, parameters, the final RETURN.

This is no parser and guards nothing: what a stranger's query may do is decided by the store. Columns and lines stay
where they are, so that every finding can name its line.

>>> parameters("MATCH (m {uid: $model}) WHERE m.x = '$no' RETURN m.y AS y LIMIT $top")
('model', 'top')
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_OPAQUE = re.compile(r"/\*.*?\*/|//[^\n]*|'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|`[^`]*`", re.DOTALL)
_PARAMETER = re.compile(r"\$(\w+)")
_LIMIT = re.compile(r"\bLIMIT\s+\$(\w+)", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z_]\w*")
_OPEN, _CLOSE = "([{", ")]}"


def blank(cypher: str) -> str:
    """The text with comments, strings and backticked names blanked out, line breaks and length kept.

    >>> blank("RETURN 'a' AS b // c")
    'RETURN     AS b     '
    """
    return _OPAQUE.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), cypher)


def line_of(text: str, offset: int) -> int:
    """The 1-based line an offset is on."""
    return text.count("\n", 0, offset) + 1


def parameters(cypher: str) -> tuple[str, ...]:
    """Names of the parameters used, each once, in order."""
    return tuple(dict.fromkeys(_PARAMETER.findall(blank(cypher))))


def limits(cypher: str) -> frozenset[str]:
    """Names of the parameters that say how many rows there may be.

    >>> sorted(limits("MATCH (n) RETURN n.path AS p LIMIT $top"))
    ['top']
    """
    return frozenset(_LIMIT.findall(blank(cypher)))


@dataclass(frozen=True, slots=True)
class Returned:
    """The final RETURN: its items as (expression, column), its order keys, and where it starts (offset)."""

    items: tuple[tuple[str, str], ...]
    order: tuple[str, ...]
    offset: int

    @property
    def columns(self) -> tuple[str, ...]:
        """Column names in order; '' where an item has no name of its own."""
        return tuple(name for _, name in self.items)


def final_return(cypher: str) -> Returned | None:
    """The last RETURN outside all brackets, or None."""
    bare = blank(cypher)
    words = list(_top_words(bare))
    starts = [end for word, _, end in words if word == "RETURN"]
    if not starts:
        return None
    start = starts[-1]
    tail = [(w, a, b) for w, a, b in words if a >= start]
    stops = [(w, a, b) for w, a, b in tail if w in ("ORDER", "SKIP", "LIMIT")]
    end = stops[0][1] if stops else len(bare)
    first = next((b for w, _, b in tail if w == "DISTINCT"), start)
    items = tuple(_named(part) for part in _split(bare[first:end]))
    order: tuple[str, ...] = ()
    if stops and stops[0][0] == "ORDER":
        cut = stops[1][1] if len(stops) > 1 else len(bare)
        keys = re.sub(r"^\s*BY\b", "", bare[stops[0][2] : cut], flags=re.IGNORECASE)
        order = tuple(re.sub(r"\s+(ASC|DESC)(ENDING)?$", "", k, flags=re.IGNORECASE) for k in _split(keys))
    return Returned(items, order, start)


def top_words(cypher: str) -> set[str]:
    """The words outside all brackets, in capitals."""
    return {word for word, _, _ in _top_words(blank(cypher))}


def _top_words(bare: str) -> list[tuple[str, int, int]]:
    """Words outside all brackets, in capitals, with their ends."""
    out, level, at = [], 0, 0
    while at < len(bare):
        sign = bare[at]
        level += (sign in _OPEN) - (sign in _CLOSE)
        word = _WORD.match(bare, at) if sign.isalpha() or sign == "_" else None
        if word is not None:
            if level == 0 and (at == 0 or bare[at - 1] not in ".$:"):
                out.append((word.group().upper(), at, word.end()))
            at = word.end()
        else:
            at += 1
    return out


def _split(text: str) -> list[str]:
    """Parts between the commas outside all brackets."""
    parts, level, last = [], 0, 0
    for at, sign in enumerate(text):
        level += (sign in _OPEN) - (sign in _CLOSE)
        if sign == "," and level == 0:
            parts.append(text[last:at].strip())
            last = at + 1
    return [*parts, text[last:].strip()]


def _named(item: str) -> tuple[str, str]:
    found = re.match(r"(?s)(.*)\s+AS\s+(\w+)$", item, flags=re.IGNORECASE)
    if found is not None:
        return found.group(1).strip(), found.group(2)
    return item, item if re.fullmatch(r"[A-Za-z_]\w*", item) else ""
