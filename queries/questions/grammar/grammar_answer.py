"""Asking a store what a sentence asked: the one place where the grammar meets it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archkb.queries.output.answer import Answer
from archkb.queries.questions.grammar.answer_sentence import sentence
from archkb.queries.questions.grammar.asked import Asked
from archkb.queries.questions.grammar.compile_cypher import compile_cypher
from archkb.queries.questions.grammar.phrase import title

if TYPE_CHECKING:
    from archkb.kb.store.port import Store


def grammar_answer(store: Store, asked: Asked, model: str) -> Answer:
    """The answer about the model of that name; no row where the question names what the model has not."""
    compiled = compile_cypher(asked)
    params = {"model": model, **compiled.params}
    found = store.read(compiled.cypher, params)
    names = tuple(c.name for c in compiled.columns)
    if not found.rows:
        store.check(model)  # an empty answer of a damaged store is no answer
    rows = () if asked.absent else found.rows
    answer = Answer(title(asked), names, rows, compiled.cypher, params, found.truncated, _places(asked),
                    {c.name: c for c in compiled.columns})  # fmt: skip
    from dataclasses import replace

    return replace(answer, sentence=sentence(asked, answer.records()))


def _places(asked: Asked) -> tuple[str, ...]:
    """What the names of parts were taken for, where that is another text."""
    named = [f for f in asked.filters if f.by == "under" and isinstance(f.value, tuple) and f.value]
    return tuple(
        f"{f.words}: {', '.join(p or 'the whole model' for p in f.value)}"
        for f in named
        if isinstance(f.value, tuple) and f.value != (f.words,)
    )
