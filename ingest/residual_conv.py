"""Additions around chains of convolutions: residual blocks of convolutional nets, with or without a shortcut."""

from __future__ import annotations

from ingest.analysis import Residual, Scene
from ingest.residual_maps import ends, is_norm, is_shortcut, layers
from ingest.rules import fact, rule
from ingest.tree import Node
from ingest.words import vocabulary, words

_IDENTITY = rule(
    "residual.conv.identity",
    "shape",
    "A repeated block whose convolutions lead back to the width they start from adds its input.",
    "residual networks (He et al. 2015); inverted residuals (Sandler et al. 2018)",
)
_PROJECTION = rule(
    "residual.conv.projection",
    "shape",
    "A block with a second, shorter way from the width it reads to the width it writes adds the two.",
    "residual networks (He et al. 2015)",
)

_NO_BLOCK = vocabulary("head classifier stem upsample downsample downsampler upsampler down up pool fpn features")
_GATE = vocabulary("se squeeze excite excitation attention ca attn gate fc1 fc2 fc sca avg")
_CONDITION = vocabulary("emb embed time temb cond style")
_NAMED = vocabulary("block res residual resnet unit bottleneck resblock resblocks basicblock layer")


def conv_residuals(scene: Scene, found: list[Residual]) -> list[Residual]:
    """Additions of convolutional blocks; blocks that hold attentions or feed-forwards are left to their own rules.

    The innermost module that qualifies is the block: a list of residual blocks is none itself.
    """
    busy = {r.block for r in found} | set(scene.attentions) | set(scene.feed_forwards)
    out: list[Residual] = []
    blocked: set[int] = set()
    plain = _plain_stacks(scene)
    for node in reversed(list(scene.tree.root.distinct())):
        inner = any(
            id(c) in blocked or (c.twin_of is not None and id(c.twin_of) in blocked) for c in node.children.values()
        )
        if inner or node.path in busy:
            blocked.add(id(node))
            continue
        parent = node.parent
        if not node.path or (parent is not None and parent.path in plain):
            continue
        made = _block(scene, node)
        if made is not None:
            out.append(made)
            blocked.add(id(node))
    return out


def _plain_stacks(scene: Scene) -> set[str]:
    """Stacks in which a child of full convolutions changes the width without a shortcut: then none of them adds."""
    out = set()
    for path, stack in scene.stacks.items():
        for name in stack.children:
            child = scene.tree.nodes[path].children.get(name)
            if child is None or child.twin_of is not None:
                continue
            found = layers(scene, child, 24)
            if not found or any(is_shortcut(m.path) or m.depthwise or not m.conv for m in found):
                continue
            through = ends(found)
            wide = [m for m in found if m.kernel > 1]
            if through is not None and through[0] != through[1] and len(wide) == len(found) == 2:
                out.add(path)
    return out


def _block(scene: Scene, node: Node) -> Residual | None:
    """The addition of one block, None where its widths or its place say there is none."""
    if _NO_BLOCK & set(words(node.name)) or not _stands_as_block(scene, node):
        return None
    found = layers(scene, node)
    if not found:
        return None
    main = [m for m in found if m.conv and not is_shortcut(m.path) and not _aside(m.path)]
    mixing = [m for m in main if not m.depthwise]
    through = ends(main) if len(mixing) > 1 else None
    if through is None:
        return None
    short = [m for m in found if is_shortcut(m.path) and not m.depthwise]
    around = tuple(name for name in node.children if not is_shortcut(name) and not _CONDITION & set(words(name)))
    seen = ", ".join(f"{m.path} {m.inp}→{m.out}" for m in main)
    if short and (short[0].inp, short[-1].out) == through:
        seen += f"; {short[0].path} {short[0].inp}→{short[-1].out} beside them"
        return Residual(
            node.path, around, fact("projection", _PROJECTION, seen), width=through[1], shortcut=short[0].path
        )
    if through[0] == through[1] and not short:
        return Residual(node.path, around, fact("identity", _IDENTITY, seen), width=through[0])
    return None


def _aside(path: str) -> bool:
    """Whether a layer lies in a gate on the channels, which is no step of the chain."""
    return any(_GATE & set(words(part)) for part in path.split("."))


def _stands_as_block(scene: Scene, node: Node) -> bool:
    """Numbered, named as a block, or one of several of its name, with a norm below unless its name says block."""
    parent = node.parent
    if parent is None:
        return False
    if node.name.isdigit():
        return True
    if _NAMED & set(words(node.name)):
        return True
    return _kin(parent, node) and any(is_norm(scene, n) for n in node.distinct())


def _kin(parent: Node, node: Node) -> bool:
    stem = [w for w in words(node.name) if not w.isdigit()]
    return any(
        other is not node and other.children and [w for w in words(other.name) if not w.isdigit()] == stem
        for other in parent.children.values()
    )
