"""A question composed of the grammar's words, asked about a model by its name, or about all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archkb.queries.interface.across_models import of_one_or_all

if TYPE_CHECKING:
    from archkb.kb.store.port import Store
    from archkb.queries.output.answer import Answer
    from archkb.queries.questions.grammar.asked import Asked


def composed_answer(store: Store, asked: Asked, model: str | None) -> Answer:
    """The answer about the model of that name, or where none is named about the only one, the one in use, or all.

    NotFoundError, with the near misses, where there is none of that name.
    """
    from archkb.queries.questions.grammar.grammar_answer import grammar_answer

    return of_one_or_all(store, model, lambda name: grammar_answer(store, asked, name))
