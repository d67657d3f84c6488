"""A question about one model, asked of every model of the store: models with the same answer are told together."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from archkb.kb.wording import counted, listed
from archkb.queries.interface.default_model import default_model
from archkb.queries.interface.model_names import full_name, sole_model
from archkb.queries.output.answer import Answer, Column

if TYPE_CHECKING:
    from archkb.kb.store.port import Store

MOST = 100
"""Models that are asked at most; of a store with more of them one is to be named."""
_SAID = 5
"""Answers, and models of one, that the sentence lists."""

_COLUMNS = (
    Column("models", "Names of the models."),
    Column("count", "How many they are.", show="count"),
    Column("holds", "Whether there is what was asked for; unknown where nothing tells.", unknown=True),
    Column("answer", "The answer about each of them."),
)
_NEGATIVE = re.compile(r"(?:no|none|0)\b", re.IGNORECASE)

_Row = tuple[list[str], int, bool | None, str]


def asks_all(store: Store, name: str | None) -> bool:
    """Whether a question in words is about all models: none is named, and none is the only one or the one in use."""
    if name is not None:
        return False
    names = [m.name for m in store.models()]
    return 1 < len(names) <= MOST and default_model(store.uri) not in names


def of_one_or_all(store: Store, name: str | None, ask: Callable[[str], Answer]) -> Answer:
    """The answer about the model of that name, the only one or the one in use; where there is none such, about all.

    `ask` answers about the model of a name. NotFoundError where there is no such model, or there are too many.
    """
    if asks_all(store, name):
        return _across([(m.name, ask(m.name)) for m in store.models()])
    return ask(full_name(store, name) if name is not None else sole_model(store))


def _across(answers: Sequence[tuple[str, Answer]]) -> Answer:
    """The answers about all models: those with what was asked for first, those of most models first."""
    alike: dict[tuple[str, bool | None], list[str]] = {}
    for name, answer in answers:
        alike.setdefault((answer.sentence, _holds(answer)), []).append(name)
    rows: list[_Row] = [(sorted(names), len(names), holds, said) for (said, holds), names in alike.items()]
    rows.sort(key=lambda row: ((True, None, False).index(row[2]), -row[1], row[0]))
    first = answers[0][1]
    about = {c.name: c for c in _COLUMNS}
    return Answer(first.question, tuple(about), tuple(rows), first.cypher, about=about, sentence=_sentence(rows))


def _holds(answer: Answer) -> bool | None:
    if answer.sentence.startswith("Unknown"):
        return None
    return bool(answer.rows) and not _NEGATIVE.match(answer.sentence)


def _sentence(rows: Sequence[_Row]) -> str:
    total = counted(sum(count for _, count, *_ in rows), "model")
    positive = [row for row in rows if row[2]]
    if not positive:
        return f"None of {total}: {rows[0][3]}"
    unknown = sum(count for _, count, holds, _ in rows if holds is None)
    held = sum(count for _, count, *_ in positive)
    each = listed((f"{listed(names, _SAID)}: {said.rstrip('.')}" for names, _, _, said in positive), _SAID, ";")
    return f"{held:,} of {total}{f', unknown of {unknown:,}' if unknown else ''}: {each}."
