"""How many channels the latent of an autoencoder has, from the convolutions at the ends of its halves."""

from __future__ import annotations

from ingest.analysis import Scene
from ingest.rules import fact, rule, unknown
from ingest.tree import Node
from kb.values import Fact

_ENTRY = rule(
    "latent.decoder_entry",
    "shape",
    "The one channel count a decoder's convolutions read and none of them writes is the latent's.",
)
_STATISTICS = rule("latent.statistics", "shape", "Statistics of the latent have one entry a channel.")
_UNKNOWN = rule("latent.unknown", "none", "The ends of the halves do not single out a channel count.")


def latent_channels(autoencoder: Node, half: str, scene: Scene) -> Fact:
    """Latent channels of one half; both halves of an autoencoder share the latent, so the decoder tells for both."""
    for child in autoencoder.children.values():
        sizes = {spec.shape for spec in child.tensors.values() if len(spec.shape) == 1}
        if "statistics" in child.name and len(sizes) == 1:
            (size,) = sizes.pop()
            return fact(size, _STATISTICS, f"{child.name} has {size} entries")
    reads, writes = _channels(autoencoder.children["decoder"], scene)
    entry = reads - writes
    if len(entry) == 1:
        channels = entry.pop()
        return fact(channels, _ENTRY, f"the decoder's convolutions read {channels} and none writes it")
    return unknown(_UNKNOWN, f"{len(entry)} channel counts are read and not written in the decoder ({half} asked)")


def _channels(half: Node, scene: Scene) -> tuple[set[int], set[int]]:
    reads: set[int] = set()
    writes: set[int] = set()
    for node in half.distinct():
        leaf = scene.leaves.get(node.path)
        if leaf is None or leaf.role != "Conv" or leaf.attributes["depthwise"]:
            continue
        inp, out = leaf.attributes["in_channels"], leaf.attributes["out_channels"]
        if isinstance(inp, int) and isinstance(out, int):
            reads.add(inp)
            writes.add(out)
    return reads, writes
