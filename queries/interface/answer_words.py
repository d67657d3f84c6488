"""The answer to what free words mean, whatever they mean: the command line and Python ask alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from archkb.queries.interface.composed import composed_answer
from archkb.queries.interface.parameters import with_model
from archkb.queries.interface.readings import answer_of, readings_answer, with_header_words
from archkb.queries.questions import ask_store
from archkb.queries.questions.question import Question

if TYPE_CHECKING:
    from archkb.kb.store.port import Store
    from archkb.queries.output.answer import Answer
    from archkb.queries.questions.grammar.asked import Asked


def answer_words(
    store: Store,
    meaning: Question | Asked | tuple[Question, ...],
    words: str,
    model: str | None,
    given: Mapping[str, str],
    only: Callable[[Store], str],
    *,
    everywhere: bool,
    counted: bool,
    named: bool,
) -> Answer:
    """Answer a question of the library, one composed of words, or several readings.

    `only` names the model where none is named; `everywhere`: all models are asked then. `counted`: tell of how many
    rows those shown are a part; `named`: names in place of hashes.
    """
    if isinstance(meaning, tuple):
        return readings_answer(store, meaning, model, words)
    if not isinstance(meaning, Question):
        return composed_answer(store, meaning, None if everywhere else model or only(store))
    if everywhere:
        return answer_of(store, meaning, None)
    about = model if any(p.type == "model" for p in meaning.params) else None  # words about all models name one in vain
    params = ask_store.bind(meaning, with_model(store, meaning, about, given, only))
    answer = ask_store.ask(store, meaning, params, counted=counted, named=named)
    return with_header_words(store, meaning, answer, model, words)
