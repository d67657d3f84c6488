"""Residual additions: which sublayers of a block have an add around them. Never written in a header: inferred.

Three kinds, one file each: sublayers that read and write a stream (attention, feed-forward, mixers), chains of
convolutions with or without a shortcut, and groups of such blocks with an add around the whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from archkb.ingest.analysis import Residual, Sublayers
from archkb.ingest.residual.conv_blocks import conv_residuals
from archkb.ingest.residual.groups import group_residuals
from archkb.ingest.residual.layer_chain import is_norm
from archkb.ingest.residual.mixers import mixer_residuals
from archkb.ingest.residual.order import in_order
from archkb.ingest.residual.space_to_depth import sampler_residuals
from archkb.ingest.residual.sublayers import sublayer_residuals
from archkb.kb.paths import part_path


def find_residuals(sublayers: Sublayers) -> list[Residual]:
    """Residual additions of the distinct blocks, in order within each block."""
    residuals = sublayer_residuals(sublayers)
    residuals += mixer_residuals(sublayers, residuals)
    residuals += conv_residuals(sublayers, residuals)
    residuals += sampler_residuals(sublayers)
    residuals += group_residuals(sublayers, residuals)
    by_block: dict[str, list[Residual]] = {}
    for item in _once(sublayers, residuals):
        by_block.setdefault(item.block, []).append(item)
    return [replace(r, order=i) for group in by_block.values() for i, r in enumerate(in_order(sublayers, group))]


def _once(sublayers: Sublayers, residuals: list[Residual]) -> Iterator[Residual]:
    """Every addition once: two rules may name the same layers of a block by different modules."""
    known_branches: set[frozenset[str]] = set()
    for item in residuals:
        layers: set[str] = set()
        for part in item.around:
            node = sublayers.tree.nodes.get(part_path(item.block, part))
            layers.update(
                n.path for n in node.walk() if n.tensors and not is_norm(sublayers.leaves, n)
            ) if node else layers.add(part)
        if frozenset(layers) not in known_branches:
            known_branches.add(frozenset(layers))
            yield item
