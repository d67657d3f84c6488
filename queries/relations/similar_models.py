"""Which of the models a store holds are most like a given one, and what each differs in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from archkb.kb.relations.descent import shared_templates
from archkb.kb.relations.fingerprint import PARTS, Sketch
from archkb.kb.relations.known_columns import OF_STRUCTURE, OWN
from archkb.kb.relations.lineage import ALIKE, Known, between, common, descent_sentence
from archkb.kb.relations.similarity import Similarity, differences, sketch_similarity
from archkb.kb.store.port import Store
from archkb.kb.wording import counted
from archkb.queries.output.answer import Answer

_MODELS = f"MATCH (m:Model) WHERE m.uid <> $uid RETURN {', '.join(f'm.{c} AS {c}' for c in OWN)} ORDER BY name, uid"
_STRUCTURES = (
    f"MATCH (s:Structure) RETURN s.uid AS uid, {', '.join(f's.{c} AS {c}' for c in OF_STRUCTURE)} ORDER BY uid"
)
NEAR = ALIKE
"""Least score of a model that is called near: what is less alike than two related models is no news."""
_COLUMNS = ("model", "score", *PARTS, "scale", "relations", "differs_in")
_SAID = {"SAME_AS": "SAME_AS ({0})", "DERIVES_FROM": "DERIVES_FROM (suspected)", "SIMILAR_TO": ""}


def similar(
    mine: Known, store: Store, limit: int = 5, *, adapts: Sequence[str] = (), among: Sequence[Known] | None = None
) -> Answer:
    """The models most like `mine`, best first; the columns between score and relations are the score's parts.

    Models that `mine` adapts come before all others. Left out is `mine` itself, by uid: a file is compared with a
    stored model of its name too. Models of the store without a sketch are left out, and a note counts them. `among`:
    the models to look at, all of the store where not given. A structure is compared once for all its models.
    """
    others = _others(store, mine) if among is None else among
    found = [_adapted(row, adapts) for row in _ranked(mine, others, limit, adapts)]
    return Answer("similar", _COLUMNS, tuple(found), notes=(*_notes(found, others), *_suspicions(mine, found, others)))


def _others(store: Store, mine: Known) -> list[Known]:
    """All models of a store but one; the sketch of a structure is read once."""
    structures = {row[0]: row[1:] for row in store.read(_STRUCTURES).rows}
    sketches = {uid: Sketch.from_text(text) for uid, (_, text) in structures.items() if text}
    others = []
    for row in store.read(_MODELS, {"uid": mine.uid}).rows:
        own = dict(zip(OWN, row, strict=True))
        size_class, _ = structures.get(own["structure"], (None, None))
        known, kept = Known.of({**own, "size_class": size_class}), sketches.get(own["structure"])
        others.append(replace(known, sketch=kept.with_marks(own["marks"] or ()) if kept else None))
    return others


def is_near(row: tuple[Any, ...]) -> bool:
    """Whether the model of a row is alike enough to be named unasked."""
    return bool(row[_COLUMNS.index("score")] >= NEAR)


def _adapted(row: tuple[Any, ...], adapts: Sequence[str]) -> tuple[Any, ...]:
    """The row with ADAPTS among its relations, where the model is one that is adapted."""
    relations = _COLUMNS.index("relations")
    return (*row[:relations], ["ADAPTS", *row[relations]], *row[relations + 1 :]) if row[0] in adapts else row


def _notes(found: Sequence[tuple[Any, ...]], others: Sequence[Known]) -> Iterator[str]:
    if found and (is_near(found[0]) or found[0][_COLUMNS.index("relations")]):
        name, score, *_, differs = found[0]
        yield f"nearest known: {name} ({score:.2f}){', differs in ' if differs else ''}{'; '.join(differs)}"
    elif found:
        yield f"no model of the store is near: all are below {NEAR}"
    elif not others:
        yield "the store holds no other model"
    missing = sum(other.sketch is None for other in others)
    if missing:
        yield f"left out, for want of a sketch: {counted(missing, 'model')}"


def _suspicions(mine: Known, found: Sequence[tuple[Any, ...]], others: Sequence[Known]) -> Iterator[str]:
    """The evidence of each suspected descent that is shown, with how often such a suspicion is wrong."""
    relations = _COLUMNS.index("relations")
    shown = {row[0] for row in found if _SAID["DERIVES_FROM"] in row[relations]}
    yield from (descent_sentence(mine, other) for other in others if other.name in shown)


def _ranked(mine: Known, others: Iterable[Known], limit: int, adapts: Sequence[str]) -> list[tuple[Any, ...]]:
    """The first `limit` rows, those of adapted models before all others."""
    similarities: dict[str | None, Similarity] = {}
    ranked = []
    for other in others:
        if mine.sketch is None or other.sketch is None:
            continue
        key = other.structure or other.uid
        similarity = similarities.get(key) or similarities.setdefault(key, sketch_similarity(mine.sketch, other.sketch))
        ranked.append((other.name not in adapts, -similarity.score, other.name, other.uid, similarity, other))
    return [_row(mine, other, similarity) for *_, similarity, other in sorted(ranked, key=lambda r: r[:4])[:limit]]


def _row(mine: Known, other: Known, similarity: Similarity) -> tuple[Any, ...]:
    assert mine.sketch is not None
    assert other.sketch is not None
    parts = (similarity.parts.get(name) for name in (*PARTS, "scale"))
    only = f"not in {other.name}", f"only in {other.name}"
    said = differences(mine.sketch, other.sketch, only=only)
    return (other.name, similarity.score, *parts, _relations(mine, other), said)


def _relations(mine: Known, other: Known) -> list[str]:
    """What two models are to each other; of those not the same, how many block templates they share, if any."""
    relations = [_SAID.get(link.type, link.type).format(*link.properties) for link in between(mine, other)]
    relations = [text for text in relations if text]
    assert mine.sketch is not None
    assert other.sketch is not None
    if shared_templates(mine.sketch, other.sketch)[0] and not any(text.startswith("SAME_AS") for text in relations):
        relations.append(common(mine.sketch, other.sketch))
    return relations
