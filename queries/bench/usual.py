"""`python -m archkb.queries.bench.usual CORPUS_DIR`: writes the counts of :mod:`archkb.kb.relations.rarity` for a
corpus' models.

Families that are left out of what decides (a fifth by a hash) are not counted, so that they can judge what is said.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from archkb.kb.relations.rare_choices import is_usual
from archkb.queries.bench.corpus import Record, is_left_out, records, specs

_WORD = re.compile(r"[A-Za-z]+")


def counted(corpus: Iterable[Record]) -> dict[str, Any]:
    """Families that count, and in how many of them each word of a path and each odd size occurs."""
    words: dict[str, set[str]] = {}
    sizes: dict[str, set[str]] = {}
    families: set[str] = set()
    for record in corpus:
        if is_left_out(record):
            continue
        family = str(record.get("group") or record.get("family") or record["name"])
        families.add(family)
        for spec in specs(record):
            for word in _WORD.findall(spec.key.rpartition(".")[0]):
                words.setdefault(word.lower(), set()).add(family)
            for size in spec.shape:
                if not is_usual(size):
                    sizes.setdefault(str(size), set()).add(family)
    return {
        "families": len(families),
        "words": {word: len(found) for word, found in sorted(words.items())},
        "sizes": {size: len(found) for size, found in sorted(sizes.items(), key=lambda s: int(s[0]))},
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(counted(records(Path(sys.argv[1]))), indent=0) + "\n")
