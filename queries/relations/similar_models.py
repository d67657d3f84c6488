"""Which of the models a store holds are most like a given one, and what each differs in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from archkb.kb.relations.descent import shared_templates
from archkb.kb.relations.fingerprint import PARTS
from archkb.kb.relations.known_columns import COLUMNS
from archkb.kb.relations.lineage import ALIKE, Known, between, common, told
from archkb.kb.relations.similarity import differences, likeness
from archkb.kb.store.port import Store
from archkb.kb.wording import counted
from archkb.queries.output.answer import Answer

_MODELS = f"MATCH (m:Model) WHERE m.uid <> $uid RETURN {', '.join(f'm.{c} AS {c}' for c in COLUMNS)} ORDER BY name, uid"
NEAR = ALIKE
"""Least score of a model that is called near: what is less alike than two related models is no news."""
_COLUMNS = ("model", "score", *PARTS, "scale", "relations", "differs_in")
_SAID = {"SAME_AS": "SAME_AS ({0})", "DERIVES_FROM": "DERIVES_FROM (suspected)", "SIMILAR_TO": ""}


def similar(mine: Known, store: Store, limit: int = 5, *, adapts: Sequence[str] = ()) -> Answer:
    """The models most like `mine`, best first; the columns between score and relations are the score's parts.

    Models that `mine` adapts come before all others. Left out is `mine` itself, by uid: a file is compared with a
    stored model of its name too. Models of the store without a sketch are left out, and a note counts them.
    """
    rows = store.read(_MODELS, {"uid": mine.uid}).rows
    others = [Known.of(dict(zip(COLUMNS, row, strict=True))) for row in rows]
    found = [_adapted(row, adapts) for row in _ranked(mine, others)]
    found = sorted(found, key=lambda row: row[0] not in adapts)[:limit]
    return Answer("similar", _COLUMNS, tuple(found), notes=(*_notes(found, others), *_suspicions(mine, found, others)))


def is_near(row: tuple[Any, ...]) -> bool:
    """Whether the model of a row is alike enough to be named unasked."""
    return bool(row[_COLUMNS.index("score")] >= NEAR)


def _adapted(row: tuple[Any, ...], adapts: Sequence[str]) -> tuple[Any, ...]:
    """The row with ADAPTS among its relations, where the model is one that is adapted."""
    at = _COLUMNS.index("relations")
    return (*row[:at], ["ADAPTS", *row[at]], *row[at + 1 :]) if row[0] in adapts else row


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
    at = _COLUMNS.index("relations")
    shown = {row[0] for row in found if _SAID["DERIVES_FROM"] in row[at]}
    yield from (told(mine, other) for other in others if other.name in shown)


def _ranked(mine: Known, others: Iterable[Known]) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for other in others:
        if mine.sketch is None or other.sketch is None:
            continue
        like = likeness(mine.sketch, other.sketch)
        parts = (like.parts.get(name) for name in (*PARTS, "scale"))
        said = _relations(mine, other)
        only = f"not in {other.name}", f"only in {other.name}"
        rows.append((other.name, like.score, *parts, said, differences(mine.sketch, other.sketch, only=only)))
    return sorted(rows, key=lambda r: (-r[1], r[0]))


def _relations(mine: Known, other: Known) -> list[str]:
    """What two models are to each other; of those not the same, how many block templates they share, if any."""
    said = [_SAID.get(link.type, link.type).format(*link.properties) for link in between(mine, other)]
    said = [text for text in said if text]
    assert mine.sketch is not None
    assert other.sketch is not None
    if shared_templates(mine.sketch, other.sketch)[0] and not any(text.startswith("SAME_AS") for text in said):
        said.append(common(mine.sketch, other.sketch))
    return said
