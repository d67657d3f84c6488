"""A question composed of the grammar's words, asked about a model by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archkb.queries.interface.model_names import full_name

if TYPE_CHECKING:
    from archkb.kb.store.port import Store
    from archkb.queries.output.answer import Answer
    from archkb.queries.questions.grammar.asked import Asked


def composed_answer(store: Store, asked: Asked, model: str) -> Answer:
    """The answer about the model of that name. NotFoundError, with the near misses, where there is none."""
    from archkb.queries.questions.grammar.grammar_answer import grammar_answer

    return grammar_answer(store, asked, full_name(store, model))
