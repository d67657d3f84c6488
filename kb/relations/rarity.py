"""How rare a choice is among models that have nothing to do with each other, as counted in `usual.json`.

The counts are of families of published libraries (`python -m archkb.queries.bench.usual CORPUS_DIR` counts them; the
families that measure it are left out): in how many of them a word of a path, or a dimension that is no usual number,
occurs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import log2

RARE = 0.01
"""Largest share of families that may have a choice for it to count as rare."""
_WRAPPERS = """
model module diffusion vae audio video encoder decoder first stage cond conditioner embedders ema orig mod base network
net transformer unet backbone wrapped teacher student
"""
PACKAGING = frozenset(_WRAPPERS.split())
"""Words of what whole models are wrapped in when several are put into one file; code of published libraries, which is
what was counted, has few of them."""


@dataclass(frozen=True, slots=True)
class Usual:
    """Of `families`: how many have each word and each odd size."""

    families: int
    words: Mapping[str, int]
    sizes: Mapping[str, int]

    def word(self, word: str) -> float:
        """Bits a shared word tells: the logarithm of how many families there are to one that has it; 0 if not rare."""
        return 0.0 if word in PACKAGING else self._bits(self.words.get(word, 0))

    def size(self, size: int) -> float:
        """Bits a shared odd size tells."""
        return self._bits(self.sizes.get(str(size), 0))

    def _bits(self, n: int) -> float:
        return log2((self.families + 1) / (n + 1)) if n <= RARE * self.families else 0.0


@cache
def usual() -> Usual:
    """The counts that ship."""
    return Usual(**json.loads(files("archkb.kb").joinpath("usual.json").read_text(encoding="utf-8")))
