"""Additions around the sublayers of a block: attention, feed-forward, and whatever else keeps the stream's width.

A sublayer writes the width it reads; a block is what holds it together with a norm or with other sublayers. Where the
norm stands (before, after, both) changes nothing about there being an addition.
"""

from __future__ import annotations

from ingest.analysis import Attention, FeedForward, Residual, Scene
from ingest.residual_maps import ends, is_norm, layer_of, layers, norm_widths
from ingest.rules import Rule, fact, rule
from ingest.tree import Node
from ingest.words import vocabulary, words

_ATTENTION = rule(
    "residual.attention",
    "shape",
    "An attention of a block that writes the width its queries read is added to the stream.",
    "pre-norm and post-norm transformer blocks",
)
_FUSED = rule(
    "residual.parallel",
    "shape",
    "Where one matrix of a block takes the attention's output beside an MLP's, both are one sublayer.",
    "single-stream blocks of MM-DiT; ViT-22B",
)
_FEED_FORWARD = rule(
    "residual.feed_forward",
    "shape",
    "A feed-forward of a block is added to the stream it reads.",
    "pre-norm and post-norm transformer blocks",
)
_CONV_MLP = rule(
    "residual.conv_mlp",
    "shape",
    "A depthwise convolution before the only MLP of a block is inside the MLP's addition.",
    "ConvNeXt (Liu et al. 2022)",
)
_MIXER = rule(
    "residual.mixer",
    "neighbour",
    "In a block of sublayers, or beside a single norm, a module that writes the width it reads is added too.",
)

_POOLING = vocabulary("pool pooling pooler probe head classifier predictor")
_SIDE = vocabulary(
    "norm ln layernorm rmsnorm bn mod modulation adaln embed embedding emb pos position rel rotary rope se squeeze gate"
    " shortcut downsample upsample router"
)


def sublayer_residuals(scene: Scene) -> list[Residual]:
    """Additions of all attentions, feed-forwards and mixers."""
    out: list[Residual] = []
    for path, found in scene.attentions.items():
        made = _attention(scene, scene.tree.nodes[path], found)
        if made is not None:
            out.append(made)
    wrappers = {p for p, f in scene.feed_forwards.items() if f.form.value == "moe"}
    merged = {r.block: r for r in out if len(r.around) > 1}
    for path, ff in scene.feed_forwards.items():
        node = scene.tree.nodes[path]
        if any(a.path in wrappers for a in node.ancestors()) or not _in_block(scene, node) or path in merged:
            continue
        out.append(_feed_forward(scene, node, ff))
    return out + _mixers(scene, out)


def _in_block(scene: Scene, node: Node) -> bool:
    """Below a stack's child, or beside a norm; and not a head that pools."""
    if _POOLING & set(words(node.name)):
        return False
    if any(a.name.isdigit() and a.parent is not None and a.parent.path for a in (node, *node.ancestors())):
        return True
    return node.parent is not None and any(is_norm(scene, c) for c in node.parent.children.values())


def _around(node: Node, because: Rule, seen: str, width: int | None) -> Residual:
    """An addition around a module: in its parent, or in itself where it is a numbered child."""
    form = fact("identity", because, seen)
    parent = node.parent
    if node.name.isdigit() or parent is None:
        return Residual(node.path, ("",), form, width=width)
    return Residual(parent.path, (node.name,), form, width=width)


def _attention(scene: Scene, node: Node, found: Attention) -> Residual | None:
    reads, writes = found.q_dim, found.out_dim
    if not _in_block(scene, node):
        return None
    if "o" not in found.parts and found.form != "mla":
        merged = _merged(scene, node, found)
        if merged is not None:
            return merged
        outer = _with_output(scene, node, reads)
        if outer is not None:
            return _around(outer, _ATTENTION, f"reads {reads}, the matrix beside it writes {reads}", reads)
    if writes is not None and reads is not None and reads != writes:
        return None
    if any(n.path in scene.feed_forwards for n in node.distinct()):
        parts = tuple(dict.fromkeys(found.parts.values()))
        form = fact("identity", _ATTENTION, f"{', '.join(parts)} read and write {reads}")
        return Residual(node.path, parts, form, width=reads) if parts else None
    return _around(node, _ATTENTION, f"reads {reads}, writes {writes or reads}", reads)


def _merged(scene: Scene, node: Node, found: Attention) -> Residual | None:
    """up [h, d] beside the attention and one out [d, h + inner] for both."""
    parent = node.parent
    if parent is None or found.inner_dim is None:
        return None
    direct = {}
    for name, child in parent.children.items():
        leaf = scene.leaves.get(child.path)
        made = layer_of(leaf, name) if leaf is not None and not child.children else None
        if made is not None:
            direct[name] = made
    for out in direct.values():
        for up in direct.values():
            if out.out == found.q_dim == up.inp and out.inp in (
                up.out + found.inner_dim,
                up.out // 2 + found.inner_dim,
            ):
                seen = f"{up.path} {up.inp}→{up.out}, {out.path} {out.inp}→{out.out} takes attention and MLP"
                return Residual(
                    parent.path, (node.name, up.path, out.path), fact("identity", _FUSED, seen), width=out.out
                )
    return None


def _with_output(scene: Scene, node: Node, reads: int | None) -> Node | None:
    """The parent, when all it adds to the attention is one matrix back to the width that is read."""
    parent = node.parent
    if parent is None or node.name.isdigit() or parent.path in scene.stacks:
        return None
    beside = [c for c in parent.children.values() if c is not node]
    found = [m for c in beside for m in layers(scene, c, 2) or ()]
    inside = any(c.path in scene.feed_forwards or c.path in scene.attentions for c in beside)
    norms = any(is_norm(scene, c) for c in beside)
    return parent if len(found) == 1 and found[0].out == reads and not inside and not norms else None


def _feed_forward(scene: Scene, node: Node, ff: FeedForward) -> Residual:
    seen = f"reads and writes {ff.width}"
    block = node if ff.inline else node.parent
    parts = (*ff.up, ff.down) if ff.inline else (node.name,)
    if (block is not None and not node.name.isdigit()) or ff.inline:
        assert block is not None
        before = _depthwise(scene, block, ff)
        if before:
            return Residual(block.path, (*before, *parts), fact("identity", _CONV_MLP, seen), width=ff.width)
        if ff.inline:
            return Residual(block.path, parts, fact("identity", _FEED_FORWARD, seen), width=ff.width)
    return _around(node, _FEED_FORWARD, seen, ff.width)


def _depthwise(scene: Scene, block: Node, ff: FeedForward) -> tuple[str, ...]:
    """Names of the depthwise convolutions in a block that has one norm, one MLP and nothing else with a matrix."""
    out = []
    norms = sum(is_norm(scene, c) for c in block.children.values())
    for name, child in block.children.items():
        found = layers(scene, child, 8)
        if found is None or (child.path in scene.attentions or child.path in scene.stacks):
            return ()
        kernels = [m for m in found if m.depthwise and m.kernel > 1]
        if kernels and all(m.depthwise for m in found) and kernels[0].out == ff.width:
            out.append(name)
    return tuple(out) if norms <= 1 and len(out) == 1 else ()


def _mixers(scene: Scene, found: list[Residual]) -> list[Residual]:
    """Other width-keeping modules of blocks that are known to have sublayers, or alone beside one norm in a stack."""
    covered: dict[str, set[str]] = {}
    widths: dict[str, set[int]] = {}
    for r in found:
        covered.setdefault(r.block, set()).update(a.split(".")[0] for a in r.around)
        if r.width is not None:
            widths.setdefault(r.block, set()).add(r.width)
    out = []
    for node in scene.tree.root.distinct():
        if node.path in scene.attentions or node.path in scene.feed_forwards or "" in covered.get(node.path, ()):
            continue
        alone = _alone(scene, node) if node.path not in covered else None
        for name, child in node.children.items():
            if node.path in covered:
                fits = name not in covered[node.path] and _keeps(scene, child, widths.get(node.path, set()))
            else:
                fits = child is alone
            if fits and not _holds(child, covered):
                out.append(_around(child, _MIXER, "reads and writes the width of the stream beside it", None))
    return out


def _alone(scene: Scene, node: Node) -> Node | None:
    """The one module beside norms in a stack's child, when something in it reads and something writes their width."""
    if node.parent is None or node.parent.path not in scene.stacks:
        return None
    norms = [c for c in node.children.values() if is_norm(scene, c)]
    rest = [c for c in node.children.values() if c not in norms]
    wide = norm_widths(scene, node)
    if not norms or len(rest) != 1 or not rest[0].children:
        return None
    found = layers(scene, rest[0], 24) or []
    mixing = [m for m in found if not m.depthwise]
    if not any(not m.conv for m in mixing) or not (
        any(m.inp in wide for m in mixing) and any(m.out in wide for m in mixing)
    ):
        return None
    return rest[0]


def _keeps(scene: Scene, child: Node, widths: set[int]) -> bool:
    """Whether a further module of a known block maps its stream to itself and is not a norm, a gate or a position."""
    if not child.children or _SIDE & set(words(child.name)) or is_norm(scene, child):
        return False
    found = layers(scene, child, 24)
    through = ends(found) if found else None
    if not found or through is None or through[0] != through[1] or through[0] not in widths:
        return False
    wrapped = len(child.children) == 1 and not child.tensors
    return wrapped or (len(found) > 1 and min(m.out for m in found) >= through[0] // 2)


def _holds(node: Node, covered: dict[str, set[str]]) -> bool:
    return any(n.path in covered for n in node.distinct())
