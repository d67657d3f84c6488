"""Projections told by shapes alone: sets of sibling matrices that fit an attention and nothing else.

Used where no name says which layer makes queries, keys and values; which of the fitting layers is which is then not
known, only that the module is an attention and how wide it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ingest.analysis import Scene
from ingest.projection_names import read_name
from ingest.projections import Matrix, Projections, maps, matrix
from ingest.projections_named import query_norms
from ingest.tree import Node
from ingest.words import vocabulary, words

_PLAIN = vocabulary("linear lin fc conv proj projection dense layer mlp in out up down gate embed embedding net w")
_ATTENTION = vocabulary("att mha mhsa msa sa ca mixer")
_SMALL = 8


def by_shape(scene: Scene, node: Node, cores: Mapping[str, object]) -> Projections | None:
    """The projections a module's matrices fit, None where they fit no attention or something else as well."""
    if len(node.children) < 2 or len(node.children) > 24 or any(c.path in cores for c in node.children.values()):
        return None
    layers = maps(scene.leaves, node.path, node.children)
    for name in node.children.keys() - layers.keys():
        child = node.children[name]
        if len(child.children) == 1 and child.n_tensors <= _SMALL:
            wrapped = matrix(scene.leaves, child, name)
            if wrapped is not None:
                layers[name] = wrapped
    parts = _single(node, layers) or _fused(node, layers)
    if parts is None:
        return None
    found, mlp = parts
    return Projections("fused_qkv", found, dict(query_norms(node)), by_shape=True, mlp=mlp)


def _fused(node: Node, layers: Mapping[str, Matrix]) -> tuple[dict[str, Matrix], int] | None:
    """[3n, d] beside [d, n], or [n + 2m, d] where a name says attention: a fused projection and its output.

    n + 2m with m dividing n is several query heads to a key head. Such pairs alone could be an MLP that makes a
    modulation, so a name must say attention, or the names must say nothing at all.
    """
    if len(layers) > 4:
        return None
    for big in layers.values():
        for out in layers.values():
            if out is big or out.inp >= big.out or out.out != big.inp:
                continue
            rest = big.out - out.inp
            if rest == 2 * out.inp and (_says_attention(node, big) or (len(layers) == 2 and _nameless(big, out))):
                return {"qkv": big, "o": out}, 0
            if rest % 2 == 0 and rest and out.inp % (rest // 2) == 0 and _is_attention(big.path):
                return {"qkv": big, "o": out}, 0
    return None


def _says_attention(node: Node, layer: Matrix) -> bool:
    """Whether the layer, its module, or the module around a nameless one is called an attention."""
    names = [layer.path, node.name]
    parent = node.parent
    if parent is not None and (node.name.isdigit() or len(node.name) <= 2):
        names.append(parent.name)
    return "in_proj" in layer.path or any(_is_attention(name) for name in names)


def _is_attention(name: str) -> bool:
    return "attn" in name.lower() or "attention" in name.lower() or bool(_ATTENTION & set(words(name)))


def _nameless(*layers: Matrix) -> bool:
    """Whether the names are no words for a layer: two layers called linear_1 and linear_2 are an MLP by convention."""
    return not any(_PLAIN & set(words(layer.path)) for layer in layers) and not all(m.path.isdigit() for m in layers)


def _single(node: Node, layers: Mapping[str, Matrix]) -> tuple[dict[str, Matrix], int] | None:
    """[3d + m, d] beside [d, d + m]: queries, keys, values and an MLP of m channels side by side in two matrices."""
    norms: Sequence[object] | None = None
    for big in layers.values():
        for out in layers.values():
            d = big.inp
            if out is big or out.out != d or out.inp <= d or big.out - out.inp != 2 * d or out.inp == 2 * d:
                continue
            norms = norms if norms is not None else tuple(query_norms(node))
            if norms or not read_name(big.path).letters:
                return {"qkv": big, "o": out}, out.inp - d
    return None
