"""What a part of a model is made of, in numbers: the evidence for what it is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from archkb.ingest.analysis import ConvAttributes, EmbeddingAttributes, Leaf, LinearAttributes, Sublayers
from archkb.ingest.tree.module_tree import Node
from archkb.ingest.tree.name_words import name_words_with_parent, vocabulary, words

_POSITIONS = vocabulary("position positions pos positional pe wpe type mask iou point class label relative bias")
_TEXT = vocabulary("word words token tokens vocab wte tok")
_CODES = vocabulary("quantize quantizer quantizers codebook codebooks vq vqmodel quant")
_TIME = vocabulary("time timestep timesteps sigma sigmas adaln timestamp guidance")
_EMBEDS = vocabulary("embedder embed emb embedding")
_HEAD = vocabulary("head fc classifier logits")
_VOCABULARY = 1000
"""A table of so many rows is one of tokens, whatever it is called."""
_CHARACTERS = 20
"""Fewest rows of a table of tokens that is called one: an alphabet."""
_MLP_LAYERS = 8
"""Matrices of a module called time that are looked at for two in a chain."""
_FIRST = 128
"""A convolution of one input channel and fewer outputs than this reads a grey image, and is not depthwise."""


@dataclass(frozen=True, slots=True)
class Traits:
    """Elements by what holds them, entry and exit channels, and the words of the names.

    `spatial` maps the number of dimensions a convolution runs over to elements in kernels above 1. `tables` are the
    (rows, width) of lookup tables of tokens: no positions, no codebooks. `timed`: an MLP of a time or noise level.
    `crosses`: attentions that read another stream; `buckets`: tables of relative positions in the blocks; `heads`: a
    matrix called head or classifier.
    """

    name_words: frozenset[str]
    tensors: frozenset[str]
    spatial: Mapping[int, int]
    pointwise: int
    matrices: int
    tables: tuple[tuple[int, int], ...]
    batch_norms: int
    reads: frozenset[int]
    writes: frozenset[int]
    transposed: bool
    timed: str | None
    stacks: int
    attentions: int
    crosses: int
    buckets: bool
    heads: bool

    @property
    def convolutions(self) -> int:
        """Elements in convolutions of any kernel."""
        return sum(self.spatial.values()) + self.pointwise

    @property
    def conv_share(self) -> float:
        """Part of the weights that lies in convolutions, 0 to 1."""
        return self.convolutions / max(self.convolutions + self.matrices, 1)

    @property
    def dimensions(self) -> int:
        """Dimensions most of the convolutions run over, 0 where there is none."""
        return max(self.spatial, key=lambda d: (self.spatial[d], d), default=0)


def traits(part: Node, sublayers: Sublayers) -> Traits:
    """Measure a part: linear in its distinct modules."""
    tally = _Tally()
    for node in part.distinct():
        tally.name_words.update(words(node.name))
        tally.stacks += "0" in node.children and bool(node.children["0"].children)
        if tally.timed is None and node.children and _is_timed(node, sublayers.leaves):
            tally.timed = node.name
        attention = sublayers.attentions.get(node.path)
        if attention is not None:
            tally.attentions += 1
            tally.crosses += attention.attends.value == "cross"
        leaf = sublayers.leaves.get(node.path)
        if leaf is not None:
            tally.layer(node, leaf)
    return tally.result()


class _Tally:
    """What has been counted so far."""

    def __init__(self) -> None:
        self.name_words: set[str] = set()
        self.tensors: set[str] = set()
        self.spatial: dict[int, int] = {}
        self.tables: list[tuple[int, int]] = []
        self.reads: set[int] = set()
        self.writes: set[int] = set()
        self.pointwise = self.matrices = self.batch_norms = self.stacks = self.attentions = self.crosses = 0
        self.transposed = self.buckets = self.heads = False
        self.timed: str | None = None

    def layer(self, node: Node, leaf: Leaf) -> None:
        """Count one module that owns tensors."""
        self.tensors.update(node.tensors)
        size = max((prod(spec.shape) for spec in node.tensors.values()), default=0)
        if isinstance(leaf.attributes, ConvAttributes):
            self._convolution(leaf, leaf.attributes, size)
        elif isinstance(leaf.attributes, LinearAttributes):
            self.matrices += size
            self.heads |= _is_head(node)
        elif leaf.kind.value == "BatchNorm":
            self.batch_norms += 1
        elif isinstance(leaf.attributes, EmbeddingAttributes):
            table = _vocabulary(node, leaf.attributes)
            self.tables += [] if table is None else [table]
            self.buckets |= table is None and node.numbered

    def _convolution(self, leaf: Leaf, conv: ConvAttributes, size: int) -> None:
        self.transposed |= str(leaf.kind.value).startswith("ConvTranspose")
        if max(conv.kernel) == 1 or (conv.depthwise and conv.out_channels > _FIRST):
            self.pointwise += size
            return
        self.spatial[len(conv.kernel)] = self.spatial.get(len(conv.kernel), 0) + size
        self.reads.add(conv.in_channels)
        self.writes.add(conv.out_channels)

    def result(self) -> Traits:
        """The counts as a value."""
        return Traits(
            frozenset(self.name_words), frozenset(self.tensors), self.spatial, self.pointwise, self.matrices,
            tuple(self.tables), self.batch_norms, frozenset(self.reads), frozenset(self.writes), self.transposed,
            self.timed, self.stacks, self.attentions, self.crosses, self.buckets, self.heads,
        )  # fmt: skip


def _is_head(node: Node) -> bool:
    """A matrix called head or classifier, or in a module called so, outside all blocks."""
    name_words = (
        name_words_with_parent(node)
        if node.parent is None
        else (*name_words_with_parent(node), *words(node.parent.name))
    )
    return not _HEAD.isdisjoint(name_words) and not node.numbered


def _vocabulary(node: Node, table: EmbeddingAttributes) -> tuple[int, int] | None:
    """(rows, width) of a table of tokens; None for positions, codebooks and short tables."""
    rows, width = table.rows, table.width
    name_words = name_words_with_parent(node)
    if not _POSITIONS.isdisjoint(name_words) or not _CODES.isdisjoint(words(node.path)):
        return None
    return (rows, width) if rows >= _VOCABULARY or (rows >= _CHARACTERS and not _TEXT.isdisjoint(name_words)) else None


def _is_timed(node: Node, leaves: Mapping[str, Leaf]) -> bool:
    """A module called time or noise level with two matrices in a chain: out of the first = in of the second."""
    name_words = words(node.name)
    if _TIME.isdisjoint(name_words) and not (name_words[:1] == ("t",) and not _EMBEDS.isdisjoint(name_words)):
        return False
    below = (leaves.get(module.path) for module in node.distinct())
    matrices = [
        leaf.attributes
        for leaf in below
        if leaf is not None and leaf.kind.value == "Linear" and isinstance(leaf.attributes, LinearAttributes)
    ]
    written = {matrix.out_features for matrix in matrices[:_MLP_LAYERS]}
    return len(matrices) >= 2 and any(matrix.in_features in written for matrix in matrices[:_MLP_LAYERS])
