"""Additions around the sublayers of a block: attention, feed-forward, and whatever else keeps the stream's width.

A sublayer writes the width it reads; a block is what holds it together with a norm or with other sublayers. Where the
norm stands (before, after, both) changes nothing about there being an addition.
"""

from __future__ import annotations

from dataclasses import replace

from archkb.ingest.analysis import Attention, Branch, FeedForward, Residual, Sublayers
from archkb.ingest.residual.layer_chain import A_SUBLAYER_OF_CONVOLUTIONS, direct_layers, is_norm, layers, norm_widths
from archkb.ingest.residual.wide_additions import JOINED, bottleneck, joined_mlp
from archkb.ingest.rules import Rule, fact, rule
from archkb.ingest.tree.module_tree import Node
from archkb.ingest.tree.name_words import vocabulary, words

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
_PROJECTED = rule(
    "residual.attention.projected",
    "shape",
    "Beside an attention that writes another width than it reads, one matrix between the two widths is the short way.",
    "multiscale vision transformers (Fan et al. 2021; Ryali et al. 2023)",
)

_POOLING = vocabulary("pool pooling pooler probe head classifier predictor")
_FEEDS = vocabulary("mlp ffn ff feed forward feedforward")
_GATES = vocabulary("gate gating se squeeze excite excitation")
_CONDITIONS = vocabulary("mod modulation adaln emb embed embedding temb cond timestep")


def sublayer_residuals(sublayers: Sublayers) -> list[Residual]:
    """Additions of all attentions, feed-forwards and mixers."""
    out: list[Residual] = []
    for path, attention in sublayers.attentions.items():
        residual = _attention(sublayers, sublayers.tree.nodes[path], attention)
        if residual is not None:
            out.append(residual)
    wrappers = {p for p, f in sublayers.feed_forwards.items() if f.form.value == "moe"}
    merged = {r.block for r in out if r.branch is Branch.PARALLEL}
    for path, ff in sublayers.feed_forwards.items():
        node = sublayers.tree.nodes[path]
        if any(a.path in wrappers for a in node.ancestors()) or not _in_block(sublayers, node) or path in merged:
            continue
        out.append(_feed_forward(sublayers, node, ff))
    return out


def _in_block(sublayers: Sublayers, node: Node) -> bool:
    """Below a stack's child, or beside a norm; and not a head that pools."""
    if (_POOLING | _GATES) & set(words(node.name)):
        return False
    if any(a.name.isdigit() and a.parent is not None and a.parent.path for a in (node, *node.ancestors())):
        return True
    parent = node.parent
    return (
        parent is not None and bool(parent.path) and any(is_norm(sublayers.leaves, c) for c in parent.children.values())
    )


def _addition(node: Node, because: Rule, evidence: str, width: int | None, branch: Branch = Branch.OTHER) -> Residual:
    """An addition around a module: in its parent, or in itself where it is a numbered child."""
    form = fact("identity", because, evidence)
    parent = node.parent
    if node.name.isdigit() or parent is None:
        inside = tuple(name for name in node.children if not _conditions(name))
        whole = len(inside) == len(node.children) or not inside
        return Residual(node.path, ("",) if whole else inside, form, width=width, branch=branch)
    return Residual(parent.path, (node.name,), form, width=width, branch=branch)


def _conditions(name: str) -> bool:
    name_words = set(words(name))
    return bool(_CONDITIONS & name_words) and "pos" not in name_words


def _attention(sublayers: Sublayers, node: Node, attention: Attention) -> Residual | None:
    reads, writes = attention.q_dim, attention.out_dim
    if node.parent is not None and _POOLING & set(words(node.parent.name)):
        return None
    if not _in_block(sublayers, node) and not _normed(sublayers, node, attention):
        return None
    # without an output projection of its own: one shared with an MLP, or one beside it
    if "o" not in attention.parts and attention.form != "mla":
        merged = _merged(sublayers, node, attention)
        if merged is not None:
            return merged
        outer = _with_output(sublayers, node, reads)
        if outer is not None:
            return _addition(
                outer, _ATTENTION, f"reads {reads}, the matrix beside it writes {reads}", reads, Branch.ATTENTION
            )
    # inside a block that narrows and widens, or one that changes the width of its stream
    if reads is not None and (wide := bottleneck(sublayers, node, reads, writes or reads)) is not None:
        return wide
    if writes is not None and reads is not None and reads != writes:
        return _projected(sublayers, node, reads, writes)
    # around the attention's own layers where the module holds a feed-forward too
    if any(n.path in sublayers.feed_forwards for n in node.distinct()):
        parts = tuple(dict.fromkeys(attention.parts.values()))
        form = fact("identity", _ATTENTION, f"{', '.join(parts)} read and write {reads}")
        return Residual(node.path, parts, form, width=reads, branch=Branch.ATTENTION) if parts else None
    # around the module, with an MLP or matrices that belong to it
    residual = _addition(node, _ATTENTION, f"reads {reads}, writes {writes or reads}", reads, Branch.ATTENTION)
    joined = joined_mlp(sublayers, node, reads)
    if joined is not None:
        form = fact("identity", JOINED, f"{joined} reads {reads} twice")
        return replace(residual, around=(*residual.around, joined), form=form, branch=Branch.OTHER)
    return replace(residual, around=(*residual.around, *_followers(sublayers, node, reads)))


def _normed(sublayers: Sublayers, node: Node, attention: Attention) -> bool:
    """Whether the attention holds the norm of what it reads, beside those of its queries and keys."""
    norms = [
        name
        for name, c in node.children.items()
        if is_norm(sublayers.leaves, c) and name not in attention.parts.values()
    ]
    return attention.q_dim in norm_widths(sublayers.leaves, node) and bool(norms)


def _projected(sublayers: Sublayers, node: Node, reads: int, writes: int) -> Residual | None:
    """The attention of a block that changes width, with the short way beside it."""
    parent = node.parent
    if parent is None or node.name.isdigit():
        return None
    for name, short in direct_layers(sublayers.leaves, parent).items():
        if (short.inp, short.out) == (reads, writes):
            form = fact("projection", _PROJECTED, f"{node.name} and {name} both read {reads} and write {writes}")
            return Residual(parent.path, (node.name,), form, width=writes, shortcut=name)
    return None


def _followers(sublayers: Sublayers, node: Node, width: int | None) -> tuple[str, ...]:
    """Matrices beside an attention that keep its width and share the word it is told from its siblings by."""
    parent = node.parent
    telling_words = set(words(node.name)) - {"attention", "attn", "self", "cross", "layer"}
    if parent is None or not telling_words or node.name.isdigit():
        return ()
    return tuple(
        name
        for name, m in direct_layers(sublayers.leaves, parent).items()
        if m.inp == m.out == width and not m.conv and telling_words & set(words(name)) and not name[-1:].isdigit()
    )


def _merged(sublayers: Sublayers, node: Node, attention: Attention) -> Residual | None:
    """up [h, d] beside the attention and one out [d, h + inner] for both."""
    parent = node.parent
    if parent is None or attention.inner_dim is None:
        return None
    direct = direct_layers(sublayers.leaves, parent)
    for out in direct.values():
        for up in direct.values():
            if out.out == attention.q_dim == up.inp and out.inp in (
                up.out + attention.inner_dim,
                up.out // 2 + attention.inner_dim,
            ):
                evidence = f"{up.path} {up.inp}→{up.out}, {out.path} {out.inp}→{out.out} takes attention and MLP"
                form = fact("identity", _FUSED, evidence)
                parts = (node.name, up.path, out.path)
                return Residual(parent.path, parts, form, width=out.out, branch=Branch.PARALLEL)
    return None


def _with_output(sublayers: Sublayers, node: Node, reads: int | None) -> Node | None:
    """The parent, when all it adds to the attention is one matrix back to the width that is read."""
    parent = node.parent
    if parent is None or node.name.isdigit() or parent.path in sublayers.stacks:
        return None
    siblings = [c for c in parent.children.values() if c is not node]
    chain = [m for c in siblings for m in layers(sublayers.leaves, c, 2) or ()]
    inside = any(c.path in sublayers.feed_forwards or c.path in sublayers.attentions for c in siblings)
    norms = any(is_norm(sublayers.leaves, c) for c in siblings)
    return parent if len(chain) == 1 and chain[0].out == reads and not inside and not norms else None


def _feed_forward(sublayers: Sublayers, node: Node, ff: FeedForward) -> Residual:
    evidence = f"reads and writes {ff.width}"
    block = node if ff.inline else node.parent
    parts = (*ff.up, ff.down) if ff.inline else (node.name,)
    if (block is not None and not node.name.isdigit()) or ff.inline:
        assert block is not None
        before = _depthwise(sublayers, block, ff)
        if before:
            return Residual(block.path, (*before, *parts), fact("identity", _CONV_MLP, evidence), width=ff.width)
        if ff.inline and _FEEDS & set(words(node.name)) and not node.name.isdigit():
            return _addition(node, _FEED_FORWARD, evidence, ff.width)
        if ff.inline:
            return Residual(block.path, parts, fact("identity", _FEED_FORWARD, evidence), width=ff.width)
    return _addition(node, _FEED_FORWARD, evidence, ff.width)


def _depthwise(sublayers: Sublayers, block: Node, ff: FeedForward) -> tuple[str, ...]:
    """Names of the depthwise convolutions in a block that has one norm, one MLP and nothing else with a matrix."""
    out = []
    norms = sum(is_norm(sublayers.leaves, c) for c in block.children.values())
    for name, child in block.children.items():
        chain = layers(sublayers.leaves, child, A_SUBLAYER_OF_CONVOLUTIONS)
        stack = sublayers.stacks.get(child.path)
        if chain is None or child.path in sublayers.attentions or (stack is not None and stack.blocks):
            return ()
        kernels = [m for m in chain if m.depthwise and m.kernel > 1]
        if kernels and not child.children and kernels[0].out == ff.width:
            out.append(name)
    return tuple(out) if norms <= 1 and len(out) == 1 else ()
