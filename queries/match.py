"""Free words to a question. Words are compared with the title and the aliases of every question; it answers only when
one question is clearly ahead, else it hands back the candidates so that a person can choose.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from queries.question import Question

SURE = 75.0
"""Score out of 100 from which a lone leader is taken at its word."""

AHEAD = 6.0
"""How far the leader must be ahead of the next question."""

PLAUSIBLE = 45.0
"""Score below which a question is not even a candidate."""

_STOP = frozenset(
    re.findall(
        r"\w+",
        "a an and any are at be by can do does each give has have how i in is it its list me much my of on or please"
        " show that the their them there they this to use used uses using was what where which who whose with you your"
        " model",
    )
)
_SAME = {
    "ffn": "feedforward", "mlp": "feedforward", "normalization": "norm", "normalisation": "norm",
    "quantized": "quantised", "quantization": "quantisation", "unquantized": "unquantised",
    "convolution": "conv", "parameter": "param", "kernels": "kernel", "weights": "weight", "dtype": "precision",
    "layernorm": "norm", "dimension": "width", "dim": "width", "wide": "width", "large": "size", "big": "size",
    "biggest": "largest", "deep": "depth", "modality": "stream", "modalities": "stream",
}  # fmt: skip
_PHRASES = ((r"feed[\s-]?forward", "feedforward"), (r"cross[\s-]?att(?:ention|n)s?|xattn", "cross attention"),
            (r"how many|numbers? of|counts? of", "count"))  # fmt: skip
"""Ways of writing that are one word, or one word that is two."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question that may be meant: its score out of 100 and the phrase of it that came closest."""

    question: Question
    score: float
    phrase: str


@dataclass(frozen=True, slots=True)
class Match:
    """The candidates, best first; `sure` when the first may be taken without asking."""

    candidates: tuple[Candidate, ...]
    sure: bool


def match(words: str, questions: Iterable[Question]) -> Match:
    """Find the question meant by free words. No candidate at all where nothing resembles them."""
    wanted = normalise(words)
    if not wanted:
        return Match((), sure=False)
    found = sorted((_best(wanted, words, q) for q in questions), key=lambda c: (-c.score, c.question.id))
    likely = tuple(c for c in found if c.score >= PLAUSIBLE)[:5]
    return Match(likely, _sure(words, wanted, likely))


def _sure(words: str, wanted: str, likely: Sequence[Candidate]) -> bool:
    if not likely or likely[0].score < SURE:
        return False
    asked = words.strip(" ?!.").lower()
    phrase = likely[0].phrase.strip(" ?!.").lower()
    if " " not in wanted and " " in phrase and asked != phrase:
        return False  # one telling word of several: many questions have it
    return len(likely) == 1 or likely[0].score - likely[1].score >= AHEAD


def normalise(text: str) -> str:
    """Telling words in lower case, without plural s, one spelling each.

    >>> normalise("Which blocks do Cross-Attention?")
    'block cross attention'
    """
    low = text.lower()
    for pattern, plain in _PHRASES:
        low = re.sub(pattern, plain, low)
    words = re.findall(r"[a-z0-9_.]+", low.replace("-", " "))
    return " ".join(_stem(w.strip(".")) for w in words if w.strip(".") and w not in _STOP)


def _stem(word: str) -> str:
    word = _SAME.get(word, word)
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us")):
        word = word[:-1]
    return _SAME.get(word, word)


@cache
def _phrases(question: Question) -> Sequence[tuple[str, str]]:
    texts = (question.title, question.id.replace("-", " "), *question.aliases)
    return tuple((text, normalise(text)) for text in texts)


def _best(wanted: str, words: str, question: Question) -> Candidate:
    """The phrase of a question that is closest. Equal words in another order score 100, a subset of them less.

    The score is the mean of two of rapidfuzz's ratios: of all words in order of the alphabet, which punishes words that
    only one side has, and of the words both sides have, which forgives a longer sentence around them.
    """
    from rapidfuzz import fuzz

    best = Candidate(question, 0.0, question.title)
    for text, phrase in _phrases(question):
        if not phrase:
            continue
        score = 0.55 * fuzz.token_sort_ratio(wanted, phrase) + 0.45 * fuzz.token_set_ratio(wanted, phrase)
        if score > best.score:
            best = Candidate(question, score, text)
    return best
