"""Modules with one matrix: linear layers, lookup tables, and matrices kept the other way round."""

from __future__ import annotations

import re

from ingest.analysis import Leaf
from ingest.params import Params
from ingest.rules import fact, rule
from ingest.tree import Node

_LINEAR = rule("kind.linear", "shape", "A two-dimensional weight, with or without a bias of its rows, is a linear map.")
_TRANSPOSED = rule(
    "kind.linear_transposed",
    "shape",
    "A matrix whose bias has the size of its columns, not of its rows, is a linear map stored [in, out].",
    "transformers' Conv1D",
)
_EMBEDDING = rule(
    "kind.embedding_name", "name", "A matrix without bias whose name says embedding, vocabulary or position is a table."
)
_EMBEDDING_NAME = re.compile(
    r"(^|_)(wte|wpe|wpi|emb|embed|embeds|embedding|embeddings|embed_tokens|shared|vocab|tok|token|positions?|codebook)($|_)"
)
_NOT_TABLE = re.compile(r"proj|linear|fc|dense|mlp|conv|head|out")


def matrix_leaf(node: Node, own: Params) -> Leaf | None:
    """Linear or Embedding."""
    weight = own.weight
    if weight is None:
        return None
    rows, columns = weight
    if own.bias is None and _is_table(node, rows, columns):
        seen = f"weight [{rows}, {columns}] without bias, called {node.name}"
        return Leaf(node.path, fact("Embedding", _EMBEDDING, seen), "Embedding", {"rows": rows, "width": columns})
    seen = f"weight [{rows}, {columns}]" + (f", bias {list(own.bias)}" if own.bias is not None else "")
    why = _LINEAR
    if own.bias is not None and own.bias == (columns,) and rows != columns:
        rows, columns, why = columns, rows, _TRANSPOSED
    attributes = {"in_features": columns, "out_features": rows, "has_bias": own.bias is not None}
    return Leaf(node.path, fact("Linear", why, seen), "Linear", attributes)


def _is_table(node: Node, rows: int, columns: int) -> bool:
    name = node.name.lower()
    if _NOT_TABLE.search(name):
        return False
    return bool(_EMBEDDING_NAME.search(name))
