"""How a pattern is held to the model asked about: the one place where the grammar's queries say so."""

from __future__ import annotations

MINE = "MATCH (mine:Model {name: $model}) WITH mine"
"""Put first: the model that the parameter `model` names. WITH keeps a planner from beginning at the other end."""

OF_MODEL = "{structure: mine.structure}"
"""Put behind a label, it leaves what belongs to that model's structure."""

IS_MODEL = "m.name = $model"
"""Of a `Model` node `m`, whether it is that model."""
