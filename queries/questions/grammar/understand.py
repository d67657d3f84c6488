"""A sentence and a store to what was asked: no more is read of the model than the sentence needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archkb.queries.questions.grammar.model_words import read_model_words, with_paths
from archkb.queries.questions.grammar.parse import names_paths, parse, unnamed

if TYPE_CHECKING:
    from archkb.kb.store.port import Store
    from archkb.queries.questions.grammar.asked import Asked


def understand(text: str, store: Store, model: str | None) -> Asked | None:
    """What a sentence asks of the model of that name, or of any where None is given; None where it is not understood."""
    if unnamed(text):
        return None
    words = read_model_words(store, model)
    return parse(text, with_paths(words, store, model) if names_paths(text, words) else words)
