"""The models of a store most like one of it, or like a file."""

from __future__ import annotations

from dataclasses import replace

from archkb.queries.interface.model_source import Models
from archkb.queries.output.answer import Answer


def likest_models(models: Models, name: str, limit: int) -> Answer:
    """The models most like the named one, those it adapts first. NotFoundError where no model has the name."""
    from archkb.kb.relations.lineage import Known
    from archkb.queries.relations.adapted_bases import adapts, sentence
    from archkb.queries.relations.similar_models import similar

    tables = models.load(name)
    bases = adapts(tables, models.store)
    answer = similar(Known.of(tables.facts), models.store, limit, adapts=[base for base, _ in bases or ()])
    if bases is None:
        return answer
    # what an adapter resembles says little beside what it adapts
    return replace(answer, notes=(f"{tables.name} {sentence(bases)}", *answer.notes[1:]))
