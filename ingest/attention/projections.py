"""The projections of one module: which of its layers make queries, keys and values, and with which widths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from archkb.ingest.analysis import AttentionForm, Leaf
from archkb.ingest.layers.layer_view import Layer, layer_of
from archkb.ingest.tree.module_tree import Node
from archkb.kb.paths import child_path

Shape = tuple[int, ...]
_DEPTH = 3
"""Levels below a module in which a projection's layer may be."""
_WRAPPER_LAYERS = 3
"""Most layers of a wrapper that is taken for one map, from the first to the last of them."""


@dataclass(frozen=True, slots=True)
class Projections:
    """Query, key and value projections of one module by role, widths in channels.

    Roles: q, k, v, qkv, kv, qk, o, gate; add_q ... for those of a second stream; q_down and q_up, kv_down and kv_up
    where they are low-rank; offsets and weights of a deformable one. `norms` are those on queries and keys: role ->
    (path, shape of the weight). `by_shape` when the roles are told by shapes, not by names. `mlp` counts the channels
    of an MLP that shares the two matrices.
    """

    form: AttentionForm
    parts: Mapping[str, Layer]
    norms: Mapping[str, tuple[str, Shape]] = field(default_factory=dict)
    by_shape: bool = False
    mlp: int = 0

    def width(self, *roles: str) -> int | None:
        """Columns of the first of these parts that is there: the width it reads."""
        return next((self.parts[r].inp for r in roles if r in self.parts), None)

    def rows(self, *roles: str) -> int | None:
        """Rows of the first of these parts that is there."""
        return next((self.parts[r].out for r in roles if r in self.parts), None)

    @property
    def q_dim(self) -> int | None:
        """Width the queries are made from."""
        return self.width("q", "q_down", "q_up", "qkv", "qk", "offsets")

    @property
    def kv_dim(self) -> int | None:
        """Width the keys are made from."""
        return self.width("k", "kv", "kv_down", "k_down", "qkv", "qk", "v")

    @property
    def gated(self) -> bool:
        """Whether a gate acts on the output: a layer of its own, or twice as many query rows as are used."""
        if "gate" in self.parts:
            return True
        rows, reads, k, v = self.rows("q"), self.width("o"), self.rows("k"), self.rows("v")
        return rows is not None and reads is not None and rows == 2 * reads and k == v and k is not None and k <= reads

    @property
    def query_rows(self) -> int | None:
        """Channels of all query heads together."""
        rows, reads = self.rows("q", "q_up"), self.width("o")
        if rows is not None:
            return rows // 2 if self.gated and "gate" not in self.parts else rows
        qkv = self.rows("qkv")
        if qkv is not None:
            if self.mlp and reads is not None:
                return reads - self.mlp
            if reads is not None and reads < qkv:
                return reads
            return qkv // 3 if qkv % 3 == 0 else None
        qk = self.rows("qk")
        return qk // 2 if qk is not None else self.rows("v")

    @property
    def key_rows(self) -> int | None:
        """Channels of all key heads together; None where low-rank or unknown."""
        rows = self.rows("k")
        if rows is not None:
            return rows
        if "kv" in self.parts:
            rows, queries, reads = self.parts["kv"].out, self.rows("q"), self.width("o")
            return queries if queries and reads and queries + reads == rows else rows // 2
        qkv, inner = self.rows("qkv"), self.query_rows
        if qkv is not None and inner is not None:
            if self.mlp:
                return inner
            return inner if qkv == 2 * inner else (qkv - inner) // 2
        return inner if self.form == "fused_qk" else None


def maps(leaves: Mapping[str, Leaf], node_path: str, children: Mapping[str, object]) -> dict[str, Layer]:
    """Children of a module that are themselves layers with a matrix, by name."""
    out = {}
    for name in children:
        leaf = leaves.get(child_path(node_path, name))
        layer = projection_of(leaf, name) if leaf is not None else None
        if layer is not None:
            out[name] = layer
    return out


def projection_of(leaf: Leaf, at: str) -> Layer | None:
    """The map of one layer; None for what is no linear map or convolution, and for depthwise ones."""
    layer = layer_of(leaf, at)
    return layer if layer is not None and not layer.depthwise and all(layer.widths) else None


def inside(leaves: Mapping[str, Leaf], node: Node, at: str, depth: int = _DEPTH) -> Iterator[Layer]:
    """The maps at and below a module, in order; what adapters add to a layer is left out."""
    leaf = leaves.get(node.path)
    if leaf is not None and leaf.role in ("Linear", "Conv"):
        layer = projection_of(leaf, at)
        if layer is not None:
            yield layer
        return
    if depth:
        base = node.children.get("base_layer")
        for name, child in node.children.items() if base is None else (("base_layer", base),):
            yield from inside(leaves, child, child_path(at, name), depth - 1)


def matrix(leaves: Mapping[str, Leaf], node: Node, at: str) -> Layer | None:
    """The map a child computes: the layer itself, or first to last layer of a small wrapper; None where it is none."""
    layers = list(inside(leaves, node, at))
    if not layers or len(layers) > _WRAPPER_LAYERS:
        return None
    if len(layers) == 1:
        return layers[0]
    return Layer(at, layers[0].inp, layers[-1].out)
