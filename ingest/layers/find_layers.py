"""Leaf modules: which layer is it, by the names and ranks of its parameters and by its neighbours."""

from __future__ import annotations

from archkb.ingest.analysis import Leaf, LeafAttributes
from archkb.ingest.layers.bare_parameters import other_leaf
from archkb.ingest.layers.conv import conv_leaf
from archkb.ingest.layers.layer_parameters import Params, params
from archkb.ingest.layers.matrix import Model, matrix_leaf, stored_in_out
from archkb.ingest.layers.norm import Surroundings, norm_leaf, spread_norm, surroundings
from archkb.ingest.tree.module_tree import Node, Tree
from archkb.kb.values import Fact


def leaf_kinds(tree: Tree) -> dict[str, Leaf]:
    """Kind of every distinct module that owns tensors, by path."""
    root = tree.root
    parameters_by_path = {node.path: params(node) for node in root.leaves()}
    neighbours = surroundings(root, parameters_by_path)
    model = Model(neighbours.below[root.sig].reads, stored_in_out(parameters_by_path))
    facts: dict[Fact, Fact] = {}
    sizes: dict[LeafAttributes | None, LeafAttributes | None] = {}
    out: dict[str, Leaf] = {}
    for path, parameters in parameters_by_path.items():
        leaf = _leaf(tree.nodes[path], parameters, neighbours, model)
        kind = facts.setdefault(leaf.kind, leaf.kind)  # a million layers have few kinds and sizes
        out[path] = Leaf(path, kind, sizes.setdefault(leaf.attributes, leaf.attributes))
    return out


def _leaf(node: Node, parameters: Params, neighbours: Surroundings, model: Model) -> Leaf:
    """The first rule that knows this set of parameters; `Other` where none does."""
    leaf = spread_norm(node, parameters)
    if leaf is None and parameters.weight is not None:
        rank = len(parameters.weight)
        if rank == 2:
            leaf = matrix_leaf(node, parameters, model)
        elif rank >= 3:
            leaf = conv_leaf(node, parameters)
    return leaf or norm_leaf(node, parameters, neighbours) or other_leaf(node, parameters)
