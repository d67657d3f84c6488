"""Words with several readings: each is answered, and how to ask for one alone is said; and words about nothing that a
header tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from archkb.kb.errors import NotFoundError
from archkb.queries.interface.across_models import of_one_or_all
from archkb.queries.interface.model_names import full_name, sole_model
from archkb.queries.output.answer import Answer, Column
from archkb.queries.questions.asked_dtypes import with_yes_or_no
from archkb.queries.questions.header_words import TITLE, header_answer

if TYPE_CHECKING:
    from archkb.kb.store.port import Store
    from archkb.queries.questions.question import Question

NOT_IN_A_HEADER = (
    "Unknown: that is not in a header, which holds names, number formats, shapes and a configuration, and tells nothing"
    " about data, cost, speed or quality."
)
_COLUMNS = (
    Column("question", "Id of the question, to ask it alone."),
    Column("title", "What it asks."),
    Column("answer", "The sentence that answers it."),
    Column("rows", "Its rows as objects."),
)


def answers(store: Store, questions: Sequence[Question], model: str | None, words: str) -> Iterator[tuple[str, Answer]]:
    """Each question that takes nothing but a model with its answer, by its title; then what the header names so.

    `model` is the name of the one asked about, None for the only one or the one in use, or for all where there is none.
    """
    for question in questions:
        if not any(p.required and p.type != "model" for p in question.params):
            yield question.title, with_yes_or_no(answer_of(store, question, model), words)
    one = _one(store, model)
    named = header_answer(store, one, words) if one else None
    if named:
        yield TITLE, named


def answer_of(store: Store, question: Question, model: str | None) -> Answer:
    """The answer to a question of the library that was asked in words, about one model or all."""
    from archkb.queries.questions.ask_store import ask, bind

    def about(given: dict[str, str]) -> Answer:
        return ask(store, question, bind(question, given), counted=False, named=True)

    needed = question.needs_model
    return of_one_or_all(store, model, lambda name: about({needed: name})) if needed else about({})


def with_header_words(store: Store, question: Question, answer: Answer, model: str | None, words: str) -> Answer:
    """The answer to the one question that words mean, led by yes or no where they ask whether a dtype is there; where
    it has no row, with what the header names so.
    """
    one = None if answer.rows else _one(store, model)
    named = header_answer(store, one, words) if one else None
    return _together(words, ((question.title, answer), (TITLE, named))) if named else with_yes_or_no(answer, words)


def _one(store: Store, name: str | None) -> str | None:
    try:
        return full_name(store, name) if name is not None else sole_model(store)
    except NotFoundError:
        return None


def readings_answer(store: Store, questions: Sequence[Question], model: str | None, words: str) -> Answer:
    """All readings as one answer: a row each for programs, one below the other for people; where there is none, that
    what is asked is in no header.
    """
    if not questions:
        return Answer("none", (), (), sentence=NOT_IN_A_HEADER)
    return _together(words, tuple(answers(store, questions, model, words)))


def _together(words: str, parts: Sequence[tuple[str, Answer]]) -> Answer:
    rows = tuple((part.question, title, part.sentence, part.records()) for title, part in parts)
    sentence = " ".join(f"{title} {part.sentence}" for title, part in parts)
    return Answer(
        words,
        tuple(c.name for c in _COLUMNS),
        rows,
        "\n\n".join(part.cypher for _, part in parts),
        parts[0][1].params,
        about={c.name: c for c in _COLUMNS},
        sentence=sentence,
        parts=tuple(parts),
    )
