"""Words with several readings: each is answered, and how to ask for one alone is said; and words about nothing that a
header tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from archkb.kb.errors import ArchkbError, NotFoundError
from archkb.queries.interface.model_names import full_name, sole_model
from archkb.queries.output.answer import Answer, Column

if TYPE_CHECKING:
    from archkb.kb.store.port import Store
    from archkb.queries.questions.question import Question

HEADER_WORDS = "header-words"
"""What the last of the answers calls itself where it is what the header names."""

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
    """Each question that needs nothing but a model with its answer, by its title; then what the header names so.

    `model` is the name of the one asked about, None where it is the only one or the one in use, if there is such a one.
    """
    from archkb.queries.questions.ask_store import ask, bind
    from archkb.queries.questions.header_words import TITLE, header_answer

    model = _model(store, model)
    for question in questions:
        if any(p.required and (p.type != "model" or model is None) for p in question.params):
            continue
        given = {question.needs_model: model} if question.needs_model and model else {}
        yield question.title, ask(store, question, bind(question, given), counted=False, named=True)
    named = header_answer(store, model, words) if model else None
    if named:
        yield TITLE, named


def _model(store: Store, name: str | None) -> str | None:
    try:
        return full_name(store, name) if name is not None else sole_model(store)
    except NotFoundError:
        if name is not None:
            raise
        return None


def readings_answer(store: Store, questions: Sequence[Question], model: str | None, words: str) -> Answer:
    """All readings as one answer: a row each for programs, one below the other for people; where there is none, that
    what is asked is in no header. ArchkbError where each needs a model, and none is named.
    """
    if not questions:
        return Answer("none", (), (), sentence=NOT_IN_A_HEADER)
    parts = tuple(answers(store, questions, model, words))
    if not parts:
        raise ArchkbError(f"{words!r} is asked about a model, and none is named", cure="name the model behind it")
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
        parts=parts,
    )
