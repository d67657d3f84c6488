"""Which widths convolutions and matrices have below each module: what a layer without a rank of its own sits beside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from archkb.ingest.layers.layer_parameters import Params, Shape
from archkb.ingest.tree.module_tree import Node

_NONE: frozenset[int] = frozenset()


class Widths(NamedTuple):
    """Channel widths, in and out, of the layers of one subtree by what they do.

    `spatial`: convolutions over two or three dimensions with a kernel above 1 that mix channels; `temporal`: those over
    one; `point`: those of kernel 1; `depthwise`: those of one channel a group; `reads` and `writes`: matrices.
    """

    spatial: frozenset[int] = _NONE
    temporal: frozenset[int] = _NONE
    point: frozenset[int] = _NONE
    depthwise: frozenset[int] = _NONE
    reads: frozenset[int] = _NONE
    writes: frozenset[int] = _NONE

    def having(self, size: int) -> frozenset[str]:
        """Names of the kinds that have a layer of this width."""
        return frozenset(name for name, sizes in zip(self._fields, self, strict=True) if size in sizes)


NO_WIDTHS = Widths()


def widths(root: Node, parameters_by_path: Mapping[str, Params]) -> dict[int, Widths]:
    """Widths at and below every distinct structure, by its interned signature."""
    out: dict[int, Widths] = {}
    for node in reversed(list(root.distinct())):
        parameters = parameters_by_path.get(node.path)
        parts = [out[child.sig] for child in node.children.values()]
        if parameters is not None and parameters.weight is not None and len(parameters.weight) >= 2:
            parts.append(layer_widths(parameters.weight))
        out[node.sig] = _union(parts)
    return out


def _union(parts: list[Widths]) -> Widths:
    parts = [part for part in parts if part is not NO_WIDTHS]
    if len(parts) < 2:
        return parts[0] if parts else NO_WIDTHS
    return Widths(*(_NONE.union(*sets) for sets in zip(*parts, strict=True)))


def layer_widths(weight: Shape) -> Widths:
    """Widths of one layer by the shape of its weight.

    >>> layer_widths((320, 1280)).reads, layer_widths((64, 1, 7, 7)).depthwise
    (frozenset({1280}), frozenset({64}))
    """
    out, inp, *kernel = weight
    if not kernel:
        return Widths(reads=frozenset((inp,)), writes=frozenset((out,)))
    if inp == 1 and out > 1:
        return Widths(depthwise=frozenset((out,)))
    both = frozenset((out, inp))
    if all(k == 1 for k in kernel):
        return Widths(point=both)
    return Widths(temporal=both) if len(kernel) == 1 else Widths(spatial=both)


def leaf_shapes(node: Node, parameters_by_path: Mapping[str, Params]) -> Iterable[Shape]:
    """Shapes of the weights of a module's direct layers; a wrapper around a single layer counts as that layer."""
    for child in node.children.values():
        inner = child.core
        parameters = parameters_by_path.get(inner.path) if not inner.children else None
        if parameters is not None and parameters.weight is not None:
            yield parameters.weight
