"""How a pattern is held to the model asked about: the one place where the grammar's queries say so."""

from __future__ import annotations

OF_MODEL = "{model: $model}"
"""Put behind a label, it leaves what belongs to the model whose uid is the parameter `model`."""

IS_MODEL = "m.uid = $model"
"""Of a `Model` node `m`, whether it is that model."""
