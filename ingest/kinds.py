"""Leaf modules: which layer is it, by the names and ranks of its parameters and by its neighbours."""

from __future__ import annotations

from ingest.analysis import Leaf, Scene
from ingest.rules import fact, rule

_OTHER = rule("kind.other", "none", "No rule knows this set of parameters as a layer.")


def leaf_kinds(scene: Scene) -> dict[str, Leaf]:
    """Kind of every distinct module that owns tensors, by path."""
    return {n.path: Leaf(n.path, fact("Other", _OTHER, "")) for n in scene.tree.root.leaves()}
