"""Modules that hold parameters of their own making: recurrences, tables, scales, experts, buffers."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ingest.analysis import Leaf
from ingest.params import Params
from ingest.rules import Rule, fact, rule
from ingest.tree import Node
from ingest.words import vocabulary, words

_OTHER = rule("kind.other", "none", "No rule knows this set of parameters as a layer.")
_RECURRENT = rule(
    "kind.recurrent",
    "name",
    "weight_ih_l* with weight_hh_l* is a recurrent layer; rows / hidden = its gates.",
    "torch.nn.RNNBase",
)
_MHA = rule(
    "kind.packed_attention",
    "name",
    "in_proj_weight holds the query, key and value projections.",
    "torch.nn.MultiheadAttention",
)
_SSM = rule("kind.state_space", "name", "A_log, D and dt_bias belong to a selective state space.")
_EXPERTS = rule(
    "kind.experts", "shape", "Two or more three-dimensional parameters of equal first size are stacked experts."
)
_RELATIVE = rule("kind.relative_table", "name", "A relative position bias, table or index.")
_TABLE = rule("kind.table", "name", "A parameter called position, token, query or latent is a learned table.")
_CODEBOOK = rule("kind.codebook", "name", "A codebook with its usage statistics.")
_SCALE = rule("kind.layer_scale", "shape", "A single vector called gamma, lambda, scale or gate scales a branch.")

_TIED = rule("kind.linear_tied", "name", "A bias alone in a module called head or projection is a tied linear map.")
_HEAD = vocabulary("head proj projection decoder linear out output logits")

_GATES = {4: "LSTM", 3: "GRU", 1: "RNN"}


def other_leaf(node: Node, own: Params) -> Leaf:
    """Whatever is no linear map, convolution, table or norm."""
    tensors = {name: spec.shape for name, spec in node.tensors.items()}
    recurrent = _recurrent(node, tensors)
    if recurrent is not None:
        return recurrent
    if own.bias is not None and len(tensors) == 1 and len(own.bias) == 1 and _is_head(node):
        return _tied(node, own.bias[0])
    for kind, why, pattern in _NAMED:
        for name in tensors:
            if pattern.search(name):
                return _leaf(node, kind, why, f"it owns {name} {list(tensors[name])}")
    stacked = [shape for shape in tensors.values() if len(shape) == 3]
    if len(stacked) >= 2 and len({s[0] for s in stacked}) == 1:
        return _leaf(node, "Experts", _EXPERTS, f"{len(stacked)} stacked matrices, {stacked[0][0]} each")
    return _leaf(node, "Other", _OTHER, f"it owns {', '.join(list(tensors)[:4])}")


_NAMED: tuple[tuple[str, Rule, re.Pattern[str]], ...] = (
    ("MultiheadAttention", _MHA, re.compile(r"^in_proj_weight$")),
    ("SSM", _SSM, re.compile(r"^(A_log|A_logs|dt_bias)$")),
    ("RelativePositionTable", _RELATIVE, re.compile(r"relative_position|rel_pos|attention_bias|relative_attention")),
    ("PositionalTable", _TABLE, re.compile(r"pos|cls_token|latents|probe|queries")),
    ("Codebook", _CODEBOOK, re.compile(r"codebook|embed_avg|cluster_size")),
    ("LayerScale", _SCALE, re.compile(r"^(gamma|lambda|layer_scale|ls|scale|gate)_?\d*$")),
)


def _recurrent(node: Node, tensors: Mapping[str, tuple[int, ...]]) -> Leaf | None:
    first = tensors.get("weight_hh_l0")
    if first is None or len(first) != 2 or not first[1]:
        return None
    hidden = first[1]
    kind = _GATES.get(first[0] // hidden, "RNN")
    layers = sum(bool(re.fullmatch(r"weight_hh_l\d+", name)) for name in tensors)
    attributes = {"hidden": hidden, "layers": layers, "bidirectional": "weight_hh_l0_reverse" in tensors}
    seen = f"weight_hh_l0 {list(first)}: {first[0] // hidden} gates"
    return Leaf(node.path, fact(kind, _RECURRENT, seen), "Recurrent", attributes)


def _is_head(node: Node) -> bool:
    return not node.children and not _HEAD.isdisjoint(words(node.name))


def _tied(node: Node, size: int) -> Leaf:
    attributes = {"in_features": None, "out_features": size, "has_bias": True}
    return Leaf(node.path, fact("Linear", _TIED, f"bias [{size}] alone in {node.name}"), "Linear", attributes)


def _leaf(node: Node, kind: str, why: Rule, seen: str) -> Leaf:
    return Leaf(node.path, fact(kind, why, seen))
