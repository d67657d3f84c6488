"""Free words to the question they mean; where they mean no question but a command, the command is named.

A question of the library that is sure of the words goes first, if its closest phrase has all that tells in them. Else
the grammar is asked, which understands a sentence whole or not at all: a filter, number or negation that a question
would pass over is in its reading. Then comes a sure question after all, then the list of what the words could mean.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from archkb.kb.errors import ArchkbError, NotFoundError
from archkb.kb.near_misses import nearest
from archkb.queries.interface.default_model import default_model
from archkb.queries.interface.model_names import full_name

if TYPE_CHECKING:
    from archkb.kb.store.port import Store
    from archkb.queries.questions.catalog import Catalog
    from archkb.queries.questions.grammar.asked import Asked
    from archkb.queries.questions.match import Candidate
    from archkb.queries.questions.question import Question

    Choose = Callable[[str, tuple[Candidate, ...]], Candidate]
    """Words and what they could mean, best first, to what they do mean."""
    Meaning = Candidate | Asked | tuple[Candidate, ...]
    """A question of the library, one composed of the grammar's words, or several of the library that are all answered;
    none of them where what is asked is in no header."""

_COMPARING = re.compile(
    r"\b(?:what(?: has|'s| is)? (?:changed|different|new)|changes?|differs?|differences?|different|compared?|comparison"
    r"|diff|versus|vs)\b",
    re.IGNORECASE,
)
_MODELS = re.compile(r"\b(?:models?|versions?|releases?|checkpoints?|files?|designs?|between)\b", re.IGNORECASE)


def to_ask(meaning: Meaning) -> Question | Asked | tuple[Question, ...]:
    """What is asked of the store: questions in place of the candidates they were."""
    from archkb.queries.questions.match import Candidate

    if isinstance(meaning, tuple):
        return tuple(candidate.question for candidate in meaning)
    return meaning.question if isinstance(meaning, Candidate) else meaning


def meant(
    words: str, catalog: Catalog, store: Store, choose: Choose, *, model: str | None = None, composed: bool = True
) -> Meaning:
    """What free words mean: one question, several that are all answered, or nothing that a header tells. NotFoundError
    where no question is like them.

    `choose` says which where they could mean several; `model` is the name of the one asked about, None where it is not
    named; `composed` is False where only a question of the library will do.
    """
    from archkb.queries.questions.match import match, missed

    matches = match(words, catalog.all())
    if matches.sure and not (composed and missed(words, matches.candidates[0])):
        return matches.candidates[0]
    asked = _composed(words, store, model) if composed else None
    if asked is not None:
        return asked
    if not matches.sure and _COMPARING.search(words):
        two = _two_models(words, store)
        if len(two) == 2 or _MODELS.search(words) or not matches.candidates:
            raise _comparison(words, two)
    if composed and not matches.sure and (matches.beyond or matches.readings):
        return () if matches.beyond else matches.readings
    if not matches.candidates:
        near = [] if " " in words else catalog.near(words)
        raise NotFoundError(f"no question is like {words!r}", near=near, cure="`archkb questions` lists them")
    return matches.candidates[0] if matches.sure else choose(words, matches.candidates)


def _composed(words: str, store: Store, model: str | None) -> Asked | None:
    """What the words ask by the grammar; of which model does not matter yet where the store has several."""
    from archkb.queries.questions.grammar.understand import understand

    names = [m.name for m in store.models()]
    if model is None:
        default = names[0] if len(names) == 1 else default_model(store.uri)
        return understand(words, store, default if default in names else None)
    return understand(words, store, full_name(store, model))


def refuse(words: str, candidates: tuple[Candidate, ...]) -> Candidate:
    """Where nobody can be asked: NotFoundError that lists what the words could mean."""
    ids = [c.question.id for c in candidates]
    raise NotFoundError(f"{words!r} could mean several questions", near=ids, cure="ask one of these by its id")


def _comparison(words: str, two: list[str]) -> ArchkbError:
    """Two models are compared by a command of its own."""
    models = " ".join(two) if len(two) == 2 else "A B"
    return ArchkbError(f"{words!r} compares models, and a question is about one", cure=f"`archkb diff {models}`")


def _two_models(words: str, store: Store) -> list[str]:
    """The first two models whose names words begin."""
    names = sorted(m.name for m in store.models())
    return list(dict.fromkeys(name for word in words.split() if (name := _named(word.strip("?,.!'\""), names))))[:2]


def _named(word: str, names: list[str]) -> str | None:
    """The model a word stands for: its name, or the first that goes on behind the word with another part."""
    if word in names:
        return word
    longer = [n for n in names if re.match(rf"{re.escape(word)}[^0-9a-z.]", n, re.IGNORECASE)]
    if longer or not any(c.isdigit() for c in word):
        return longer[0] if longer else None
    return next(iter(nearest(word, names, 1)), None)
