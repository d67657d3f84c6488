"""Which properties relations are found by. Apart, since statements need their names and nothing more."""

from __future__ import annotations

OWN = ("uid", "name", "structure", "family", "version", "role", "header_hash", "architecture", "shape_hash", "marks")
"""Properties of a Model that `archkb.kb.relations.lineage.Known.of` reads."""
OF_STRUCTURE = ("size_class", "sketch")
"""Properties of its Structure that it reads."""
COLUMNS = (*OWN, *OF_STRUCTURE)
FACTS = ("family", "version", "marks")
"""Those of a model by which it may have relations that others of its structure have not."""
