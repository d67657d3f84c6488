"""Residual additions: which sublayers of a block have an add around them. Never written in a header: inferred."""

from __future__ import annotations

from ingest.analysis import Residual, Scene


def find_residuals(scene: Scene) -> list[Residual]:
    """Residual additions of the distinct blocks."""
    return []
