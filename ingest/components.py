"""Components: the parts of a checkpoint with a job of their own, and what the whole is."""

from __future__ import annotations

from ingest.analysis import Component, Scene
from ingest.rules import rule, unknown
from kb.values import Fact

_UNKNOWN = rule("role.unknown", "none", "Nothing in names and shapes says what the part is for.")


def find_components(scene: Scene) -> dict[str, Component]:
    """Components by path."""
    return {}


def model_role(scene: Scene) -> Fact:
    """What the whole model is for."""
    return unknown(_UNKNOWN, "no rule applies")
