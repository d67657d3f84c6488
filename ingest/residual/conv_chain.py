"""The chain of convolutions of a block: gates left out, the short way found, and what an addition goes around."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise

from archkb.ingest.analysis import Leaf
from archkb.ingest.layers.layer_view import Layer
from archkb.ingest.residual.layer_chain import ends, is_norm, is_shortcut, layers
from archkb.ingest.tree.module_tree import Node
from archkb.ingest.tree.name_words import vocabulary, words

_GATE = vocabulary("se squeeze excite excitation attention ca attn gate fc1 fc2 fc sca avg")
_CONDITION = vocabulary("emb embed time temb cond style")


def joined(chain: list[Layer]) -> list[Layer]:
    """The chain without gates on the channels. A layer beside a gate of its own module may have its splits summed."""
    aside = {m.path.rpartition(".")[0] for m in chain if is_aside(m.path)}
    main = [m for m in chain if not is_aside(m.path)]
    for at, (m, after) in enumerate(pairwise(main)):
        module = m.path.rpartition(".")[0]
        if module and module in aside and after.inp < m.out and m.out % after.inp == 0:
            main[at] = replace(m, out=after.inp)
    return main


def short_way(node: Node, mixing: list[Layer]) -> list[Layer]:
    """The one pointwise convolution of its own module whose widths are those of all the others together."""
    for m in reversed(mixing):
        others = [other for other in mixing if other is not m]
        alone = m.path.partition(".")[0] not in {other.path.partition(".")[0] for other in others}
        if m.kernel == 1 and m.inp != m.out and alone and len(others) > 1 and ends(others) == (m.inp, m.out):
            return [m]
    return []


def around_chain(leaves: Mapping[str, Leaf], node: Node, short: set[str]) -> Iterator[str]:
    """Names of what the addition goes around: no shortcut, no norm, no map of a condition."""
    for name, child in node.children.items():
        if name in short or is_shortcut(name) or _CONDITION & set(words(name)) or is_norm(leaves, child):
            continue
        maps = layers(leaves, child.representative) or ()
        if len(maps) == 1 and not maps[0].conv:
            continue
        yield from _bare(leaves, child.representative, name)


def _bare(leaves: Mapping[str, Leaf], node: Node, at: str) -> Iterator[str]:
    """The module's path, or those of its parts where a norm below it has maps of a condition."""
    if node.tensors or not any(is_norm(leaves, n) and layers(leaves, n) for n in node.distinct() if n.children):
        yield at
        return
    for name, child in node.children.items():
        if not is_norm(leaves, child):
            yield from _bare(leaves, child.representative, f"{at}.{name}")


def is_aside(path: str) -> bool:
    """Whether a layer lies in a gate on the channels, which is no step of the chain."""
    return any(_GATE & set(words(part)) for part in path.split("."))


def dense_width(chain: list[Layer]) -> int | None:
    """The width of a dense chain: all that was written is read again, the last writes it."""
    width = chain[0].inp
    written = width
    for m in chain[:-1]:
        if m.inp != written or not m.conv:
            return None
        written += m.out
    last = chain[-1]
    return width if len(chain) > 2 and last.inp == written and last.out == width and written > width else None


def are_branches(main: list[Layer]) -> bool:
    """A 3-kernel beside a 1-kernel of the same widths: two ways at once, folded into one for use.

    A numbered 1-kernel before the numbered 3-kernel is a step of its own; one beside a depthwise convolution is too.
    """
    if len(main) != 2 or sorted(m.kernel for m in main) != [1, 3] or any(m.depthwise for m in main):
        return False
    numbered = all(m.path.partition(".")[0][-1:].isdigit() for m in main)
    return (main[0].inp, main[0].out) == (main[1].inp, main[1].out) and not (numbered and main[0].kernel == 1)
