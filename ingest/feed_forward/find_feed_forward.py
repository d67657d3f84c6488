"""Feed-forwards: down(act(up x)), gated or plain, found by the widths of a module's matrices.

The shapes alone say most: up [h, d] and down [d, h] in one module that has no other matrix is an MLP; two ups are a
gate; an up of 2h rows onto a down of h columns is both in one matrix. Names decide where widths do not (h = d, h < d).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from archkb.ingest.analysis import Attention, ConvAttributes, FeedForward, Leaf, Structure
from archkb.ingest.feed_forward.mixture_of_experts import mixture, stacked_experts
from archkb.ingest.layers.layer_view import Layer, layer_of
from archkb.ingest.rules import Rule, fact, rule
from archkb.ingest.tree.module_tree import Node, Tree
from archkb.ingest.tree.name_words import is_of_time, vocabulary, words

_PLAIN = rule(
    "ff.plain",
    "shape",
    "A module whose only matrices are up [h, d] and down [d, h] is a plain MLP.",
    "definition of a position-wise feed-forward (Vaswani et al. 2017)",
)
_GATED = rule(
    "ff.gated",
    "shape",
    "Two matrices [h, d] beside one [d, h] are gate and up of a gated MLP.",
    "gated linear units (Shazeer 2020)",
)
_FUSED = rule(
    "ff.gated.fused",
    "shape",
    "An up matrix of 2h rows onto a down matrix of h columns holds gate and up in one.",
    "gated linear units (Shazeer 2020); GEGLU of diffusers' FeedForward",
)
_INLINE = rule(
    "ff.inline",
    "shape",
    "In a layer that has other parts, the one pair up [h, d], down [d, h] with h > d outside them is its MLP.",
)
_NAMED = rule("ff.named", "name", "A pair of matrices whose widths do not tell, in a module named as a feed-forward.")

_NAMES = vocabulary("mlp ffn ff feedforward fc ffw intermediate wi wo densereludense")
_FIRST = vocabulary("up in wi gate intermediate expand fc1 1 0")
_LAST = vocabulary("down out output wo proj project 2")
_CONDITION = vocabulary("norm adaln")
_FEW = 12
"""Most loose maps of a layer that may have an MLP among them."""
_NARROWEST = 4
"""An MLP by name narrows its stream to a fourth at most; what narrows more is an adapter or a gate."""


@dataclass(frozen=True, slots=True)
class _Content:
    """What a subtree holds: its loose maps (None: too many), and whether anything else with a matrix is there."""

    maps: tuple[Layer, ...] | None
    other: bool


_EMPTY = _Content((), False)


def find_feed_forwards(structure: Structure, attentions: Mapping[str, Attention]) -> dict[str, FeedForward]:
    """Feed-forwards by path; mixtures' wrappers too, with the form moe."""
    feed_forwards: dict[str, FeedForward] = {}
    contents: dict[int, _Content] = {}
    for node in reversed(structure.tree.distinct):
        if node.path in attentions or _conditions(node):
            contents[node.sig] = _Content((), True)
            continue
        content = _content(structure, node, contents)
        feed_forward = stacked_experts(node) or _only_mlp(structure, node, content) or _inline(structure, node, content)
        if feed_forward is not None:
            feed_forwards[feed_forward.path] = feed_forward
            content = _Content((), True)
        contents[node.sig] = content
    feed_forwards = dict(_climbed(structure.tree, feed_forwards))
    feed_forwards.update(mixture(structure.tree, feed_forwards))
    return feed_forwards


def _conditions(node: Node) -> bool:
    """Whether the module is a norm with maps of a condition, or is of time: no map is of the stream."""
    return bool(node.children) and (not _CONDITION.isdisjoint(words(node.name)) or is_of_time(node.name))


def _content(structure: Structure, node: Node, contents: dict[int, _Content]) -> _Content:
    """The node's own map, or those of its children under their names."""
    leaf = structure.leaves.get(node.path)
    if leaf is not None and leaf.role in ("Linear", "Conv", "Embedding", "Recurrent"):
        return _of_leaf(leaf)
    maps: list[Layer] = []
    other = any(sum(d > 1 for d in t.shape) > 1 for t in node.tensors.values()) and not node.children
    many = False
    for name, child in node.children.items():
        below = contents.get(child.sig, _EMPTY)
        other |= below.other
        if below.maps is None:
            many = other = True
        elif not many:
            maps.extend(replace(m, path=f"{name}.{m.path}" if m.path else name) for m in below.maps)
            many = len(maps) > _FEW
    return _Content(None if many else tuple(maps), other or many)


def _of_leaf(leaf: Leaf) -> _Content:
    """A matrix or pointwise convolution as a loose map; a depthwise convolution stands for nothing."""
    if isinstance(leaf.attributes, ConvAttributes):
        if leaf.attributes.depthwise:
            return _EMPTY
        if any(size != 1 for size in leaf.attributes.kernel):
            return _Content((), True)
    layer = layer_of(leaf, "")
    return _Content((layer,), False) if layer is not None else _Content((), True)


def _only_mlp(structure: Structure, node: Node, content: _Content) -> FeedForward | None:
    """The module is nothing but an MLP."""
    maps = content.maps
    if maps is None or content.other or len(maps) not in (2, 3) or any("lora" in words(m.path) for m in maps):
        return None
    shaped = _shaped(maps)
    if shaped is None:
        return None
    because, up, down, hidden = shaped
    # a squeeze-and-excitation gate is no feed-forward
    if all(m.conv for m in maps) and _squeezes(structure, node, down.out, hidden):
        return None
    # one that does not widen needs a name or a place in a stack
    if hidden <= down.out:
        stacked = node.parent is not None and node.parent.path in structure.stacks
        stacked = stacked and (up[0].out > hidden or not all(m.conv for m in maps))
        named = (_is_named(node) or (stacked and hidden == down.out)) and down.out <= _NARROWEST * hidden
        if not named and not _says_parts(up, down):
            return None
        because = _NAMED
    return _feed_forward(node.path, because, up, down, hidden, inline=False)


def _says_parts(ups: tuple[Layer, ...], down: Layer) -> bool:
    """Whether three matrices are called gate, up and down: an MLP however narrow it is."""
    names = [set(words(m.path)) for m in (*ups, down)]
    return (
        len(ups) == 2 and any("gate" in s for s in names) and any("up" in s for s in names[:2]) and "down" in names[-1]
    )


def _squeezes(structure: Structure, node: Node, width: int, hidden: int) -> bool:
    """Whether the layers beside two pointwise convolutions have their hidden width: then it is a gate read backwards.

    A squeeze-and-excitation reads the channels, narrows and widens; upside down it looks like an MLP.
    """
    siblings = node.parent.children.values() if node.parent is not None else ()
    sizes: set[int] = set()
    for child in siblings:
        for at in (child, *child.children.values()) if child is not node else ():
            leaf = structure.leaves.get(at.path)
            if leaf is not None and isinstance(leaf.attributes, ConvAttributes):
                sizes |= {leaf.attributes.in_channels, leaf.attributes.out_channels}
    return hidden in sizes and width not in sizes


def _shaped(maps: Sequence[Layer]) -> tuple[Rule, tuple[Layer, ...], Layer, int] | None:
    """(rule, ups, down, hidden) where the widths are those of an MLP.

    Read backwards the same two matrices are an MLP too: names tell which is down, and otherwise the wider hidden width.
    """
    fits = []
    for at, down in enumerate(maps):
        ups = tuple(m for m in maps if m is not down)
        rows = {u.out for u in ups}
        because = None
        if any(u.inp != down.out for u in ups):
            continue
        if rows == {down.inp}:
            because = _PLAIN if len(ups) == 1 else _GATED
        elif len(ups) == 1 and rows == {2 * down.inp} and _says_down(down, ups) >= 0:
            because = _FUSED
        if because is not None:
            fits.append((_says_down(down, ups), down.inp, at, because, ups, down))
    if not fits:
        return None
    _, hidden, _, because, ups, down = max(fits, key=lambda f: f[:3])
    return because, ups, down, hidden


def _says_down(down: Layer, ups: tuple[Layer, ...]) -> int:
    """1 where names agree that this one is the last, -1 where they say the contrary, 0 where they say nothing."""
    place = _place(down) - max((_place(u) for u in ups), key=abs)
    return (place > 0) - (place < 0)


def _place(m: Layer) -> int:
    """-1 where a name says first, 1 where it says last; `up_proj` is first although any matrix may be called proj."""
    name_words = set(words(m.path))
    return -1 if _FIRST & name_words and not _LAST & name_words - {"proj", "project"} else int(bool(_LAST & name_words))


def _inline(structure: Structure, node: Node, content: _Content) -> FeedForward | None:
    """The layer holds other things, and one pair (or triple) of loose maps that is an MLP. No layer holds a stack."""
    maps = content.maps
    if maps is None or len(maps) < 2 or not node.path or any(_is_stack(structure, c) for c in node.children.values()):
        return None
    # pairs of linear maps there and back, the first of which widens
    linear = [m for m in maps if not m.conv and not _adapts(m)]
    pairs = [
        (up, down)
        for up, down in combinations(linear, 2)
        for up, down in ((up, down), (down, up))
        if up.inp == down.out and up.out == down.inp and up.out > up.inp
    ]
    # all share one way back; a gate alone is no pair
    downs = {d.path: d for _, d in pairs}
    if len(downs) != 1:
        return None
    down = next(iter(downs.values()))
    ups = tuple(u for u, _ in pairs)
    if len(ups) > 2 or (len(ups) == 1 and "gate" in words(ups[0].path)):
        return None
    return _feed_forward(node.path, _INLINE, ups, down, down.inp, inline=True)


def _is_stack(structure: Structure, node: Node) -> bool:
    stack = structure.stacks.get(node.path)
    return stack is not None and stack.blocks and any(c.children for c in node.children.values())


def _adapts(m: Layer) -> bool:
    """Whether a matrix is half of a low-rank delta, or stands before or after another sublayer: project_in."""
    name_words = words(m.path)
    return "lora" in name_words or name_words in (("project", "in"), ("project", "out"))


def _feed_forward(
    path: str, because: Rule, up: tuple[Layer, ...], down: Layer, hidden: int, *, inline: bool
) -> FeedForward:
    gated = len(up) == 2 or up[0].out == 2 * hidden
    evidence = ", ".join(f"{m.path} [{m.out}, {m.inp}]" for m in (*up, down))
    gate = _gate(up) if len(up) == 2 else None
    return FeedForward(
        path=path,
        form=fact("gated" if gated else "plain", because, evidence),
        width=down.out,
        hidden=hidden,
        up=tuple(m.path for m in up),
        down=down.path,
        gate=gate,
        inline=inline,
    )


def _gate(ups: tuple[Layer, ...]) -> str | None:
    named = [m.path for m in ups if "gate" in words(m.path) or m.path.endswith(("_g", "w1"))]
    return named[0] if len(named) == 1 else None


def _is_named(node: Node) -> bool:
    for at in (node, node.parent):
        if at is not None and (_NAMES & set(words(at.name)) or {"feed", "forward"} <= set(words(at.name))):
            return True
    return False


def _climbed(tree: Tree, feed_forwards: dict[str, FeedForward]) -> Iterator[tuple[str, FeedForward]]:
    """Each under the outermost module that holds nothing else."""
    for path, item in feed_forwards.items():
        node, prefix = tree.nodes[path], ""
        while not item.inline and node.parent is not None and node.parent.path and _only(node.parent):
            prefix = f"{node.name}.{prefix}"
            node = node.parent
        if prefix:
            item = replace(
                item,
                path=node.path,
                up=tuple(prefix + u for u in item.up),
                down=prefix + item.down,
                gate=prefix + item.gate if item.gate else None,
            )
        yield node.path, item


def _only(parent: Node) -> bool:
    return len(parent.children) == 1 and not parent.tensors
