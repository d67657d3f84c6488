"""Free words to a question. Words are compared with the title, the id and the aliases of every question.

A question answers only where it knows every telling word that was asked and is clearly ahead of the others; else the
related ones are handed back, so that a person can choose. A word counts the more, the fewer questions know it, and one
that none knows counts most: what no question speaks of must not be answered by one that shares the words around it.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from archkb.queries.questions.classifier.features import plain_words
from archkb.queries.questions.question import Question
from archkb.queries.questions.spelling import american

SURE = 70.0
"""Score out of 100 from which a lone leader is taken at its word."""

AHEAD = 4.0
"""How far the leader must be ahead of the next question."""

FAIR, HIGH, FAR = 58.0, 85.0, 12.0
"""Score from which a leader is taken though it does not know a word that no question speaks of, or that another one
does; and how far ahead it must be. Set on the questions of `tests/queries/questions/asked_seen.json`."""

ALONE = 75.0
"""Most that another question about one model may score where a single telling word decides."""

BEHIND = 6.0
"""What a question over all models loses where the words speak of no models."""

PLAUSIBLE = 30.0
"""Score below which a question is not even a candidate."""

LEARNT, AGREED, OFFERED = 0.96, 0.1, 0.04
"""Probability by the trained weights from which a question is taken at its word, from which they do not speak against
one that its phrases are sure of, and from which one is offered; `benchmarks/asking/train.py` prints what each gives."""

NARROWED = 0.985
"""The same where the words ask for a part, a number or a comparison, which an answer to the whole may not give, or have
one that nobody used who wrote phrasings."""
TOGETHER, ENOUGH, SHOWN = 0.9, 0.97, 3
"""Probability of several questions together from which each of them is answered, from which no further one is, and most
of them. Below, the questions are only listed, with what each would answer, and nobody is told that one was meant."""

BEYOND = 0.85
"""Probability from which words are taken to ask what no header tells."""

_NARROWING = re.compile(
    r"\d|\b(?:not|no|without|except|only|just|fraction|share|percent(?:age)?|proportion|ratio|most|least|fewer|less|more"
    r"|largest|smallest|longest|widest|average|mean|total|sum|first|last|than|between|inde(?:x|xes|ices)|times|per|half"
    r"|in the|of the|inside|within|both|same|differ(?:s|ent|ence)?|before|after|ends?|starts?)\b",
    re.IGNORECASE,
)

_LISTED = 6
_SEVERAL = re.compile(
    r"\b(?:models|checkpoints|files|designs|architectures|versions|store|loras|adapters|another)\b", re.IGNORECASE
)
_ASKED, _KNOWN = 0.7, 0.3
"""Weights of the two halves of a score: how much of what was asked a phrase has, and how much of it was asked."""
_TYPO = 83.0
"""Likeness of two words out of 100 from which one is the other misspelt."""
_LONG = 5
"""Letters from which a word may be misspelt."""

_STOP = frozenset(
    re.findall(
        r"\w+",
        "a about all am an and any are at be been by can could did do does each for from get give given has have how i"
        " if in into is it its just let like list look looks me much my of on or other out please say see should show"
        " so some tell than that the their them then there these they things think this to up use used uses using was"
        " we were what where which who whose will with would you your model one made make by called",
    )
)
_SAME = {
    "ffn": "feedforward", "mlp": "feedforward", "normalization": "norm", "quantization": "quantized",
    "unquantized": "not quantized", "convolution": "conv", "parameter": "param", "kernels": "kernel",
    "weights": "weight", "dtype": "precision", "layernorm": "norm", "dimension": "width", "dim": "width",
    "wide": "width", "large": "size", "big": "size", "biggest": "largest", "bigger": "largest", "deep": "depth",
    "modality": "stream", "modalities": "stream", "different": "differ", "difference": "differ", "lora": "adapter",
    "part": "component", "autoencoder": "vae", "attend": "attention", "head_dim": "head width", "caption": "prompt",
    "vocabulary": "vocab", "same": "identical", "identical": "identical", "total": "count",
}  # fmt: skip
_PHRASES = ((r"feed[\s-]?forward", "feedforward"), (r"cross[\s-]?att(?:ention|n)s?|xattn", "cross attention"),
            (r"self[\s-]?att(?:ention|n)s?", "self attention"), (r"layer[\s-]norm", "layernorm"),
            (r"how (?:many|much)|numbers? of|counts? of", "count"), (r"head[\s_-]dim(?:ension)?s?\b", "head width"),
            (r"side[\s-]cars?", "sidecar"), (r"\b(?:attn|attention)_?\d*\b", "attention"))  # fmt: skip
"""Ways of writing that are one word, or one word that is two."""
_FAINT = frozenset(("count", "layer", "module", "not"))
"""Words that say how to answer, or are said of most things: a question need not know them."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question that may be meant: its score out of 100, its closest phrase, and the words it does not know."""

    question: Question
    score: float
    phrase: str
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """The candidates, best first; `sure` when the first may be taken without asking.

    `readings` are those of which one is meant as good as surely, where none is alone; `beyond` where what is asked is
    in no header.
    """

    candidates: tuple[Candidate, ...]
    sure: bool
    readings: tuple[Candidate, ...] = ()
    beyond: bool = False


@dataclass(frozen=True, slots=True)
class _Known:
    """What a question knows: its phrases with their words, and all the words."""

    question: Question
    phrases: tuple[tuple[str, frozenset[str]], ...]
    words: frozenset[str]


def match(words: str, questions: Iterable[Question]) -> Match:
    """Find the question meant by free words. No candidate at all where none is like them."""
    wanted = frozenset(normalise(words).split())
    if not wanted:
        return Match((), sure=False)
    known = [_known(q) for q in questions]
    weights = _weights(known)
    candidates = [_best(wanted, k, weights) for k in known]
    if not _SEVERAL.search(words):
        candidates = [_of_one(candidate) for candidate in candidates]
    by_phrase = sorted(candidates, key=lambda c: (-c.score, c.question.rank))
    plausible = tuple(c for c in by_phrase if c.score >= PLAUSIBLE)
    if plausible and _word_for_word(words, plausible[0]):
        return Match(plausible[:_LISTED], sure=True)
    ranked = _ranked(words)
    by_id = {c.question.id: c for c in candidates if c.question.shipped}
    learnt = [(by_id[id_], p) for id_, p in ranked.items() if id_ in by_id]
    sure = _sure(wanted, plausible[:_LISTED]) or _clear(plausible[:_LISTED], frozenset(weights))
    if sure and _agreed(plausible[0], learnt):
        return Match(plausible[:_LISTED], sure=True)
    likely = [replace(c, score=100 * p) for c, p in learnt if p >= OFFERED]
    if likely and len(wanted - _FAINT) > 1 and learnt[0][1] >= _limit(words):
        return Match(tuple(likely[:_LISTED]), sure=True)
    there = {c.question.id for c in likely}
    listed = (*likely, *(c for c in plausible if c.question.id not in there))[:_LISTED]
    return Match(listed, sure=False, readings=_readings(learnt), beyond=bool(learnt) and _is_beyond(ranked))


def _readings(learnt: Sequence[tuple[Candidate, float]]) -> tuple[Candidate, ...]:
    """The first few that together are as good as sure."""
    together, readings = 0.0, []
    for candidate, probability in learnt[:SHOWN]:
        if together >= ENOUGH or probability < OFFERED:
            break
        readings.append(replace(candidate, score=100 * probability))
        together += probability
    return tuple(readings) if together >= TOGETHER else ()


def _is_beyond(ranked: Mapping[str, float]) -> bool:
    """Whether what no header tells is as good as surely what is asked."""
    from archkb.queries.questions.classifier.model import NONE

    return ranked.get(NONE, 0.0) >= BEYOND


def _limit(words: str) -> float:
    """The probability from which what was learnt is taken at its word."""
    from archkb.queries.questions.classifier.model import shipped

    unheard = (w for w in plain_words(words) if w not in _STOP and not shipped().knows(w))
    return NARROWED if _NARROWING.search(words) or any(unheard) else LEARNT


def _ranked(words: str) -> dict[str, float]:
    """Each class of the trained weights with its probability, likeliest first; nothing where they know no word."""
    from archkb.queries.questions.classifier.model import shipped

    return dict(shipped().ranked(words)) if any(map(shipped().knows, plain_words(words))) else {}


def _word_for_word(words: str, best: Candidate) -> bool:
    """Whether the words are a phrase of the question itself."""
    return _plain(words) in (_plain(text) for text, _ in _known(best.question).phrases)


def _agreed(best: Candidate, learnt: Sequence[tuple[Candidate, float]]) -> bool:
    """Whether nothing learnt speaks against a question that its phrases are sure of."""
    probability = {c.question.id: p for c, p in learnt}.get(best.question.id)
    return probability is None or probability >= AGREED


def missed(words: str, candidate: Candidate) -> tuple[str, ...]:
    """The telling words asked that the candidate's closest phrase has not, though another phrase of it may.

    `not` is telling: a question is answered without it as if it were not there.
    """
    phrase = frozenset(normalise(candidate.phrase).split())
    wanted = frozenset(normalise(words).split()) - (_FAINT - {"not"})
    return tuple(sorted(word for word in wanted if not _word_similarity(word, phrase)))


def _of_one(candidate: Candidate) -> Candidate:
    """A question over all models is asked in so many words: where no models are spoken of, it comes behind."""
    return candidate if candidate.question.needs_model else replace(candidate, score=max(0.0, candidate.score - BEHIND))


def _sure(wanted: frozenset[str], likely: Sequence[Candidate]) -> bool:
    if not likely:
        return False
    best = likely[0]
    if best.score < SURE or best.unknown:
        return False
    rivals = [c.score for c in likely[1:] if c.question.needs_model]
    if len(wanted) == 1 and " " in best.phrase:
        whole = frozenset(normalise(best.phrase).split()) == wanted
        return whole and max(rivals, default=0.0) <= ALONE  # else it is a word that many questions have
    return len(likely) == 1 or best.score - likely[1].score >= AHEAD


def _clear(likely: Sequence[Candidate], spoken_of: frozenset[str]) -> bool:
    """Whether the first is far ahead, though it does not know every word: those no question speaks of are words around
    what was asked (`please`, `bundled`), while one that another question speaks of may turn it round.
    """
    if not likely or not likely[0].unknown:
        return False
    best, ahead = likely[0], likely[0].score - (likely[1].score if len(likely) > 1 else 0.0)
    if len(best.unknown) > 2 or ahead < FAR:
        return False
    around = all(not _word_similarity(word, spoken_of) for word in best.unknown)
    return best.score >= (FAIR if around else HIGH)


def _plain(text: str) -> str:
    """A sentence for comparison word by word; the model asked about is 'it'."""
    return re.sub(r"\b(?:the|this|that) (?:model|network|checkpoint)\b", "it", american(text).strip(" ?!."))


def normalise(text: str) -> str:
    """Telling words in lower case, without plural s, one spelling each.

    >>> normalise("Which blocks do Cross-Attention?"), normalise("unquantised layers")
    ('block cross attention', 'not quantized layer')
    """
    low = american(text)
    for pattern, plain in _PHRASES:
        low = re.sub(pattern, plain, low)
    words = re.findall(r"[a-z0-9_.]+", low.replace("-", " "))
    return " ".join(_stem(w.strip(".")) for w in words if w.strip(".") and w not in _STOP)


def _stem(word: str) -> str:
    word = _SAME.get(word, word)
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "ias")):
        word = word[:-1]
    return _SAME.get(word, word)


@cache
def _known(question: Question) -> _Known:
    texts = (question.title, question.id.replace("-", " "), *question.aliases)
    phrases = tuple((text, frozenset(normalise(text).split())) for text in texts)
    return _Known(question, phrases, frozenset().union(*(words for _, words in phrases)))


def _weights(known: Sequence[_Known]) -> Mapping[str, float]:
    """How telling each word is: the fewer questions know it, the more."""
    counts = Counter(word for k in known for word in k.words)
    return {word: math.log(1 + len(known) / n) for word, n in counts.items()} | {"": math.log(1 + 2 * len(known))}


def _best(wanted: frozenset[str], known: _Known, weights: Mapping[str, float]) -> Candidate:
    """The phrase of a question that is closest; 100 where it has the same words."""
    unknown = tuple(sorted(w for w in wanted - _FAINT if not _word_similarity(w, known.words)))
    best = Candidate(known.question, 0.0, known.question.title, unknown)
    for text, phrase in known.phrases:
        if not phrase:
            continue
        score = 100 * (_ASKED * _shared(wanted, phrase, weights) + _KNOWN * _shared(phrase, wanted, weights))
        if score > best.score:
            best = Candidate(known.question, score, text, unknown)
    return best


def _shared(words: frozenset[str], others: frozenset[str], weights: Mapping[str, float]) -> float:
    """The share of the words, by weight, that the others have too."""
    total = hit = 0.0
    for word in words:
        weight = weights.get(word, weights[""]) * (0.5 if word in _FAINT else 1)
        total += weight
        hit += weight * _word_similarity(word, others)
    return hit / total


@cache
def _word_similarity(word: str, others: frozenset[str]) -> float:
    """1 where the word is among the others, a little less where it is one of them misspelt, else 0."""
    if word in others:
        return 1.0
    if len(word) < _LONG:
        return 0.0
    from rapidfuzz import fuzz, process

    near = process.extractOne(word, [o for o in others if len(o) >= _LONG], scorer=fuzz.ratio, score_cutoff=_TYPO)
    return near[1] / 100 if near else 0.0
