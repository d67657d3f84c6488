"""Parameters of a question: which of them is the model. It is bound by its name, as a reader would write it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from archkb.kb.errors import ArchkbError
from archkb.queries.interface.model_names import full_name

if TYPE_CHECKING:
    from archkb.kb.store.port import Store
    from archkb.queries.questions.question import Question


def with_model(
    store: Store, question: Question, name: str | None, given: Mapping[str, str], only: Callable[[Store], str]
) -> dict[str, str]:
    """The given parameters, models by names that are there; `only` names a model where none is given.

    ArchkbError where a model is named and the question is about all; NotFoundError where there is none of that name.
    """
    out = dict(given)
    needed = question.needs_model
    wanted = needed or next((p.name for p in question.params if p.type == "model"), None)
    if name is not None:
        if wanted is None:
            raise ArchkbError(
                f"{question.id!r} is about all models of the store, not about {name!r}", cure="leave the model out"
            )
        out[wanted] = name
    elif needed is not None and needed not in out:
        out[needed] = only(store)
    for p in question.params:
        if p.type == "model" and p.name in out:
            out[p.name] = full_name(store, out[p.name])
    return out
