"""Feed-forwards: up, activation, down; plain or gated; mixtures of experts."""

from __future__ import annotations

from ingest.analysis import FeedForward, Scene


def find_feed_forwards(scene: Scene) -> dict[str, FeedForward]:
    """Feed-forwards by path."""
    return {}
