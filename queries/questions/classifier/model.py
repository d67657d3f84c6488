"""The trained weights: how sure a linear model is of each question, the words being features.

A softmax regression over `benchmarks/asking/phrasings.json`, trained by `benchmarks/asking/train.py`. No number library
is needed to ask it: a sentence has some dozens of features, each of them a row of small integers.
"""

from __future__ import annotations

import json
import math
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from archkb.queries.questions.classifier.features import features

WEIGHTS = Path(__file__).parent / "weights.bin"
NONE = "none"
"""The class of words that ask what no header tells."""
UNLISTED = "unlisted"
"""The class of words that ask what a header may tell, and no question of the library does."""


@dataclass(frozen=True, slots=True)
class Classifier:
    """Weights of each feature for each class; `table` is a row of signed bytes a feature, times `scale` a class."""

    classes: tuple[str, ...]
    index: Mapping[str, int]
    rarity: Sequence[float]
    bias: Sequence[float]
    scale: Sequence[float]
    table: memoryview
    learnt_of: str
    """What tells the samples it was trained on from others."""

    @classmethod
    def read(cls, data: bytes) -> Classifier:
        """From the bytes of a file of weights."""
        text = zlib.decompress(data)
        (size,) = struct.unpack_from("<I", text)
        head = json.loads(text[4 : 4 + size])
        index = {name: i for i, name in enumerate(head["features"])}
        table = memoryview(text)[4 + size :].cast("b")
        return cls(tuple(head["classes"]), index, head["rarity"], head["bias"], head["scale"], table, head["learnt_of"])

    def knows(self, word: str) -> bool:
        """Whether a word stands in the phrasings."""
        return f"w {word}" in self.index

    def ranked(self, text: str) -> list[tuple[str, float]]:
        """Each class with its probability, likeliest first."""
        width = len(self.classes)
        sums = [0.0] * width
        for i, value in vector(features(text), self.index, self.rarity).items():
            for j, weight in enumerate(self.table[i * width : (i + 1) * width]):
                if weight:
                    sums[j] += value * weight
        scores = [bias + scale * total for bias, scale, total in zip(self.bias, self.scale, sums, strict=True)]
        highest = max(scores)
        shares = [math.exp(score - highest) for score in scores]
        total = sum(shares)
        return sorted(((id_, s / total) for id_, s in zip(self.classes, shares, strict=True)), key=lambda p: -p[1])


def vector(counts: Mapping[str, int], index: Mapping[str, int], rarity: Sequence[float]) -> dict[int, float]:
    """Known features, the rarer the more, of length 1 in words and in letters apart."""
    out: dict[int, float] = {}
    for kind in "wc":
        values = {
            index[name]: (1 + math.log(n)) * rarity[index[name]]
            for name, n in counts.items()
            if name[0] == kind and name in index
        }
        length = math.sqrt(sum(value * value for value in values.values()))
        out |= {i: value / length for i, value in values.items()}
    return out


@cache
def shipped() -> Classifier:
    """The weights that are installed."""
    return Classifier.read(WEIGHTS.read_bytes())
