"""Attention: where the query, key and value projections are, what attends to what, and what shapes prove."""

from __future__ import annotations

from ingest.analysis import Attention, Scene


def find_attention(scene: Scene) -> dict[str, Attention]:
    """Attention modules by path."""
    return {}
