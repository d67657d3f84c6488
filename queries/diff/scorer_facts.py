"""What is said of two headers, in the plain form other tools score: lists of keys and kinds, and facts by key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from archkb.kb.tables import GraphTables
from archkb.kb.values import TensorSpec
from archkb.queries.diff.align import Alignment, align
from archkb.queries.diff.facts import facts
from archkb.queries.model_view import ModelView
from archkb.queries.tensor_types import Spec

MakeTables = Callable[[tuple[TensorSpec, ...]], GraphTables]


def prediction(alignment: Alignment) -> dict[str, Any]:
    """{"map": [[a keys], [b keys], kind], "removed": [...], "added": [...]} of an alignment."""
    return {
        "map": [[list(p.a), list(p.b), p.kind] for p in alignment.pairs],
        "removed": list(alignment.removed),
        "added": list(alignment.added),
    }


def predict(source: Mapping[str, Spec], target: Mapping[str, Spec], tables: MakeTables | None = None) -> dict[str, Any]:
    """The prediction for two headers; with `tables`, which infers a model's tables, also "facts" of both sides."""
    out = prediction(align(source, target))
    if tables is not None:
        out["facts"] = {
            f"{side}.{key}": value
            for side, tensors in (("a", source), ("b", target))
            for key, value in facts(ModelView(tables(_specs(tensors)))).items()
        }
    return out


def _specs(tensors: Mapping[str, Spec]) -> tuple[TensorSpec, ...]:
    return tuple(TensorSpec(key, spec.dtype, spec.shape) for key, spec in tensors.items())
