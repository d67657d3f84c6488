"""Modulation: what turns a conditioning vector into shifts, scales and gates."""

from __future__ import annotations

from ingest.analysis import Modulation, Scene


def find_modulations(scene: Scene) -> dict[str, Modulation]:
    """Modulations by path."""
    return {}
