"""Structural hashes of a module tree: by names and shapes, and by shapes alone. dtypes and side-cars are left out.

The hash of a node covers its tensors (local name, shape) and its children (name, hash), so equal hashes mean equal
structure in any model. The shape hash drops every name but keeps numbers' order-free multiset: two spellings of one
tree agree on it. Few shapes are in any model, so few make no shape hash of the whole.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from archkb.ingest.tree.module_tree import Node, Tree

SHAPES = 4
"""Fewest distinct shapes by which two models may be told to be one architecture."""


@dataclass(frozen=True, slots=True)
class Signatures:
    """`template`: interned signature -> 20 hex digits. `architecture` and `shapes`: of the whole, below wrappers.

    `shapes` is None where the whole has fewer than `SHAPES` distinct ones.
    """

    template: dict[int, str]
    architecture: str
    shapes: str | None


def signatures(tree: Tree) -> Signatures:
    """Hashes of every distinct structure in the tree."""
    named: dict[int, str] = {}
    blind: dict[int, str] = {}
    for node in reversed(tree.nodes.values()):
        if node.sig in named:
            continue
        tensors = sorted((name, spec.shape) for name, spec in node.tensors.items())
        below = [(name, named[child.sig]) for name, child in node.children.items()]
        named[node.sig] = _hash(f"{tensors}{below}")
        shapes = sorted(str(spec.shape) for spec in node.tensors.values())
        blind[node.sig] = _hash(f"{shapes}{sorted(blind[c.sig] for c in node.children.values())}")
    core = unwrapped(tree.root)
    distinct = {spec.shape for node in tree.distinct for spec in node.tensors.values()}
    return Signatures(named, named[core.sig], blind[core.sig] if len(distinct) >= SHAPES else None)


def unwrapped(root: Node) -> Node:
    """The first node from the root down that has tensors, several children, or nothing below but one module's tensors.

    So prefixes all keys share are dropped, but the last name before a tensor's own stays: `embed.weight` alone is not
    `head.weight`.
    """
    node = root
    while not node.tensors and len(node.children) == 1:
        (child,) = node.children.values()
        if not child.children:
            break
        node = child
    return node


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:20]
