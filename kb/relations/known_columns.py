"""Which properties of a Model relations are found by. Apart, since statements need their names and nothing more."""

from __future__ import annotations

COLUMNS = ("uid", "name", "family", "version", "role", "header_hash", "architecture", "shape_hash", "sketch")
"""Properties that `archkb.kb.relations.lineage.Known.of` reads."""
