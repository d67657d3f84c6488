"""What a shipped question may not say: forms that write, reach outside the graph, or differ between the two stores.

A lint of files the user trusts, with the line and the cure; the store itself refuses what a reader may not do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from archkb.queries.questions.cypher_text import blank, line_of

_WRITES = r"CREATE|MERGE|SET|DELETE|DETACH|REMOVE|DROP|FOREACH|INSERT|ALTER|GRANT"

_FORBIDDEN: tuple[tuple[str, str, str], ...] = (
    (rf"(?<![.:|$\w])(?<!\bAS )(?:{_WRITES})\b(?!\s*[:.=),\]}}])", "a question only reads, this writes",
     "write with `archkb ingest`"),
    (r"\bLOAD\s+CSV\b", "LOAD CSV reaches outside the graph", "pass the values as a parameter"),
    (r"\blabels\s*\([^)]*\)\s*\[", "the order of labels is unspecified, so an index into them means nothing",
     "test `n:Label`, or return `n.kind`"),
    (r"(?<![:|\w])\bNEXT\b(?!\s*[|*\]])", "NEXT is not understood by both stores", "chain with WITH"),
    (r"(?<![.:|\w])\bLET\b", "LET is not understood by both stores", "bind with WITH"),
    (r":\s*\$\s*\(", "dynamic labels are silently wrong on the embedded store", "write the label out"),
    (r"\bCALL\s+[A-Za-z_]", "procedures differ between stores", "match what you need"),
    (r"\bUSING\s+(INDEX|SCAN|JOIN)\b", "index hints are of one store", "leave it to the planner"),
    (r"\b(?:elementId|id)\s*\(", "internal ids differ between stores and runs", "return `n.uid`"),
    (r"\bRETURN\s+(?:DISTINCT\s+)?\*", "the column order of RETURN * differs", "name the columns"),
    (r"\)\s*(?:[+*]|\{\s*\d*\s*,\s*\})\s*[(-]", "a pattern without an upper bound may walk the whole store",
     "give it `{1,12}`"),
)  # fmt: skip

_HOPS = re.compile(r"-\[\s*\w*\s*(?::[^\]*]*)?\*([^\]{]*)")
_BOUNDED = re.compile(r"\s*(?:\d+\s*|\d*\s*\.\.\s*\d+\s*)$")


def offences(cypher: str) -> Iterator[tuple[int, str, str]]:
    """(line, what, cure) of everything in the text that a portable question may not hold."""
    bare = blank(cypher)
    for pattern, what, cure in _FORBIDDEN:
        for found in re.finditer(pattern, bare, flags=re.IGNORECASE):
            yield line_of(bare, found.start()), f"{what}: `{found.group().strip()}`", cure
    for found in _HOPS.finditer(bare):
        if not _BOUNDED.match(found.group(1)):
            yield line_of(bare, found.start()), f"`*{found.group(1).strip()}` has no upper bound", "write `*1..12`"
