"""Modules that hold parameters of their own making: recurrences, tables, scales, experts, buffers."""

from __future__ import annotations

import re
from collections.abc import Mapping

from archkb.ingest.analysis import Leaf, LinearAttributes, RecurrentAttributes
from archkb.ingest.layers import buffers
from archkb.ingest.layers.layer_parameters import Params
from archkb.ingest.rules import Rule, fact, rule
from archkb.ingest.tree.module_tree import Node
from archkb.ingest.tree.name_words import name_words_with_parent, vocabulary, words

_OTHER = rule("kind.other", "none", "No rule knows this set of parameters as a layer.")
_OWN = rule("kind.parameters", "shape", "A module that owns parameters beside the modules it holds is no single layer.")
_RECURRENT = rule(
    "kind.recurrent",
    "name",
    "weight_ih_l* with weight_hh_l* is a recurrent layer; rows / hidden are its gates.",
    "torch.nn.RNNBase",
)
_MHA = rule(
    "kind.packed_attention",
    "name",
    "in_proj_weight holds the query, key and value projections.",
    "torch.nn.MultiheadAttention",
)
_SSM = rule("kind.state_space", "name", "A_log, D and dt_bias belong to a selective state space.", "Mamba")
_EXPERTS = rule("kind.experts", "shape", "Matrices stacked along a first dimension, in a module called experts.")
_RELATIVE = rule("kind.relative_table", "name", "A relative position bias, table or index.")
_POSITION = rule("kind.positional_table", "name", "A parameter called position is a table of positions.")
_TOKENS = rule("kind.learned_tokens", "name", "Tokens, latents, queries or registers are learned inputs.")
_CODEBOOK = rule("kind.codebook", "name", "A codebook, with or without the statistics of its use.")
_SCALE = rule("kind.layer_scale", "shape", "Vectors called gamma, lambda, scale or gate scale a branch.")
_SNAKE = rule("kind.snake", "name", "alpha, with or without beta, one a channel, is a snake activation.", "BigVGAN")
_PRELU = rule(
    "kind.prelu",
    "name",
    "One number, or one a channel in an activation or among convolutions, is a slope.",
)
_FOURIER = rule("kind.fourier", "name", "A vector in a module called projection or frequencies spans Fourier features.")
_BUFFER = rule("kind.buffer", "name", "Indices, masks, frequencies and statistics are constants, no layer.")
_TIED = rule("kind.linear_tied", "name", "A bias alone in a module called head or projection is a tied linear map.")

_HEAD = vocabulary("head proj projection decoder linear out output logits")
_ACTIVATION = vocabulary("act activation acts prelu relu lrelu nonlinearity")
_FREQUENCIES = vocabulary("proj fourier freq freqs")
_GATES = {4: "LSTM", 3: "GRU", 1: "RNN"}

_ALONE: tuple[tuple[str, Rule, re.Pattern[str]], ...] = (
    ("Buffer", _BUFFER, buffers.ALONE),
    ("RelativePositionTable", _RELATIVE, re.compile(r".*(relative_|rel_pos|attention_bias|pos_bias|biases).*")),
    ("Codebook", _CODEBOOK, re.compile(r"codebook.*|embed|embed_avg|cluster_size|inited|embedding_sum|cluster_usage")),
    ("PositionalTable", _POSITION, re.compile(r"(.*_)?(pos|position|positional|positions|pe|abs_pos)(_.*|\d*)")),
    ("LearnedTokens", _TOKENS, re.compile(r".*(token|tokens|latents|latent|probe|query|queries|registers?)\d*")),
    ("Snake", _SNAKE, re.compile(r"alpha|beta")),
    ("LayerScale", _SCALE, re.compile(r"(gamma|lambda|layer_scale|ls|scale|gate)_?\w*")),
)  # fmt: skip
"""Kinds of modules without children by a pattern that all of their tensors' names match; the first one wins."""


def other_leaf(node: Node, parameters: Params) -> Leaf:
    """Whatever is no linear map, convolution, table or norm."""
    tensors = {name: spec.shape for name, spec in node.tensors.items()}
    recurrent = _recurrent(node, tensors)
    if recurrent is not None:
        return recurrent
    if "in_proj_weight" in tensors or {"q_proj_weight", "k_proj_weight"} <= tensors.keys():
        return _leaf(node, "MultiheadAttention", _MHA, f"it owns {', '.join(sorted(tensors))}")
    if {"A_log", "A_logs", "dt_bias"} & tensors.keys():
        return _leaf(node, "SSM", _SSM, f"it owns {', '.join(sorted(tensors))}")
    if _is_experts(node, tensors):
        return _leaf(
            node,
            "Experts",
            _EXPERTS,
            f"{', '.join(f'{name} {list(shape)}' for name, shape in list(tensors.items())[:2])}",
        )
    if node.children:
        return _leaf(node, "Other", _OWN, f"{', '.join(list(tensors)[:4])} beside {len(node.children)} modules")
    return _childless(node, parameters, tensors)


def _childless(node: Node, parameters: Params, tensors: Mapping[str, tuple[int, ...]]) -> Leaf:
    """A module that holds nothing but parameters."""
    name_words = set(name_words_with_parent(node))
    if set(tensors) == {"bias"} and parameters.bias is not None and len(parameters.bias) == 1 and name_words & _HEAD:
        attributes = LinearAttributes(None, parameters.bias[0], has_bias=True)
        evidence = f"bias {list(parameters.bias)} alone in {node.name}"
        return Leaf(node.path, fact("Linear", _TIED, evidence), attributes)
    if set(tensors) == {"weight"} and len(tensors["weight"]) == 1:
        evidence = f"weight {list(tensors['weight'])} in {node.name}"
        if name_words & _ACTIVATION or tensors["weight"] == (1,) or node.name.isdigit():
            return _leaf(node, "PReLU", _PRELU, evidence)
        return (
            _leaf(node, "Fourier", _FOURIER, evidence)
            if name_words & _FREQUENCIES
            else _leaf(node, "LayerScale", _SCALE, evidence)
        )
    if "codebooks" in name_words or "codebook" in name_words:
        return _leaf(node, "Codebook", _CODEBOOK, f"{len(tensors)} tensors in {node.name}")
    for kind, why, pattern in _ALONE:
        if all(pattern.fullmatch(name) for name in tensors):
            return _leaf(node, kind, why, _shown(tensors))
    return _leaf(node, "Other", _OTHER, f"it owns {', '.join(list(tensors)[:4])}")


def _is_experts(node: Node, tensors: Mapping[str, tuple[int, ...]]) -> bool:
    """Stacked matrices of several experts: bare 3-D parameters, or blocks of packed numbers with a fourth dimension."""
    stacked = [shape for name, shape in tensors.items() if len(shape) == 3 + name.endswith("_blocks")]
    if not stacked or len({shape[0] for shape in stacked}) != 1 or min(min(shape) for shape in stacked) < 2:
        return False
    parts = {word for name in tensors for word in words(name)}
    return bool({"experts", "expert", "moe"} & set(words(node.name))) or {"up", "down"} <= parts


def _recurrent(node: Node, tensors: Mapping[str, tuple[int, ...]]) -> Leaf | None:
    first = tensors.get("weight_hh_l0")
    if first is None or len(first) != 2 or not first[1]:
        return None
    hidden = first[1]
    kind = _GATES.get(first[0] // hidden, "RNN")
    layers = sum(bool(re.fullmatch(r"weight_hh_l\d+", name)) for name in tensors)
    attributes = RecurrentAttributes(hidden, layers, "weight_hh_l0_reverse" in tensors)
    evidence = f"weight_hh_l0 {list(first)}: {first[0] // hidden} gates"
    return Leaf(node.path, fact(kind, _RECURRENT, evidence), attributes)


def _shown(tensors: Mapping[str, tuple[int, ...]]) -> str:
    return ", ".join(f"{name} {list(shape)}" for name, shape in sorted(tensors.items())[:3])


def _leaf(node: Node, kind: str, why: Rule, evidence: str) -> Leaf:
    return Leaf(node.path, fact(kind, why, evidence))
