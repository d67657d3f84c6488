"""Modules with one matrix: linear maps, lookup tables, routers, and matrices kept the other way round."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from archkb.ingest.analysis import Leaf
from archkb.ingest.layers.layer_parameters import Params
from archkb.ingest.rules import Rule, fact, rule
from archkb.ingest.tree.module_tree import Node
from archkb.ingest.tree.name_words import spoken, vocabulary

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
_SHORT = 1024
"""A table of this many rows is not eight times as wide as it is tall."""


class Model(NamedTuple):
    """What of the whole model tells a matrix: widths some layer reads, modules with matrices stored [in, out]."""

    read: frozenset[int]
    transposed: frozenset[str]


def matrix_leaf(node: Node, own: Params, model: Model) -> Leaf | None:
    """Linear, Embedding or Router; None where other parameters beside the matrix make it something else."""
    if own.weight is None:
        return None
    if own.others:
        correction = next((name for name in own.others if name.endswith("correction_bias")), None)
        if correction is not None:
            return _linear(node, own, model, (_ROUTER, f"weight beside {correction}"), "Router")
        return (
            _linear(node, own, model, (_BESIDE, f"{_seen(own)} beside {own.others[0]}"))
            if _are_small(node, own)
            else None
        )
    table = _table(node, own, model)
    if table is not None:
        rows, columns = own.weight
        return Leaf(node.path, fact("Embedding", *table), "Embedding", {"rows": rows, "width": columns})
    return _linear(node, own, model, (_LINEAR, _seen(own)))


def _table(node: Node, own: Params, model: Model) -> tuple[Rule, str] | None:
    """Why a matrix is a lookup table, None where it is none. The last telling word of the name decides."""
    rows, columns = own.weight or (0, 0)
    if own.bias is not None or own.form == "packed" or (rows >= _SHORT and columns >= 8 * rows):
        return None
    said = spoken(node)
    last = next((word for word in reversed(said) if word in _TABLE or word in _MAP), None)
    if _maps(node, own, said, last):
        return None
    hashed = last == "embedder" and not _INDEXED.isdisjoint(said)
    if said == ("shared",) or "queries" in said or hashed or (last in _TABLE and _PATCH.isdisjoint(said)):
        return _NAMED, f"{_seen(own)} without bias, called {node.name}"
    outside = last is None and not node.numbered
    if outside and rows >= _VOCABULARY and rows >= 8 * columns and rows not in model.read:
        return _TALL, f"{_seen(own)} without bias, and nothing reads {rows}"
    return None


def _are_small(node: Node, own: Params) -> bool:
    """Whether all other tensors of a module without children are copies of the weight or of one dimension at most."""
    shapes = [node.shape(name) or () for name in own.others]
    return not node.children and all(shape == own.weight or sum(d > 1 for d in shape) <= 1 for shape in shapes)


def _maps(node: Node, own: Params, said: tuple[str, ...], last: str | None) -> bool:
    """Whether a matrix with a table's name is a map all the same.

    One of a numbered sequence reads what another writes, and a bias with a scale is made from a condition.
    """
    rows, columns = own.weight or (0, 0)
    if last == "bias" and "scale" in said:
        return True
    if not node.name.isdigit() or node.parent is None:
        return False
    beside = [c.shape("weight") or () for c in node.parent.children.values() if c is not node]
    return any(len(s) == 2 and rows != columns and (s[1] == rows or s[0] == columns) for s in beside)


def _linear(node: Node, own: Params, model: Model, said: tuple[Rule, str], kind: str = "Linear") -> Leaf:
    why, seen = said
    rows, columns = own.weight or (0, 0)
    if own.bias is not None and own.bias != (rows,) and own.bias == (columns,):
        rows, columns, why = columns, rows, _TRANSPOSED
    elif own.bias is not None and rows == columns and node.path.rpartition(".")[0] in model.transposed:
        why = _SQUARE
    if own.form == "packed":
        seen = f"packed to logical [{rows or 'unknown'}, {columns or 'unknown'}]"
        attributes = {"in_features": columns or None, "out_features": rows or None, "has_bias": own.bias is not None}
        return Leaf(node.path, fact(kind, why, seen), "Linear", attributes)
    attributes = {"in_features": columns, "out_features": rows, "has_bias": own.bias is not None}
    return Leaf(node.path, fact(kind, why, seen), "Linear", attributes)


def stored_in_out(found: Mapping[str, Params]) -> frozenset[str]:
    """Paths of the modules that hold a layer whose matrix is provably stored [in, out]."""
    return frozenset(
        path.rpartition(".")[0]
        for path, own in found.items()
        if own.weight is not None
        and len(own.weight) == 2
        and own.weight[0] != own.weight[1]
        and own.bias == own.weight[1:]
    )


def _seen(own: Params) -> str:
    return f"weight {list(own.weight or ())}" + (f", bias {list(own.bias)}" if own.bias is not None else "")
