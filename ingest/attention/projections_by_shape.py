"""Projections told by shapes alone: sets of sibling matrices that fit an attention and nothing else.

Used where no name says which layer makes queries, keys and values; which of the fitting layers is which is then not
known where their shapes are equal, only that the module is an attention and how wide it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import permutations

from archkb.ingest.analysis import AttentionForm, ConvAttributes, Leaf
from archkb.ingest.attention.projection_names import read_name
from archkb.ingest.attention.projections import Projections, Shape, maps, matrix
from archkb.ingest.attention.projections_by_name import query_norms
from archkb.ingest.layers.layer_view import Layer
from archkb.ingest.tree.module_tree import Node
from archkb.ingest.tree.name_words import vocabulary, words
from archkb.kb.paths import child_path

_PLAIN = vocabulary("linear lin fc conv proj projection dense layer mlp in out up down gate embed embedding net w")
_ATTENTION = vocabulary("att mha mhsa msa sa ca mixer")
_SMALL = 8
"""Most tensors of a module that may be a wrapped projection."""
_GATE_RATIO = 16
"""The fifth of five matrices is a gate where it has at most a sixteenth of the others' rows."""
_MOST_LAYERS = 24
_FEW = 4
"""Most modules beside an attention among which its output projection is looked for."""

Parts = tuple[AttentionForm, dict[str, Layer], int]
"""Form, layers by role, channels of an MLP in the same matrices."""


def by_shape(leaves: Mapping[str, Leaf], node: Node, cores: Mapping[str, object]) -> Projections | None:
    """The projections a module's matrices fit, None where they fit no attention or something else as well."""
    children = node.children
    if not 1 <= len(children) <= _MOST_LAYERS or any(c.path in cores for c in children.values()):
        return None
    layers = maps(leaves, node.path, children)
    for name in children.keys() - layers.keys():
        child = children[name]
        if len(child.children) == 1 and child.n_tensors <= _SMALL:
            wrapped = matrix(leaves, child, name)
            if wrapped is not None:
                layers[name] = wrapped
    if _convolves(leaves, node):
        return None
    projections = _single(node, layers) or _fused(node, layers) or _packed(node, layers)
    projections = projections or _separate(leaves, node, layers) or _joint(leaves, node, layers)
    if projections is None:
        return None
    form, parts, mlp = projections
    norms = dict(query_norms(node)) or _twin_norms(node, parts["q"].out if "q" in parts else parts["qkv"].out)
    return Projections(form, parts, norms, by_shape=True, mlp=mlp)


def _convolves(leaves: Mapping[str, Leaf], node: Node) -> bool:
    """Whether a depthwise convolution over time stands between in_proj and out_proj: a short convolution, gated."""
    if "in_proj" not in node.children or _is_attention(node.name):
        return False
    layers = (leaves.get(child.path) for child in node.children.values())
    return any(
        leaf is not None and isinstance(leaf.attributes, ConvAttributes) and leaf.attributes.depthwise
        for leaf in layers
    )


def _fused(node: Node, layers: Mapping[str, Layer]) -> Parts | None:
    """[3n, d] beside [d, n], or [n + 2m, d] where a name says attention: a fused projection and its output.

    n + 2m with m dividing n is several query heads to a key head. Such pairs alone could be an MLP that makes a
    modulation, so a name must say attention, or the names must say nothing at all.
    """
    if not 2 <= len(layers) <= 4:
        return None
    for big, out in permutations(layers.values(), 2):
        if out.inp >= big.out or out.out != big.inp:
            continue
        key_value_rows = big.out - out.inp
        if key_value_rows == 2 * out.inp and (_says_attention(node, big) or (len(layers) == 2 and _nameless(big, out))):
            return "fused_qkv", {"qkv": big, "o": out}, 0
        if key_value_rows % 2 == 0 and out.inp % (key_value_rows // 2) == 0 and _is_attention(big.path):
            return "fused_qkv", {"qkv": big, "o": out}, 0
    return None


def _single(node: Node, layers: Mapping[str, Layer]) -> Parts | None:
    """[3d + m, d] beside [d, d + m]: queries, keys, values and an MLP of m channels side by side in two matrices.

    A gated MLP of hidden width 2d has the same shapes as m = d, so that case is left out.
    """
    for big, out in permutations(layers.values(), 2):
        d = big.inp
        if out.out == d and d < out.inp != 2 * d and big.out - out.inp == 2 * d:
            return "fused_qkv", {"qkv": big, "o": out}, out.inp - d
    return None


def _packed(node: Node, layers: Mapping[str, Layer]) -> Parts | None:
    """An own parameter [3d, d] beside one layer [d, d], as torch.nn.MultiheadAttention keeps them."""
    if len(layers) != 1 or not _nameless(*layers.values()):
        return None
    out = next(iter(layers.values()))
    for local, spec in node.tensors.items():
        if len(spec.shape) == 2 and spec.shape == (3 * out.inp, out.out) and out.inp == out.out:
            return "fused_qkv", {"qkv": Layer(local, out.out, 3 * out.inp), "o": out}, 0
    return None


def _separate(leaves: Mapping[str, Leaf], node: Node, layers: Mapping[str, Layer]) -> Parts | None:
    """Four nameless matrices: [n, d], twice [m, e], and [d, n] back, with m dividing n; or three before such a one.

    A fifth, of few rows, may be a gate. Three may also be [d, d], [2d, e] and [d, d].
    """
    if not 3 <= len(layers) <= 5 or not all(_nameless(m) and _pointwise(leaves, node, m) for m in layers.values()):
        return None
    wide = sorted(layers.values(), key=lambda m: m.out)
    # five: the shortest may be a gate
    if len(wide) == 5:
        gate, *wide = wide
        if gate.out * _GATE_RATIO > wide[0].out:
            return None
    # three of one shape beside norms of queries and keys
    if len(wide) == 3 and len({m.widths for m in wide}) == 1 and _twin_norms(node, wide[0].out):
        return "separate", dict(zip(("q", "k", "v"), wide, strict=True)), 0
    # else the one order whose widths fit, with an output beside the module where three are inside
    outside = list(_sibling_layers(leaves, node)) if len(wide) == 3 else []
    for ordered in permutations(wide):
        parts = _four(ordered) if len(ordered) == 4 else _three(ordered, outside)
        if parts is not None:
            return ("separate" if "k" in parts else "fused_kv"), parts, 0
    return None


def _twin_norms(node: Node, rows: int) -> dict[str, tuple[str, Shape]]:
    """Two layers with one vector each, of equal size and dividing the rows: norms on queries and keys."""
    vectors = [
        (name, shapes[0])
        for name, child in node.children.items()
        if not child.children and len(shapes := [t.shape for t in child.tensors.values()]) == 1 and len(shapes[0]) == 1
    ]
    if (
        len(vectors) != 2
        or vectors[0][1] != vectors[1][1]
        or not 1 < vectors[0][1][0] < rows
        or rows % vectors[0][1][0]
    ):
        return {}
    return dict(zip(("q_norm", "k_norm"), vectors, strict=True))


def _joint(leaves: Mapping[str, Leaf], node: Node, layers: Mapping[str, Layer]) -> Parts | None:
    """Seven or eight nameless square matrices of one width: two sets of projections, and their outputs."""
    if len(layers) not in (7, 8) or len({m.widths for m in layers.values()}) != 1:
        return None
    ordered = sorted(layers.values(), key=lambda layer: layer.path)
    if ordered[0].out != ordered[0].inp or not all(_nameless(m) and _pointwise(leaves, node, m) for m in ordered):
        return None
    return "separate", dict(zip(("q", "k", "v", "o", "add_q", "add_k", "add_v", "add_o"), ordered, strict=False)), 0


def _four(layers: tuple[Layer, ...]) -> dict[str, Layer] | None:
    q, k, v, o = layers
    fits = k.widths == v.widths and q.out % k.out == 0 and (o.out, o.inp) == (q.inp, q.out)
    return {"q": q, "k": k, "v": v, "o": o} if fits else None


def _three(layers: tuple[Layer, ...], outside: list[Layer]) -> dict[str, Layer] | None:
    q, k, v = layers
    if q.out == q.inp == v.out == v.inp and k.out == 2 * q.out:
        return {"q": q, "kv": k, "o": v}
    if k.widths == v.widths and q.out % k.out == 0 and any((o.out, o.inp) == (q.inp, q.out) for o in outside):
        return {"q": q, "k": k, "v": v}
    return None


def _sibling_layers(leaves: Mapping[str, Leaf], node: Node) -> Iterator[Layer]:
    """Layers of the small modules next to a module."""
    parent = node.parent
    for name, child in parent.children.items() if parent is not None and len(parent.children) <= _FEW else ():
        if child is not node and child.n_tensors <= _SMALL:
            layer = matrix(leaves, child, name)
            if layer is not None:
                yield layer


def _pointwise(leaves: Mapping[str, Leaf], node: Node, layer: Layer) -> bool:
    leaf = leaves.get(child_path(node.path, layer.path))
    attributes = leaf.attributes if leaf is not None else None
    return not isinstance(attributes, ConvAttributes) or all(size == 1 for size in attributes.kernel)


def _says_attention(node: Node, layer: Layer) -> bool:
    """Whether the layer, its module, or the module around a nameless one is called an attention."""
    names = [layer.path, node.name]
    parent = node.parent
    if parent is not None and (node.name.isdigit() or len(node.name) <= 2):
        names.append(parent.name)
    return "in_proj" in layer.path or any(_is_attention(name) for name in names)


def _is_attention(name: str) -> bool:
    return "attn" in name.lower() or "attention" in name.lower() or bool(_ATTENTION & set(words(name)))


def _nameless(*layers: Layer) -> bool:
    """Whether no name is a plain word for a layer: two layers called linear_1 and linear_2 are an MLP by convention."""
    return not any(_is_plain(layer.path) for layer in layers)


def _is_plain(name: str) -> bool:
    name_words = words(name)
    return all(word in _PLAIN or word.isdigit() for word in name_words) or bool(read_name(name).letters)
