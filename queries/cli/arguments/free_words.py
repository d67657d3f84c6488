"""Free words to a question: a person chooses where they could mean several."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import typer

from archkb.queries.cli import terminal
from archkb.queries.interface.meaning import meant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archkb.kb.store.port import Store
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
    from archkb.queries.questions.match import Candidate

    best = meant(words, catalog, store, partial(_chosen, store, model), model=model, composed=composed)
    if isinstance(best, tuple):
        return tuple(_told(words, best))
    if not isinstance(best, Candidate):
        from archkb.queries.questions.grammar.phrase import title

        terminal.tell(f"archkb: understood as “{title(best)}”")
        return best
    terminal.tell(
        f"archkb: asking {best.question.id!r} ({best.question.title}), matched “{best.phrase}”, {best.score:.0f} of 100"
    )
    return best.question


def _told(words: str, readings: tuple[Candidate, ...]) -> Iterator[Question]:
    """The questions of several readings, after how each is asked alone."""
    if readings:
        alone = ", ".join(f"`archkb ask {c.question.id}`" for c in readings)
        terminal.tell(f"archkb: {words!r} is read as {alone}; ask one of them alone by its id")
    for candidate in readings:
        yield candidate.question


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
    from archkb.queries.interface.readings import HEADER_WORDS, answers

    each = list(answers(store, [c.question for c in candidates], model, words))
    sentences = {answer.question: answer.sentence for _, answer in each}
    for i, c in enumerate(candidates, 1):
        terminal.tell(f"  {i}  {c.question.id:24} {c.question.title}")
        if sentences.get(c.question.id):
            terminal.tell(f"       {sentences[c.question.id]}")
    if each and each[-1][1].question == HEADER_WORDS:
        terminal.tell(f"archkb: {each[-1][1].sentence}")
    if not terminal.interactive():
        terminal.tell("archkb: not sure which. Cure: ask one of these by its id.")
        raise typer.Exit(UNSURE)
    answer = terminal.ask(f"which one? [1-{len(candidates)}, Enter for none] ")
    if not answer.isdigit() or not 1 <= int(answer) <= len(candidates):
        raise typer.Exit(UNSURE)
    return candidates[int(answer) - 1]
