"""Residual additions: which sublayers of a block have an add around them. Never written in a header: inferred.

Three kinds, one file each: sublayers that read and write a stream (attention, feed-forward, mixers), chains of
convolutions with or without a shortcut, and groups of such blocks with an add around the whole.
"""

from __future__ import annotations

from dataclasses import replace

from ingest.analysis import Residual, Scene
from ingest.residual_conv import conv_residuals
from ingest.residual_groups import group_residuals
from ingest.residual_mixers import mixer_residuals
from ingest.residual_order import in_order
from ingest.residual_sampler import sampler_residuals
from ingest.residual_sublayers import sublayer_residuals


def find_residuals(scene: Scene) -> list[Residual]:
    """Residual additions of the distinct blocks, in order within each block."""
    found = sublayer_residuals(scene)
    found += mixer_residuals(scene, found)
    found += conv_residuals(scene, found)
    found += sampler_residuals(scene)
    found += group_residuals(scene, found)
    by_block: dict[str, list[Residual]] = {}
    for item in found:
        by_block.setdefault(item.block, []).append(item)
    return [replace(r, order=i) for group in by_block.values() for i, r in enumerate(in_order(scene, group))]
