"""Free words to the question they mean; where they mean no question but a command, the command is named."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import typer

from archkb.kb.errors import ArchkbError, NotFoundError
from archkb.queries.cli import terminal
from archkb.queries.near_misses import nearest

if TYPE_CHECKING:
    from archkb.kb.store.port import Store
    from archkb.queries.questions.catalog import Catalog
    from archkb.queries.questions.match import Candidate
    from archkb.queries.questions.question import Question

UNSURE = 2
"""Exit code when words could mean several questions and nobody chose."""

_COMPARING = re.compile(
    r"\b(?:what(?: has|'s| is)? (?:changed|different|new)|changes?|differs?|differences?|different|compared?|comparison"
    r"|diff|versus|vs)\b",
    re.IGNORECASE,
)
_MODELS = re.compile(r"\b(?:models?|versions?|releases?|checkpoints?|files?|designs?|between)\b", re.IGNORECASE)


def meant(words: str, catalog: Catalog, store: Store) -> Question:
    """The question free words mean; the person chooses where they could mean several. NotFoundError for none."""
    from archkb.queries.questions.match import match

    found = match(words, catalog.all())
    if not found.sure and _COMPARING.search(words):
        two = _two_models(words, store)
        if len(two) == 2 or _MODELS.search(words) or not found.candidates:
            raise _comparison(words, two)
    if not found.candidates:
        near = [] if " " in words else catalog.near(words)
        raise NotFoundError(f"no question is like {words!r}", near=near, cure="`archkb questions` lists them")
    best = found.candidates[0]
    if not found.sure:
        best = _chosen(words, found.candidates)
    terminal.tell(
        f"archkb: asking {best.question.id!r} ({best.question.title}), matched “{best.phrase}”, {best.score:.0f} of 100"
    )
    return best.question


def _comparison(words: str, two: list[str]) -> ArchkbError:
    """Two models are compared by a command of its own."""
    models = " ".join(two) if len(two) == 2 else "A B"
    return ArchkbError(f"{words!r} compares models, and a question is about one", cure=f"`archkb diff {models}`")


def _two_models(words: str, store: Store) -> list[str]:
    """The first two models whose names words begin."""
    names = sorted(m.name for m in store.models())
    return list(dict.fromkeys(name for word in words.split() if (name := _named(word.strip("?,.!'\""), names))))[:2]


def _named(word: str, names: list[str]) -> str | None:
    """The model a word stands for: its name, or the first that goes on behind the word with another part."""
    if word in names:
        return word
    longer = [n for n in names if re.match(rf"{re.escape(word)}[^0-9a-z.]", n, re.IGNORECASE)]
    if longer or not any(c.isdigit() for c in word):
        return longer[0] if longer else None
    return next(iter(nearest(word, names, 1)), None)


def _chosen(words: str, candidates: tuple[Candidate, ...]) -> Candidate:
    strange = set.intersection(*(set(c.unknown) for c in candidates))
    if strange:
        words_of_none = ", ".join(sorted(strange))
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
