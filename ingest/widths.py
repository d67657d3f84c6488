"""Which widths convolutions and matrices have below each module: what a layer without a rank of its own sits beside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ingest.params import Params
from ingest.tree import Node

_NONE: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Widths:
    """Widths by interned signature of a module: of its convolutions, and of its matrices."""

    conv: Mapping[int, frozenset[int]]
    matrix: Mapping[int, frozenset[int]]

    def of(self, node: Node) -> tuple[frozenset[int], frozenset[int]]:
        """(convolution widths, matrix widths) at and below a module."""
        return self.conv.get(node.sig, _NONE), self.matrix.get(node.sig, _NONE)


def widths(root: Node, found: Mapping[str, Params]) -> Widths:
    """Widths of every distinct structure, bottom up."""
    conv: dict[int, frozenset[int]] = {}
    matrix: dict[int, frozenset[int]] = {}
    for node in reversed(list(root.distinct())):
        convs: set[int] = set()
        matrices: set[int] = set()
        own = found.get(node.path)
        weight = own.weight if own is not None else None
        if weight is not None and len(weight) >= 2:
            pool = matrices if len(weight) == 2 else convs
            if not (len(weight) > 2 and weight[1] == 1 and weight[0] > 1):
                pool.update(weight[:2])
        for child in node.children.values():
            convs |= conv.get(child.sig, _NONE)
            matrices |= matrix.get(child.sig, _NONE)
        conv[node.sig], matrix[node.sig] = frozenset(convs), frozenset(matrices)
    return Widths(conv, matrix)
