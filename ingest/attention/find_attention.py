"""Attention: where the query, key and value projections are, what attends to what, and what shapes prove."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from archkb.ingest.analysis import Attention, Leaf
from archkb.ingest.attention.attention_type import attends
from archkb.ingest.attention.heads import find_heads
from archkb.ingest.attention.projections import Projections, inside
from archkb.ingest.attention.projections_by_name import by_name
from archkb.ingest.attention.projections_by_shape import by_shape
from archkb.ingest.layers.layer_view import Layer
from archkb.ingest.rules import fact, rule, unknown
from archkb.ingest.tree.module_tree import Node, Tree
from archkb.ingest.tree.name_words import vocabulary, words
from archkb.kb.declared_heads import Configuration
from archkb.kb.paths import child_path
from archkb.kb.values import Fact

_GQA = rule(
    "attention.gqa",
    "shape",
    "Query rows over key rows is the number of query heads a key head serves.",
    definition=True,
)
_GQA_FUSED = rule(
    "attention.gqa_fused",
    "shape",
    "A fused projection has as many query rows as the output projection has columns; key and value share the rest.",
)
_GQA_UNKNOWN = rule("attention.gqa_unknown", "none", "Nothing tells query rows from key rows.")
_NORM_NONE = rule(
    "attention.qk_norm_none", "shape", "No norm beside the projections has a query's or key's name.", definition=True
)
_NORM_HEAD = rule(
    "attention.qk_norm_per_head", "shape", "A norm smaller than the query's rows acts on each head.", definition=True
)
_NORM_FULL = rule(
    "attention.qk_norm_full", "shape", "A norm as wide as the query's rows spans all heads.", definition=True
)
_ATTENTION = vocabulary("attn attention att mha mhsa msa sa ca selfattention crossattention xattn")

_WRAPPED_LAYERS = 4
"""Most modules of a wrapper that is nothing but an attention, its output projection and norms."""
_STATE_SPACE = frozenset(("A_log", "dt_bias"))
"""Parameters of a recurrence, which may borrow the names of queries, keys and values."""


@dataclass(frozen=True, slots=True)
class Core:
    """An attention's projections, with the module that owns them and the outermost module that is only this.

    `outside` is the output projection when it lies beside the core, its path relative to `outer`.
    """

    node: Node
    outer: Node
    projections: Projections
    outside: Layer | None = None


def find_attention(tree: Tree, leaves: Mapping[str, Leaf], read: Configuration) -> dict[str, Attention]:
    """Attention modules by path: of the outermost module that is nothing but the attention.

    `read` is what inference reads of configurations, which may declare heads.
    """
    cores = _cores(tree, leaves)
    known = {path: (core.node, core.projections) for path, core in cores.items()}
    attending = attends(known)
    heads = find_heads(known, read)
    return {core.outer.path: _attention(core, attending[path], heads[path]) for path, core in cores.items()}


def _attention(core: Core, attending: Fact, heads: tuple[Fact, Fact, Fact]) -> Attention:
    projections = core.projections
    return Attention(
        path=core.outer.path,
        form=projections.form,
        attends=attending,
        q_dim=projections.q_dim,
        kv_dim=projections.kv_dim,
        inner_dim=projections.query_rows,
        out_dim=projections.rows("o"),
        heads=heads[0],
        kv_heads=heads[1],
        head_dim=heads[2],
        gqa=_gqa(projections),
        qk_norm=_qk_norm(projections),
        gated=projections.gated,
        core=core.node.path[len(core.outer.path) :].lstrip("."),
        parts=_parts(core),
    )


def _cores(tree: Tree, leaves: Mapping[str, Leaf]) -> dict[str, Core]:
    """Modules that own projections, children before parents, so that no layer is counted twice."""
    by_path: dict[str, Projections] = {}
    for node in reversed(tree.distinct):
        if node.path and (node.children or len(node.tensors) > 1) and not node.tensors.keys() >= _STATE_SPACE:
            projections = by_name(leaves, node, by_path) or by_shape(leaves, node, by_path)
            if projections is not None:
                by_path[node.path] = projections
    nodes = tree.nodes
    return {path: _outermost(leaves, nodes[path], by_path[path], by_path) for path in reversed(by_path)}


def _outermost(leaves: Mapping[str, Leaf], node: Node, projections: Projections, cores: Mapping[str, object]) -> Core:
    """Climb while the parent is named an attention and adds nothing but norms and a missing output projection."""
    outer, outside = node, None
    while (parent := outer.parent) is not None and parent.path and not outer.name.isdigit():
        if not _ATTENTION & set(words(parent.name)) or parent.tensors or len(parent.children) > _WRAPPED_LAYERS:
            break
        outputs = [
            m for name, child in parent.children.items() if child is not outer for m in inside(leaves, child, name)
        ]
        if len(outputs) > (0 if "o" in projections.parts else 1):
            break
        if outputs:
            outside = outputs[0]
            projections = replace(projections, parts={**projections.parts, "o": outside})
        outer = parent
    return Core(node, outer, projections, outside)


def _parts(core: Core) -> dict[str, str]:
    """Role -> path relative to the outermost module."""
    below = core.node.path[len(core.outer.path) :].lstrip(".")
    paths = {role: m.path for role, m in core.projections.parts.items() if m is not core.outside}
    paths.update((role, path) for role, (path, _) in core.projections.norms.items())
    out = {role: child_path(below, path) for role, path in paths.items()}
    if core.outside is not None:
        out["o"] = core.outside.path
    return out


def _gqa(projections: Projections) -> Fact:
    """How many query heads share a key head: a whole number, or unknown."""
    q, k = projections.query_rows, projections.key_rows
    if "q" in projections.parts:
        if q and k and q % k == 0:
            return fact(q // k, _GQA, f"query rows {q} / key rows {k}")
    elif projections.form == "fused_qkv" and "o" in projections.parts and q and k and q % k == 0:
        return fact(q // k, _GQA_FUSED, f"of {projections.rows('qkv')} rows {q} are the query's and {k} the key's")
    return unknown(_GQA_UNKNOWN, f"query rows {q}, key rows {k}")


def _qk_norm(projections: Projections) -> Fact:
    """none, per_head or full_width."""
    for role in ("q_norm", "qk_norm", "k_norm"):
        if role not in projections.norms:
            continue
        path, shape = projections.norms[role]
        size = max(shape)
        rows = projections.key_rows if role == "k_norm" else projections.query_rows
        if rows is not None and size < rows:
            return fact("per_head", _NORM_HEAD, f"{path} has {size} of {rows} channels")
        return fact("full_width", _NORM_FULL, f"{path} has {size} channels, all {rows}; it says nothing about heads")
    return fact("none", _NORM_NONE, "no query or key norm")
