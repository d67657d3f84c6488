"""How many channels the latent of an autoencoder has, from the convolutions at the ends of its halves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from archkb.ingest.analysis import Leaf
from archkb.ingest.layers.layer_view import layer_of
from archkb.ingest.rules import fact, rule, unknown
from archkb.ingest.tree.module_tree import Node
from archkb.ingest.tree.name_words import words
from archkb.kb.values import Fact

_ENTRY = rule(
    "latent.decoder_entry",
    "shape",
    "The one channel count a decoder's convolutions read and none of them writes is the latent's.",
)
_STATISTICS = rule("latent.statistics", "shape", "Statistics of the latent have one entry a channel.")
_CHAIN = rule("latent.chain", "shape", "Of a chain of convolutions, what is read once more than written comes in.")
_UNKNOWN = rule("latent.unknown", "none", "The ends of the halves do not single out a channel count.")


def latent_channels(autoencoder: Node, half: str, leaves: Mapping[str, Leaf]) -> Fact:
    """Latent channels of one half; both halves of an autoencoder share the latent, so the decoder tells for both."""
    reads, writes = _channels(autoencoder.children["decoder"], leaves)
    entry = set(reads) - set(writes)
    if len(entry) == 1:
        (channels,) = entry
        return fact(channels, _ENTRY, f"the decoder's convolutions read {channels} and none writes it")
    for owner in (autoencoder, *autoencoder.children.values()):
        for local, spec in owner.tensors.items():
            if len(spec.shape) == 1 and {"mean", "means"} & {*words(owner.name), *words(local)}:
                return fact(spec.shape[0], _STATISTICS, f"{local} has {spec.shape[0]} entries")
    unwritten = +(reads - writes)
    if sum(unwritten.values()) == 1:
        (channels,) = unwritten
        return fact(channels, _CHAIN, f"{channels} is read once more than it is written in the decoder")
    return unknown(_UNKNOWN, f"{len(entry)} channel counts are read and not written in the decoder ({half} asked)")


def _channels(half: Node, leaves: Mapping[str, Leaf]) -> tuple[Counter[int], Counter[int]]:
    """How often each channel count is read and written by the convolutions of a half."""
    reads: Counter[int] = Counter()
    writes: Counter[int] = Counter()
    for node in half.walk():
        leaf = leaves.get(node.path)
        layer = layer_of(leaf, "") if leaf is not None else None
        if layer is not None and layer.conv and not layer.depthwise:
            reads[layer.inp] += 1
            writes[layer.out] += 1
    return reads, writes
