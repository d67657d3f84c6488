"""Additions around what keeps a block's width and is neither attention nor feed-forward: state spaces, token mixers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from archkb.ingest.analysis import Branch, Residual, Sublayers
from archkb.ingest.attention.projection_names import read_name
from archkb.ingest.residual.layer_chain import (
    A_PART,
    A_SUBLAYER,
    A_WRAPPED_MODULE,
    is_norm,
    layers,
    norm_widths,
)
from archkb.ingest.rules import fact, rule
from archkb.ingest.tree.module_tree import Node
from archkb.ingest.tree.name_words import is_of_time, vocabulary, words
from archkb.kb.values import Fact

_MIXER = rule(
    "residual.mixer",
    "neighbour",
    "In a block of sublayers, or beside a single norm, a module that writes the width it reads is added too.",
)
_POSITION = rule(
    "residual.position",
    "name",
    "A convolution named for positions that keeps its channels is added to what it reads.",
    "conditional position encodings (Chu et al. 2021); wav2vec 2.0 (Baevski et al. 2020)",
)

_WRAPPER = rule(
    "residual.wrapper",
    "name",
    "A numbered module that holds one module called fn and nothing else adds what fn makes to its input.",
    "Residual(fn) of x-transformers and its relatives",
)
_DEPTHWISE = rule(
    "residual.depthwise",
    "neighbour",
    "A depthwise convolution of the stream's width, beside an attention of a block and outside its MLP, is added.",
    "DaViT (Ding et al. 2022); CPVT (Chu et al. 2021)",
)

_SIDE = vocabulary(
    "norm ln layernorm rmsnorm bn mod adaln embed embedding emb pos position rel rotary rope se squeeze gate"
    " shortcut downsample upsample router"
)
_LONG = 16
"""A grouped convolution of at least this kernel is no patch embedding."""
_NARROW = 4
"""Two maps over a width under a fourth of the stream's are a gate on it, no mixer; three or more are one."""
_PLACE = vocabulary("pos peg cpe position positional")


def mixer_residuals(sublayers: Sublayers, residuals: list[Residual]) -> list[Residual]:
    """Additions of the modules beside known sublayers, alone beside a norm, or convolving positions."""
    known = _Known.of(residuals)
    taken = set(sublayers.attentions) | set(sublayers.feed_forwards)
    out = []
    for node in sublayers.tree.distinct:
        if not node.path or node.path in taken or "" in known.covered.get(node.path, ()):
            continue
        alone = _alone(sublayers, node) if node.path not in known.covered else ()
        for child in node.children.values():
            form = _form(sublayers, node, child, known, alone)
            if form is not None:
                out.append(Residual(node.path, (child.name,), form))
    return out


class _Known(NamedTuple):
    """The additions found so far, by block: names covered, widths added to, how many; and the blocks that attend."""

    covered: dict[str, set[str]]
    widths: dict[str, set[int]]
    additions: Counter[str]
    attended: frozenset[str]

    @classmethod
    def of(cls, residuals: list[Residual]) -> _Known:
        """What these additions say of their blocks."""
        covered: dict[str, set[str]] = {}
        widths: dict[str, set[int]] = {}
        for r in residuals:
            covered.setdefault(r.block, set()).update(a.split(".")[0] for a in r.around)
            if r.width is not None:
                widths.setdefault(r.block, set()).add(r.width)
        attended = frozenset(r.block for r in residuals if r.branch is Branch.ATTENTION)
        return cls(covered, widths, Counter(r.block for r in residuals), attended)


def _form(sublayers: Sublayers, node: Node, child: Node, known: _Known, alone: tuple[Node, ...]) -> Fact | None:
    """Why a child of a module is added to what it reads, the likeliest reason first; None where nothing says so."""
    covered, widths = known.covered.get(node.path), known.widths.get(node.path, set())
    # beside known sublayers of the block, or as the only one beside its norm
    if covered is None:
        fits = child in alone
    else:
        fits = child.name not in covered and (
            _keeps(sublayers, child, widths) or _is_left(sublayers, node, child, covered, known.additions[node.path])
        )
    if fits and not any(n.path in known.covered for n in child.distinct()):
        return fact("identity", _MIXER, "reads and writes the width of the stream beside it")
    # all that its numbered module holds
    if _wraps(sublayers, node, child, known.covered):
        return fact("identity", _WRAPPER, f"{child.name} is all that {node.name} holds, and keeps its width")
    # a convolution of each channel for itself: beside an attention, or named for positions
    if node.path in known.attended and _depthwise(sublayers, child, widths):
        return fact("identity", _DEPTHWISE, f"{child.name} keeps the stream's channels apart")
    if _convolves_positions(sublayers, child):
        return fact("identity", _POSITION, f"{child.name} keeps its channels")
    return None


def _alone(sublayers: Sublayers, node: Node) -> tuple[Node, ...]:
    """The modules beside norms in a stack's child, one a norm, each with maps that read and write the norms' width."""
    parent = node.parent
    if parent is None or not (
        parent.path in sublayers.stacks or (parent.parent and parent.parent.path in sublayers.stacks)
    ):
        return ()
    # no more mixers than norms, each reading and writing the width of the norms
    norms = [c for c in node.children.values() if is_norm(sublayers.leaves, c)]
    others = [c for c in node.children.values() if c not in norms and (c.children or c.tensors)]
    wide = norm_widths(sublayers.leaves, node)
    if not norms or len(others) > len(norms) or not all(c.children and _spans(sublayers, c, wide) for c in others):
        return ()
    # convolutions alone are a step of a convolutional block
    chains = [layers(sublayers.leaves, c, A_SUBLAYER) or [] for c in others]
    if len(others) == 1 and all(m.conv for m in chains[0]):
        return ()
    steps = all("conv" in words(c.name) for c in others)
    return tuple(others) if all(len(maps) > 1 for maps in chains) and not steps else ()


def _spans(sublayers: Sublayers, child: Node, widths: set[int]) -> bool:
    """Whether the last map of a module writes one of the widths, and some map reads it, whole or in groups."""
    every = layers(sublayers.leaves, child, A_SUBLAYER) or []
    mixing = [m for m in every if not m.depthwise] or every
    read = {m.inp for m in mixing}
    groups = {m.inp for m in mixing if m.conv and m.kernel > 1}
    return any(any(m.out == w for m in mixing) and (w in read or any(w % inp == 0 for inp in groups)) for w in widths)


def _keeps(sublayers: Sublayers, child: Node, widths: set[int]) -> bool:
    """Whether a further module of a known block maps its stream to itself and is not a norm, a gate or a position."""
    if (
        not child.children
        or _SIDE & set(words(child.name))
        or is_of_time(child.name)
        or is_norm(sublayers.leaves, child)
        or read_name(child.name).letters
    ):
        return False
    chain = layers(sublayers.leaves, child, A_SUBLAYER)
    if not chain or not _spans(sublayers, child, widths):
        return False
    if len(chain) == 1:
        return len(child.children) == 1 and not child.tensors
    narrow = min(m.out for m in chain) < min(widths) // _NARROW
    return len(chain) > 1 and not (narrow and len(chain) < 3 and not child.tensors)


def _is_left(sublayers: Sublayers, node: Node, child: Node, taken: set[str], known: int) -> bool:
    """Whether a block has one norm more than known sublayers, and only this child is left with a matrix for it."""
    if not node.name.isdigit() or _SIDE & set(words(child.name)) or is_of_time(child.name):
        return False
    norms = [c for c in node.children.values() if "norm" in c.name.lower() or is_norm(sublayers.leaves, c)]
    candidates = [c for n, c in node.children.items() if n not in taken and c not in norms and _has_matrix(c)]
    maps = layers(sublayers.leaves, child, 1) or []
    concatenates = not child.children and len(maps) == 1 and maps[0].inp != maps[0].out
    return candidates == [child] and len(norms) == known + 1 and not concatenates


def _has_matrix(node: Node) -> bool:
    return any(sum(d > 1 for d in t.shape) > 1 for n in node.distinct() for t in n.tensors.values())


def _wraps(sublayers: Sublayers, node: Node, child: Node, covered: Mapping[str, set[str]]) -> bool:
    """Whether a numbered module holds a module called fn and nothing else, and that one keeps its width."""
    if child.name != "fn" or len(node.children) > 1 or node.tensors or not node.name.isdigit():
        return False
    maps = layers(sublayers.leaves, child, A_WRAPPED_MODULE) or []
    return len(maps) > 0 and maps[0].inp == maps[-1].out and not any(n.path in covered for n in child.distinct())


def _depthwise(sublayers: Sublayers, child: Node, widths: set[int]) -> bool:
    """Whether a layer convolves each channel of the stream for itself, with an odd kernel."""
    maps = layers(sublayers.leaves, child, 1) or []
    return (
        len(maps) == 1
        and not child.children
        and maps[0].depthwise
        and maps[0].kernel % 2 == 1
        and maps[0].out in widths
    )


def _convolves_positions(sublayers: Sublayers, child: Node) -> bool:
    above = child.parent if child.name.isdigit() and child.children else child
    if (
        above is None
        or not _PLACE & set(words(above.name))
        or any(a.path in sublayers.attentions for a in child.ancestors())
    ):
        return False
    chain = layers(sublayers.leaves, child.representative, A_PART) or []
    keeps = all(m.conv and m.kernel > 1 and (m.inp == m.out or m.kernel >= _LONG) for m in chain)
    return 0 < len(chain) <= 2 and keeps
