"""Free words to a question: a person chooses where they could mean several."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from archkb.queries.cli import terminal
from archkb.queries.interface.meaning import meant

if TYPE_CHECKING:
    from archkb.kb.store.port import Store
    from archkb.queries.questions.catalog import Catalog
    from archkb.queries.questions.grammar.asked import Asked
    from archkb.queries.questions.match import Candidate
    from archkb.queries.questions.question import Question

UNSURE = 2
"""Exit code when words could mean several questions and nobody chose."""


def question_of(
    words: str, catalog: Catalog, store: Store, *, model: str | None = None, composed: bool = True
) -> Question | Asked:
    """The question free words mean, told on stderr. NotFoundError for none; exit code 2 where nobody chose.

    `model` is the name of the one asked about, `composed` whether it may be one of the grammar's.
    """
    from archkb.queries.questions.match import Candidate

    best = meant(words, catalog, store, _chosen, model=model, composed=composed)
    if not isinstance(best, Candidate):
        from archkb.queries.questions.grammar.phrase import title

        terminal.tell(f"archkb: understood as “{title(best)}”")
        return best
    terminal.tell(
        f"archkb: asking {best.question.id!r} ({best.question.title}), matched “{best.phrase}”, {best.score:.0f} of 100"
    )
    return best.question


def _chosen(words: str, candidates: tuple[Candidate, ...]) -> Candidate:
    unknown_words = set.intersection(*(set(c.unknown) for c in candidates))
    if unknown_words:
        words_of_none = ", ".join(sorted(unknown_words))
        terminal.tell(f"archkb: none of these questions speaks of {words_of_none}; what {words!r} could mean")
    else:
        terminal.tell(f"archkb: {words!r} could mean")
    for i, c in enumerate(candidates, 1):
        terminal.tell(f"  {i}  {c.question.id:24} {c.question.title}")
    if not terminal.interactive():
        terminal.tell("archkb: not sure which. Cure: ask one of these by its id.")
        raise typer.Exit(UNSURE)
    answer = terminal.ask(f"which one? [1-{len(candidates)}, Enter for none] ")
    if not answer.isdigit() or not 1 <= int(answer) <= len(candidates):
        raise typer.Exit(UNSURE)
    return candidates[int(answer) - 1]
