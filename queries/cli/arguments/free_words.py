"""Free words to a question: a person chooses where they could mean several."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import typer

from archkb.queries.cli import terminal
from archkb.queries.interface.meaning import meant, to_ask

if TYPE_CHECKING:
    from archkb.kb.store.port import Store
    from archkb.queries.interface.meaning import Meaning
    from archkb.queries.questions.catalog import Catalog
    from archkb.queries.questions.grammar.asked import Asked
    from archkb.queries.questions.match import Candidate
    from archkb.queries.questions.question import Question

UNSURE = 2
"""Exit code when words could mean several questions and nobody chose."""


def question_of(
    words: str, catalog: Catalog, store: Store, *, model: str | None = None, composed: bool = True
) -> Question | Asked | tuple[Question, ...]:
    """The question free words mean, or several that are all answered, told on stderr. NotFoundError for none; exit code
    2 where nobody chose.

    `model` is the name of the one asked about, `composed` whether it may be one of the grammar's.
    """
    meaning = meant(words, catalog, store, partial(_chosen, store, model), model=model, composed=composed)
    _tell(words, meaning)
    return to_ask(meaning)


def _tell(words: str, meaning: Meaning) -> None:
    """Say how the words are read, and of several readings how each is asked alone."""
    from archkb.queries.questions.match import Candidate

    if isinstance(meaning, Candidate):
        question, phrase, score = meaning.question, meaning.phrase, meaning.score
        terminal.tell(f"archkb: asking {question.id!r} ({question.title}), matched “{phrase}”, {score:.0f} of 100")
    elif not isinstance(meaning, tuple):
        from archkb.queries.questions.grammar.phrase import title

        terminal.tell(f"archkb: understood as “{title(meaning)}”")
    elif meaning:
        alone = ", ".join(f"`archkb ask {c.question.id}`" for c in meaning)
        terminal.tell(f"archkb: {words!r} is read as {alone}; ask one of them alone by its id")


def _chosen(store: Store, model: str | None, words: str, candidates: tuple[Candidate, ...]) -> Candidate:
    from archkb.queries.questions.classifier.model import shipped

    unknown_words = {
        word
        for word in set.intersection(*(set(c.unknown) for c in candidates))
        if not any(shipped().knows(known) for known in (word, f"{word}s"))
    }
    if unknown_words:
        words_of_none = ", ".join(sorted(unknown_words))
        terminal.tell(f"archkb: none of these questions speaks of {words_of_none}; what {words!r} could mean")
    else:
        terminal.tell(f"archkb: {words!r} could mean")
    from archkb.queries.interface.readings import answers
    from archkb.queries.questions import header_words

    each = list(answers(store, [c.question for c in candidates], model, words))
    sentences = {answer.question: answer.sentence for _, answer in each}
    for i, c in enumerate(candidates, 1):
        terminal.tell(f"  {i}  {c.question.id:24} {c.question.title}")
        if sentences.get(c.question.id):
            terminal.tell(f"       {sentences[c.question.id]}")
    if each and each[-1][1].question == header_words.ID:
        terminal.tell(f"archkb: {each[-1][1].sentence}")
    if not terminal.interactive():
        terminal.tell("archkb: not sure which. Cure: ask one of these by its id.")
        raise typer.Exit(UNSURE)
    answer = terminal.ask(f"which one? [1-{len(candidates)}, Enter for none] ")
    if not answer.isdigit() or not 1 <= int(answer) <= len(candidates):
        raise typer.Exit(UNSURE)
    return candidates[int(answer) - 1]
