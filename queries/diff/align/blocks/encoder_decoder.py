"""Encoder and decoder of two models that both have both: each half is only ever the same half of the other."""

from __future__ import annotations

from archkb.queries.diff.align.blocks.parts import Part
from archkb.queries.diff.align.model.weight_tree import Node

MOST = 0.8
"""Share of a model's modules that its two halves hold together."""
_NAMES = ("encoder", "decoder")


def encoder_decoder_pairs(source: Part, target: Part) -> list[tuple[Part, Part]]:
    """Encoder with encoder and decoder with decoder; empty where either model has not both."""
    sources, targets = _encoder_and_decoder(source), _encoder_and_decoder(target)
    if sources is None or targets is None:
        return []
    return [(_part(x), _part(y)) for x, y in zip(sources, targets, strict=True)]


def _encoder_and_decoder(part: Part) -> list[Node] | None:
    """The encoder and the decoder, if they stand side by side and hold most of the part."""
    level = [part.node] if part.node is not None else []
    while level:
        for node in level:
            both = [child for name in _NAMES for key, child in node.children.items() if key.lower() == name]
            if len(both) == len(_NAMES):
                enough = sum(n.count for n in both) >= MOST * len(part.modules)
                return both if enough else None
        level = [child for node in level for child in node.children.values() if not child.name.isdigit()]
    return None


def _part(node: Node) -> Part:
    return Part(node.path, list(node.walk()), node)
