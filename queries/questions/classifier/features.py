"""Words as features: each word, pairs of neighbours, and runs of letters, by which misspelt words are still known."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from archkb.queries.questions.spelling import american

_WORD = re.compile(r"[a-z0-9]+")
_RUNS = (3, 4, 5)
"""Letters in a run; a word's edges are part of it."""


def features(text: str) -> Counter[str]:
    """Each feature with how often it is there.

    >>> sorted(features("tied heads"))[-3:], features("tied heads")["w tied heads"]
    (['w heads', 'w tied', 'w tied heads'], 1)
    """
    return Counter(_features(plain_words(text)))


def plain_words(text: str) -> list[str]:
    """Its words in lower case, in American spelling."""
    return _WORD.findall(american(text))


def _features(words: list[str]) -> Iterator[str]:
    for first, second in zip(words, [*words[1:], ""], strict=True):
        yield f"w {first}"
        if second:
            yield f"w {first} {second}"
        edged = f"_{first}_"
        for size in _RUNS:
            for start in range(max(1, len(edged) - size + 1)):
                yield f"c {edged[start : start + size]}"
