"""Models as the comparison and the pages take them: read once, and handed on."""

from __future__ import annotations

from archkb.ingest.analysis import Analysis
from archkb.ingest.graph.rows import to_tables
from archkb.queries.model_view import ModelView
from tests.kb.relations.test_fingerprint import tables


def view_of(shapes: dict[str, tuple[int, ...]], dtype: str = "F32", name: str = "net") -> ModelView:
    """A model of these tensors."""
    return ModelView(tables(shapes, dtype, name))


def viewed(analysis: Analysis, name: str) -> ModelView:
    """What was inferred of a header, under that name."""
    return ModelView(to_tables(analysis, name=name))
