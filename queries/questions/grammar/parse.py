"""A sentence to what was asked. Every telling word must be understood, else the sentence is none of this language.

Filters narrow what they stand with in any order. What could be read in two ways is not read at all.
"""

from __future__ import annotations

from archkb.queries.questions.grammar.asked import Asked
from archkb.queries.questions.grammar.finish import finished
from archkb.queries.questions.grammar.model_words import ModelWords
from archkb.queries.questions.grammar.reader import Reader
from archkb.queries.questions.grammar.tokens import Token, tokens

_SURELY = 7
"""Letters from which a misspelt word alone is trusted; a shorter one needs another that was spelt right."""
_TELLING = frozenset(("kind", "property", "filter", "super", "than", "how", "part", "stream_name", "reads"))


def parse(text: str, model: ModelWords) -> Asked | None:
    """What a sentence asks of a model, None where it is not understood whole."""
    pieces = tokens(text, model)
    if not _trusted(pieces):
        return None
    reader = Reader(pieces, model)
    return finished(reader) if reader.read() else None


def unnamed(text: str) -> bool:
    """Whether a sentence can be none of this language, whatever the model is called by: it names nothing to ask for."""
    return not any(t.sense.sort in ("kind", "property", "how") for t in tokens(text, ModelWords()))


def names_paths(text: str, model: ModelWords) -> bool:
    """Whether a sentence may name modules by their paths, so that those of the model are needed to read it."""
    pieces = tokens(text, model)
    after = (*pieces[1:], None)
    for token, following in zip(pieces, after, strict=True):
        if token.sense.sort == "word":
            return True
        if token.sense.sort != "part":
            continue
        runs_on = following is not None and following.sense.sort in ("part", "stream_name")
        if runs_on or not model.called(token.sense.name or token.text):
            return True
    return any(
        token.sense.sort == "stream_name" and following is not None and following.sense.sort == "part"
        for token, following in zip(pieces, after, strict=True)
    )


def corrections(text: str, model: ModelWords) -> dict[str, str]:
    """The misspelt words of a sentence with what they were read as."""
    return {t.text: t.meant for t in tokens(text, model) if t.meant}


def _trusted(pieces: list[Token]) -> bool:
    """Whether words were misspelt so little that it is plain what was meant."""
    wrong = [t for t in pieces if t.meant]
    right = sum(t.sense.sort in _TELLING and not t.meant for t in pieces)
    short = [t for t in wrong if max(map(len, t.meant.split())) < _SURELY]
    return len(wrong) <= 1 + right and (not short or right > 0)
