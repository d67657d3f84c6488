"""Adds around the sublayers of transformer blocks: attention, feed-forward, mixture."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.analysis import Residual, Scene
from ingest.rules import fact, rule
from ingest.tree import Node

_ATTENTION = rule(
    "residual.attention",
    "shape",
    "An attention that gives back the width it reads is added to what it read.",
    "Vaswani et al. 2017; He et al. 2016",
)
_FEED_FORWARD = rule(
    "residual.feed_forward",
    "shape",
    "A feed-forward in a block is added to what it read.",
    "Vaswani et al. 2017",
)


def sublayer_residuals(scene: Scene) -> Iterator[Residual]:
    for node in scene.tree.root.distinct():
        if node.path in scene.attentions:
            continue
        yield from _inside(scene, node)


def _inside(scene: Scene, node: Node) -> Iterator[Residual]:
    found = []
    for child in node.children.values():
        seen = (child.twin_of or child).path
        attention, feed = scene.attentions.get(seen), scene.feed_forwards.get(seen)
        if attention is not None and attention.out_dim in (attention.q_dim, None):
            found.append(Residual(node.path, (child.name,), fact("identity", _ATTENTION, child.name), width=attention.q_dim))
        elif feed is not None and not feed.inline and node.path not in scene.feed_forwards:
            found.append(Residual(node.path, (child.name,), fact("identity", _FEED_FORWARD, child.name), width=feed.width))
    here = scene.feed_forwards.get(node.path)
    if here is not None and here.inline:
        found.append(Residual(node.path, (*here.up, here.down), fact("identity", _FEED_FORWARD, here.down), width=here.width))
    yield from found
