"""What the rules say of one model. All values are frozen; paths in them are relative to the thing they belong to.

Rules see each distinct structure once (:meth:`archkb.ingest.tree.module_tree.Node.distinct`) and answer for that
representative; :mod:`archkb.ingest.equal_siblings` carries the answer to its equal siblings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import ClassVar, Literal, TypeVar

from archkb.ingest.tree.module_tree import Tree
from archkb.kb.values import Fact, Header

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LinearAttributes:
    """A matrix: features it reads and writes, None where a packed or tied weight does not give them."""

    role: ClassVar[str] = "Linear"
    in_features: int | None
    out_features: int | None
    has_bias: bool


@dataclass(frozen=True, slots=True)
class ConvAttributes:
    """A convolution: channels it reads and writes, sizes of its kernel; `depthwise` with one channel a group."""

    role: ClassVar[str] = "Conv"
    in_channels: int
    out_channels: int
    kernel: tuple[int, ...]
    depthwise: bool
    has_bias: bool


@dataclass(frozen=True, slots=True)
class EmbeddingAttributes:
    """A lookup table: entries and their width."""

    role: ClassVar[str] = "Embedding"
    rows: int
    width: int


@dataclass(frozen=True, slots=True)
class NormAttributes:
    """A normalisation: channels of its weight, and whether it has a bias."""

    role: ClassVar[str] = "Norm"
    features: int
    affine_bias: bool


@dataclass(frozen=True, slots=True)
class RecurrentAttributes:
    """A recurrence: hidden channels, and how many layers are one upon the other."""

    role: ClassVar[str] = "Recurrent"
    hidden: int
    layers: int
    bidirectional: bool


LeafAttributes = LinearAttributes | ConvAttributes | EmbeddingAttributes | NormAttributes | RecurrentAttributes
"""The properties of a layer's role label, under the names the schema has for them."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A module that owns tensors. `kind` is Linear, Conv2d, RMSNorm ... or Other.

    `attributes` are those of the layers the graph has a role label for, None for the others.
    """

    path: str
    kind: Fact
    attributes: LeafAttributes | None = None

    @property
    def role(self) -> str | None:
        """The graph's role label: Linear, Conv, Embedding, Norm, Recurrent, or None."""
        return self.attributes.role if self.attributes is not None else None


@dataclass(frozen=True, slots=True)
class Stack:
    """A numbered container of structured children. `children` are their names, `runs` the lengths of like ones.

    `depth` counts the children that own tensors; `blocks` is False for a plain list of single layers.
    """

    path: str
    depth: Fact
    children: tuple[str, ...]
    runs: tuple[tuple[str, str], ...]
    uniform: bool
    blocks: bool = True


AttentionForm = Literal["separate", "fused_qkv", "fused_kv", "fused_qk", "mla", "deformable"]
"""How queries, keys and values are kept."""


@dataclass(frozen=True, slots=True)
class Attention:
    """A module with query, key and value projections.

    `parts` maps a role (q, k, v, o, qkv, kv, qk, q_norm, k_norm, gate, add_q ...) to the path of the layer or tensor,
    relative to `path`. Widths are in channels; `kv_dim` is what the key projection reads. `attends`: self, cross or
    joint. `core` is where the projections are, relative to `path`, when `path` is a wrapper that is nothing but this
    attention.
    """

    path: str
    form: AttentionForm
    attends: Fact
    q_dim: int | None
    kv_dim: int | None
    inner_dim: int | None
    out_dim: int | None
    heads: Fact
    kv_heads: Fact
    head_dim: Fact
    gqa: Fact
    qk_norm: Fact
    gated: bool = False
    core: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FeedForward:
    """A position-wise MLP. `form`: plain, gated, moe (a mixture's wrapper) or conv.

    `up`, `gate` and `down` are paths relative to `path`; `inline` when they have no module of their own and `path` is
    the layer around them. `experts` is the number of experts where this is one of a mixture, or the mixture itself.
    """

    path: str
    form: Fact
    width: int | None
    hidden: int | None
    up: tuple[str, ...] = ()
    down: str = ""
    gate: str | None = None
    experts: int | None = None
    inline: bool = False


class Branch(Enum):
    """What the branch of a residual is, as far as later rules ask for it."""

    ATTENTION = "an attention alone, with what follows it"
    PARALLEL = "attention and MLP as one sublayer"
    DENSE = "a chain of convolutions, each of which reads all before it"
    OTHER = "anything else"


@dataclass(frozen=True, slots=True)
class Residual:
    """An addition x + f(x) (identity) or s(x) + f(x) (projection) in `block`.

    `around` are the modules of f, relative to `block`; `order` is its place among the block's additions (inferred, by
    convention where nothing shows it); `width` the channels of the stream that is added to.
    """

    block: str
    around: tuple[str, ...]
    form: Fact
    order: int = 0
    width: int | None = None
    shortcut: str | None = None
    branch: Branch = Branch.OTHER


@dataclass(frozen=True, slots=True)
class Modulation:
    """A module that turns a condition into `rows` vectors of `width` (shift, scale, gate of adaLN).

    `path` is the leaf that yields them, or the module that owns tables. `tables` are all learned tables it owns: local
    name -> (rows, width); `rows` and `width` are then those of the first.
    """

    path: str
    rows: Fact
    width: int
    tables: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stream:
    """A width that runs through `scope` (path of a stack or component): video 4096, audio 2048, text 3840.

    `source` is the path of the module that writes it (a patch embedding, a caption projection), None where unknown.
    """

    scope: str
    name: Fact
    width: int
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Component:
    """A part with a job of its own. `role` as in docs/schema.md; `latent_channels` only for VAE halves."""

    path: str
    role: Fact
    latent_channels: Fact | None = None


@dataclass(frozen=True, slots=True)
class Structure:
    """What the rules on sublayers look at: the tree, its layers, its stacks. Representatives only."""

    tree: Tree
    leaves: Mapping[str, Leaf]
    stacks: Mapping[str, Stack]


@dataclass(frozen=True, slots=True)
class Sublayers(Structure):
    """What the rules on blocks and parts look at: the structure, with the sublayers in it."""

    attentions: Mapping[str, Attention]
    feed_forwards: Mapping[str, FeedForward]


@dataclass(frozen=True, slots=True)
class Findings(Sublayers):
    """What the rules say of one tree, streams apart. Keys of the mappings are full module paths."""

    residuals: tuple[Residual, ...]
    modulations: Mapping[str, Modulation]
    components: Mapping[str, Component]
    role: Fact
    origin: Mapping[str, str]
    """Path of a twin -> path of the representative the rules saw; empty while there are only representatives."""

    def firsts(self, facts: Mapping[str, T]) -> Iterator[tuple[str, T]]:
        """What is known of representatives, by path; nothing is made for their twins."""
        return ((path, facts[path]) for path in facts if path not in self.origin)


@dataclass(frozen=True, slots=True)
class StreamLinks:
    """The streams of a model, and which sublayers read them and write to them."""

    streams: tuple[Stream, ...]
    queries: Mapping[str, int]
    """Attention path -> index in `streams` of the stream its queries are of."""
    attends_to: Mapping[str, int]
    """Attention path -> index in `streams` of the stream its keys and values are of."""
    adds_to: Mapping[tuple[str, tuple[str, ...]], int]
    """(block, around) of a residual -> index in `streams`."""


@dataclass(frozen=True, slots=True)
class Analysis(Findings):
    """Everything inferred from one header, equal siblings included. The last four as in :class:`StreamLinks`."""

    header: Header
    streams: tuple[Stream, ...]
    queries: Mapping[str, int]
    attends_to: Mapping[str, int]
    adds_to: Mapping[tuple[str, tuple[str, ...]], int]
