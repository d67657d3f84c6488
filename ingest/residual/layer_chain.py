"""The maps of a subtree in the order of its names, and what they do to a width: what an addition needs to know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from archkb.ingest.analysis import Leaf
from archkb.ingest.layers.layer_view import Layer, layer_of
from archkb.ingest.tree.module_tree import Node
from archkb.ingest.tree.name_words import vocabulary, words
from archkb.kb.paths import child_path

SHORTCUT = vocabulary("shortcut skip downsample identity nin sc")
"""Words that name the map on the short way of a projection block."""
_NORM_NAMES = vocabulary("norm ln layernorm rmsnorm bn")


A_PART, A_SUBLAYER_OF_CONVOLUTIONS, A_WRAPPED_MODULE, A_BLOCK, A_SUBLAYER, A_STAGE = 4, 8, 16, 32, 64, 128
"""Most layers a module of that sort may have. A rule does not take what has more for one, and no header makes a walk
long. Set by hand."""


DEEP = 16
"""Levels below which a module's layers are not looked for. Those of published blocks stand a handful of levels down; a
walk from each module of a longer way down would cost the square of its length. Set by hand."""


def layers(leaves: Mapping[str, Leaf], node: Node, limit: int = A_BLOCK) -> list[Layer] | None:
    """Layers below a node in natural order, equal siblings included, norms' own maps left out.

    None where there are more than `limit`, or where the way down to them is longer than DEEP.
    """
    if node.height > DEEP:
        return None
    out: list[Layer] = []
    for layer in _walk(leaves, node):
        out.append(layer)
        if len(out) > limit:
            return None
    return out


_Place = tuple[Node, str, Node]
"""A module, its path below the top, and the representative that rules saw in its place."""


def _walk(leaves: Mapping[str, Leaf], top: Node) -> Iterator[Layer]:
    levels: list[Iterator[_Place]] = [iter(((top, "", top),))]
    while levels:
        place = next(levels[-1], None)
        if place is None:
            levels.pop()
            continue
        leaf = leaves.get(place[2].path)
        layer = layer_of(leaf, place[1]) if leaf is not None else None
        if layer is not None:
            yield layer
        if place[0].children:
            levels.append(_below(*place))


def _below(node: Node, at: str, seen_as: Node) -> Iterator[_Place]:
    """The children that are no norms."""
    for name, child in node.children.items():
        if not (child.children and _NORM_NAMES & set(words(name))):
            yield child, child_path(at, name), child.twin_of or seen_as.children[name]


def direct_layers(leaves: Mapping[str, Leaf], node: Node) -> dict[str, Layer]:
    """Layers that stand directly in a module, by name."""
    out = {}
    for name, child in node.children.items():
        leaf = leaves.get(child.representative.path)
        layer = layer_of(leaf, name) if leaf is not None and not child.children else None
        if layer is not None:
            out[name] = layer
    return out


def ends(steps: Sequence[Layer]) -> tuple[int, int] | None:
    """(width read, width written) by the whole when its layers can be walked one after the other; None otherwise.

    Names give the order; where they do not chain, the widths do: every layer but one reads what another writes. A
    convolution that reads a divisor of what is written before it is grouped.
    """
    chain = [m for m in steps if not m.depthwise]
    if not chain:
        return (steps[0].inp, steps[-1].out) if steps else None
    if all(follows(a, b) for a, b in pairwise(chain)):
        return chain[0].inp, chain[-1].out
    balance: dict[int, int] = {}
    for m in chain:
        balance[m.inp] = balance.get(m.inp, 0) + 1
        balance[m.out] = balance.get(m.out, 0) - 1
    starts = [w for w, n in balance.items() if n > 0]
    stops = [w for w, n in balance.items() if n < 0]
    if not starts and not stops:
        return chain[0].inp, chain[0].inp
    if len(starts) == len(stops) == 1 and balance[starts[0]] == 1:
        return starts[0], stops[0]
    return None


def follows(a: Layer, b: Layer) -> bool:
    """Whether `b` can read what `a` writes."""
    return a.out == b.inp or (b.conv and b.kernel > 1 and b.inp < a.out and a.out % b.inp == 0)


def is_shortcut(path: str) -> bool:
    """Whether a segment of a relative path names the short way."""
    return any(SHORTCUT & set(words(part)) for part in path.split(".")[:2])


def is_norm(leaves: Mapping[str, Leaf], node: Node) -> bool:
    """Whether the module is a norm, or holds nothing but one, or is named as one."""
    for _ in range(DEEP):
        leaf = leaves.get(node.path)
        if leaf is not None and leaf.role == "Norm":
            return True
        if node.children and _NORM_NAMES & set(words(node.name)):
            return True
        if len(node.children) != 1 or node.tensors:
            return False
        node = next(iter(node.children.values()))
    return False


def norm_widths(leaves: Mapping[str, Leaf], node: Node) -> set[int]:
    """Sizes of the norms that stand directly in a module."""
    norms = [c for c in node.children.values() if is_norm(leaves, c)]
    return {t.shape[-1] for n in norms for c in n.distinct() for t in c.tensors.values() if len(t.shape) == 1}
