"""Modules with one matrix: linear maps, lookup tables, routers, and matrices kept the other way round."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from archkb.ingest.analysis import EmbeddingAttributes, Leaf, LinearAttributes
from archkb.ingest.layers.layer_parameters import Params
from archkb.ingest.rules import Rule, fact, rule
from archkb.ingest.tree.module_tree import Node
from archkb.ingest.tree.name_words import name_words_with_parent, vocabulary

_LINEAR = rule("kind.linear", "shape", "A two-dimensional weight, with or without a bias of its rows, is a linear map.")
_TRANSPOSED = rule(
    "kind.linear_transposed",
    "shape",
    "A matrix whose bias has the size of its columns and not of its rows is a linear map stored [in, out].",
    "transformers' Conv1D",
)
_SQUARE = rule(
    "kind.linear_transposed_beside",
    "neighbour",
    "A square matrix beside matrices that are stored [in, out] is stored so too.",
    "transformers' Conv1D",
)
_NAMED = rule(
    "kind.embedding_name",
    "name",
    "A matrix without bias whose name ends in embedding, vocabulary, tokens or position is a table.",
)
_TALL = rule(
    "kind.embedding_rows",
    "shape",
    "A matrix outside all blocks without bias, of 4,096 rows, eight times its columns, that nothing reads, is a table.",
)
_ROUTER = rule("kind.router", "name", "A matrix with a correction bias beside it chooses the experts of a mixture.")

_BESIDE = rule(
    "kind.linear_beside",
    "shape",
    "A matrix called weight makes a linear map, whatever copies of its shape, scales and vectors lie beside it.",
    "gains and integer quantization",
)

_TABLE = vocabulary(
    "emb embs embed embeds embedding embeddings wte wpe wpi vocab vocabulary token tokens tok lut lookup table codebook"
    " position positions bias biases pe queries"
)
_MAP = vocabulary(
    "proj project projection projector linear lin fc dense mlp conv head heads out output logits logit classifier cls"
    " decoder pred predictor prediction predictions mapper mapping map qkv query key value gate up down router lm"
    " unembed ffn ff transform adapter embedder"
)
_PATCH = vocabulary("patch patches patchify pixel pixels")
_INDEXED = vocabulary("hash bucket codepoint char row column position token")
_VOCABULARY = 4096
"""Fewest rows of a table that no name tells."""
_ELONGATED = 8
"""A matrix of eight times as many rows as columns is tall, one of eight times as many columns wide."""
_SHORT = 1024
"""A table of this many rows is not eight times as wide as it is tall."""


class Model(NamedTuple):
    """What of the whole model tells a matrix: widths some layer reads, modules with matrices stored [in, out]."""

    read: frozenset[int]
    transposed: frozenset[str]


def matrix_leaf(node: Node, parameters: Params, model: Model) -> Leaf | None:
    """Linear, Embedding or Router; None where other parameters beside the matrix make it something else."""
    if parameters.weight is None:
        return None
    if parameters.others:
        correction = next((name for name in parameters.others if name.endswith("correction_bias")), None)
        if correction is not None:
            return _linear(node, parameters, model, (_ROUTER, f"weight beside {correction}"), "Router")
        return (
            _linear(node, parameters, model, (_BESIDE, f"{_shape_text(parameters)} beside {parameters.others[0]}"))
            if _are_small(node, parameters)
            else None
        )
    table = _table(node, parameters, model)
    if table is not None:
        rows, columns = parameters.weight
        return Leaf(node.path, fact("Embedding", *table), EmbeddingAttributes(rows, columns))
    return _linear(node, parameters, model, (_LINEAR, _shape_text(parameters)))


def _table(node: Node, parameters: Params, model: Model) -> tuple[Rule, str] | None:
    """Why a matrix is a lookup table, None where it is none. The last telling word of the name decides."""
    # a lookup has no bias, is not packed and not very wide
    rows, columns = parameters.weight or (0, 0)
    if parameters.bias is not None or parameters.form == "packed" or (rows >= _SHORT and columns >= _ELONGATED * rows):
        return None
    name_words = name_words_with_parent(node)
    last = next((word for word in reversed(name_words) if word in _TABLE or word in _MAP), None)
    if _maps(node, parameters, name_words, last):
        return None
    # by its name, unless it cuts patches
    hashed = last == "embedder" and not _INDEXED.isdisjoint(name_words)
    if (
        name_words == ("shared",)
        or "queries" in name_words
        or hashed
        or (last in _TABLE and _PATCH.isdisjoint(name_words))
    ):
        return _NAMED, f"{_shape_text(parameters)} without bias, called {node.name}"
    # by its height: more rows than anything reads
    outside = last is None and not node.numbered
    if outside and rows >= _VOCABULARY and rows >= _ELONGATED * columns and rows not in model.read:
        return _TALL, f"{_shape_text(parameters)} without bias, and nothing reads {rows}"
    return None


def _are_small(node: Node, parameters: Params) -> bool:
    """Whether all other tensors of a module without children are copies of the weight or of one dimension at most."""
    shapes = [node.shape(name) or () for name in parameters.others]
    return not node.children and all(shape == parameters.weight or sum(d > 1 for d in shape) <= 1 for shape in shapes)


def _maps(node: Node, parameters: Params, name_words: tuple[str, ...], last: str | None) -> bool:
    """Whether a matrix with a table's name is a map all the same.

    One of a numbered sequence reads what another writes, and a bias with a scale is made from a condition.
    """
    rows, columns = parameters.weight or (0, 0)
    if last == "bias" and "scale" in name_words:
        return True
    if not node.name.isdigit() or node.parent is None:
        return False
    sibling_shapes = [c.shape("weight") or () for c in node.parent.children.values() if c is not node]
    return any(len(s) == 2 and rows != columns and (s[1] == rows or s[0] == columns) for s in sibling_shapes)


def _linear(node: Node, parameters: Params, model: Model, reason: tuple[Rule, str], kind: str = "Linear") -> Leaf:
    why, evidence = reason
    rows, columns = parameters.weight or (0, 0)
    if parameters.bias is not None and parameters.bias != (rows,) and parameters.bias == (columns,):
        rows, columns, why = columns, rows, _TRANSPOSED
    elif parameters.bias is not None and rows == columns and node.path.rpartition(".")[0] in model.transposed:
        why = _SQUARE
    if parameters.form == "packed":
        evidence = f"packed to logical [{rows or 'unknown'}, {columns or 'unknown'}]"
        attributes = LinearAttributes(columns or None, rows or None, parameters.bias is not None)
        return Leaf(node.path, fact(kind, why, evidence), attributes)
    attributes = LinearAttributes(columns, rows, parameters.bias is not None)
    return Leaf(node.path, fact(kind, why, evidence), attributes)


def stored_in_out(parameters_by_path: Mapping[str, Params]) -> frozenset[str]:
    """Paths of the modules that hold a layer whose matrix is provably stored [in, out]."""
    return frozenset(
        path.rpartition(".")[0]
        for path, parameters in parameters_by_path.items()
        if parameters.weight is not None
        and len(parameters.weight) == 2
        and parameters.weight[0] != parameters.weight[1]
        and parameters.bias == parameters.weight[1:]
    )


def _shape_text(parameters: Params) -> str:
    return f"weight {list(parameters.weight or ())}" + (
        f", bias {list(parameters.bias)}" if parameters.bias is not None else ""
    )
