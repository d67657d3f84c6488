"""Additions around the convolution of a space-to-depth sampler: the input, folded and averaged, is the short way."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from archkb.ingest.analysis import Residual, Sublayers
from archkb.ingest.layers.layer_view import Layer
from archkb.ingest.residual.layer_chain import A_STAGE, layers
from archkb.ingest.rules import fact, rule
from archkb.ingest.tree.module_tree import Node

_FOLDED = rule(
    "residual.sampler.folded",
    "neighbour",
    "A lone convolution that writes a half, quarter or eighth of what follows folds space into channels.",
    "residual autoencoding of DC-AE (Chen et al. 2024)",
)
_FOLDS = (2, 4, 8)
_FEWEST_STAGES = 3
"""A sampler stands between two stages of a list."""


def sampler_residuals(sublayers: Sublayers) -> Iterator[Residual]:
    """Additions of the samplers on the way down."""
    for node in sublayers.tree.distinct:
        listed = [c for c in node.children.values() if c.name.isdigit()]
        if len(listed) < _FEWEST_STAGES or len(listed) != len(node.children):
            continue
        for stage, after in pairwise(listed):
            lone = [] if stage.representative is after.representative else list(_lone(sublayers, stage))
            reads = _enters(sublayers, after) if lone else set()
            for at, conv in lone:
                # an odd kernel that widens nothing, and whose output the next stage reads folded
                width = next((conv.out * fold for fold in _FOLDS if conv.out * fold in reads), None)
                if (
                    width is not None
                    and conv.out not in reads
                    and conv.kernel % 2
                    and conv.kernel > 1
                    and conv.out <= conv.inp
                ):
                    evidence = f"{conv.path or at} {conv.inp}→{conv.out}, the stage after it reads {width}"
                    block, name = (stage, at) if at else (node, stage.name)
                    yield Residual(block.path, (name,), fact("identity", _FOLDED, evidence), width=width)


def _lone(sublayers: Sublayers, stage: Node) -> Iterator[tuple[str, Layer]]:
    """(name in the stage, convolution) of a stage that is one convolution, or of its part that is a list of one."""
    chain = layers(sublayers.leaves, stage.representative, 1)
    if chain:
        yield "", chain[0]
        return
    for name, part in stage.children.items():
        only = layers(sublayers.leaves, part, 1)
        if only and len(part.children) == 1 and "0" in part.children and only[0].conv and only[0].kernel > 1:
            yield name, only[0]


def _enters(sublayers: Sublayers, stage: Node) -> set[int]:
    """Channels the convolutions of a stage read."""
    chain = layers(sublayers.leaves, stage.representative, A_STAGE) or ()
    if len(chain) < 2:
        return set()
    return {m.inp for m in chain if m.conv and not m.depthwise}
