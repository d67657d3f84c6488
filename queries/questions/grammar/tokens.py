"""A sentence as tokens: the longest phrases of the table, numbers, names of parts, and words nobody knows.

A word that is a little misspelt counts as the one meant, but not where it is short, or a word of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from archkb.queries.questions.grammar.model_words import ModelWords
from archkb.queries.questions.grammar.word_table import Sense, Words, stem, words
from archkb.queries.questions.spelling import american

_LONG, _VERY_LONG = 5, 8
"""Letters from which a word may be misspelt: in one letter, in two."""
_NUMBER = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)(k|m|b)?")
_SCALE = {"": 1, "k": 1_000, "m": 1_000_000, "b": 1_000_000_000}
_SCALES = {"thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_SHORT = (
    (re.compile(r"(?<=\w)n['’]t\b"), " not"),
    (re.compile(r"\b(what|where|how)['’]s\b"), r"\1 is"),
    (re.compile(r"['’]s?(?=\s|$)"), ""),
)
_WORD = re.compile(r"\d{1,3}(?:,\d{3})+|[\w./{}]+|\S")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the sentence and what it says; `meant` are the words it was read as where it was misspelt."""

    text: str
    sense: Sense
    meant: str = ""


@dataclass(frozen=True, slots=True)
class _Word:
    """A word as it was written, and as it is compared."""

    raw: str
    plain: str
    typo: bool = False


def tokens(text: str, model: ModelWords) -> list[Token]:
    """The sentence in order."""
    table = words()
    sentence = [_word(raw, table, model) for raw in _raw(text)]
    out: list[Token] = []
    at = 0
    while at < len(sentence):
        sense, length = _phrase(sentence, at, table) or (_single(sentence[at], table, model), 1)
        piece = sentence[at : at + length]
        phrase = " ".join(w.raw for w in piece)
        if sense.sort == "scale" and out and out[-1].sense.sort == "number":
            before = out.pop()
            out.append(Token(f"{before.text} {phrase}", Sense("number", value=before.sense.value * sense.value)))
        else:
            meant = " ".join(w.plain for w in piece) if any(w.typo for w in piece) else ""
            out.append(Token(phrase, sense, meant))
        at += length
    return out


def _raw(text: str) -> list[str]:
    """Words as they were written but for hyphens, abbreviated verbs and the signs that end a sentence."""
    for pattern, plain in _SHORT:
        text = pattern.sub(plain, text)
    return [w for part in _WORD.findall(text.replace("-", " ")) if (w := part.strip("?!,;:\"'“”`").rstrip("."))]


def _word(raw: str, table: Words, model: ModelWords) -> _Word:
    plain = stem(american(raw))
    if raw.lower() in table.others or plain in _vocabulary() or _names(raw, plain, model):
        return _Word(raw, plain)
    near = _near(plain)
    return _Word(raw, near, typo=True) if near else _Word(raw, plain)


def _names(raw: str, plain: str, model: ModelWords) -> bool:
    """Whether a word names something of the model."""
    low = raw.lower()
    named = low in model.streams or any(low in part.words or plain in part.words for part in model.parts)
    return named or "_" in raw or "." in raw or model.on_the_way(raw)


def _phrase(sentence: Sequence[_Word], at: int, table: Words) -> tuple[Sense, int] | None:
    """The longest phrase that begins there."""
    for length in range(min(table.longest, len(sentence) - at), 0, -1):
        if length == 1 and sentence[at].raw.lower() in table.others:
            return None
        sense = table.phrases.get(tuple(w.plain for w in sentence[at : at + length]))
        if sense is not None:
            return sense, length
    return None


def _single(word: _Word, table: Words, model: ModelWords) -> Sense:
    """What one word says that begins no phrase."""
    low = word.raw.lower()
    number = _NUMBER.fullmatch(low)
    if number:
        value = float(number[1].replace(",", "")) * _SCALE[number[2] or ""]
        return Sense("number", value=int(value) if value == int(value) else value)
    if low in _SCALES:
        return Sense("scale", value=_SCALES[low])
    if low in table.others:
        return Sense("word")
    for name in (low, word.plain):
        if name in table.streams:
            return Sense("stream_name", table.streams[name])
        if name in model.streams:
            return Sense("stream_name", name)
        if name in table.parts:
            return Sense("part", table.parts[name])
    if _names(word.raw, word.plain, model):
        return Sense("part", word.raw)
    return Sense("word")


@cache
def _vocabulary() -> frozenset[str]:
    """Every word that the table knows."""
    table = words()
    return frozenset((*(w for p in table.phrases for w in p), *table.parts, *table.streams, *_SCALES))


@cache
def _near(word: str) -> str | None:
    """The one word of the table that this is a misspelling of."""
    if len(word) < _LONG or not word.isalpha():
        return None
    from rapidfuzz.distance import OSA

    close = {
        known: distance
        for known in sorted(_vocabulary())
        if known[0] == word[0] and len(known) >= _LONG
        and (distance := OSA.distance(word, known)) <= (2 if min(len(known), len(word)) >= _VERY_LONG else 1)
    }  # fmt: skip
    best = [known for known in close if close[known] == min(close.values())]
    return best[0] if len(best) == 1 else None
