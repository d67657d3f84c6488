"""Additions around whole groups: projections around a stack, residual in residual, the long skip of a body."""

from __future__ import annotations

from collections.abc import Mapping

from archkb.ingest.analysis import Branch, Residual, Sublayers
from archkb.ingest.residual.layer_chain import direct_layers, is_norm, is_shortcut, norm_widths
from archkb.ingest.rules import fact, rule
from archkb.ingest.tree.module_tree import Node
from archkb.ingest.tree.name_words import stem, vocabulary, words

_WRAPPED = rule(
    "residual.group.projected",
    "shape",
    "A numbered module that projects d to k, runs a stack, and projects back to d beside a norm of d adds its input.",
    "spatial transformers of diffusion UNets (Rombach et al. 2022)",
)
_NESTED = rule(
    "residual.group.nested",
    "shape",
    "A numbered group of residual blocks that ends in a convolution of their width adds its input.",
    "residual in residual (RCAN, Zhang et al. 2018; ESRGAN, Wang et al. 2018; RSTB, Liang et al. 2021)",
)
_KIN = rule(
    "residual.group.kin",
    "name",
    "Three or more dense chains of one name and nothing else in a numbered module have an addition around them all.",
    "residual in residual dense blocks (Wang et al. 2018)",
)
_LONG = rule(
    "residual.group.long",
    "name",
    "A convolution named as coming after the body closes a long skip around the body.",
    "SRResNet and its descendants",
)

_CLOSED = rule(
    "residual.group.closed",
    "shape",
    "A list of residual blocks whose last entry is a convolution of their width has an addition around all of them.",
    "EDSR (Lim et al. 2017), RCAN (Zhang et al. 2018)",
)

_BODY = vocabulary("body trunk layers blocks backbone deep features residual blks")


def group_residuals(sublayers: Sublayers, residuals: list[Residual]) -> list[Residual]:
    """Additions whose inside holds other additions."""
    branches = {r.block: r.branch for r in residuals}
    holding: set[int] = set()
    out: list[Residual] = []
    for node in reversed(sublayers.tree.distinct):
        below = any(id(c) in holding for c in node.children.values())
        if node.path in branches:
            holding.add(id(node))
        elif below:
            holding.add(id(node))
            residual = (
                _projected(sublayers, node)
                or _nested(sublayers, node, holding, branches)
                or _long(sublayers, node, holding)
            )
            residual = residual or _closed(sublayers, node, holding)
            if residual is not None:
                out.append(residual)
                branches[node.path] = residual.branch
    return out


def _in_list(node: Node) -> bool:
    return node.name.isdigit() and node.parent is not None and bool(node.parent.path)


def _projected(sublayers: Sublayers, node: Node) -> Residual | None:
    maps = list(direct_layers(sublayers.leaves, node).values())
    if len(maps) != 2 or not (_in_list(node) or node.name[-1:].isdigit()):
        return None
    for first, last in (maps, reversed(maps)):
        if first.inp == last.out and first.out == last.inp and last.out in norm_widths(sublayers.leaves, node):
            evidence = f"{first.path} {first.inp}→{first.out}, {last.path} {last.inp}→{last.out}"
            if "out" in words(first.path) or "in" in words(last.path):
                first, last = last, first
            return Residual(node.path, tuple(node.children), fact("identity", _WRAPPED, evidence), width=last.out)
    return None


def _nested(sublayers: Sublayers, node: Node, holding: set[int], branches: Mapping[str, Branch]) -> Residual | None:
    """A numbered group: blocks and a closing convolution d to d, or only blocks that have names of their own."""
    if not (_in_list(node) or node.name[-1:].isdigit()) or any(is_shortcut(c) for c in node.children):
        return None
    maps = [m for m in direct_layers(sublayers.leaves, node).values() if not m.depthwise]
    inner = [c for c in node.children.values() if id(c.representative) in holding]
    # nothing but blocks, closing layers and norms
    others = [c for c in node.children.values() if c not in inner and c.name not in {m.path for m in maps}]
    if any(not is_norm(sublayers.leaves, c) for c in others if c.children or c.tensors):
        return None
    # dense chains of one name and nothing else
    stems = {stem(c.name) for c in inner}
    dense = all(branches.get(c.representative.path) is Branch.DENSE for c in inner)
    if dense and _in_list(node) and len(inner) > 2 and not maps and len(stems) == 1 and stems != {()}:
        evidence = f"{', '.join(c.name for c in inner)} follow each other in one numbered module"
        return Residual(node.path, tuple(node.children), fact("identity", _KIN, evidence))
    # one list of blocks and the convolution that closes it
    if len(maps) == 1 and maps[0].conv and maps[0].inp == maps[0].out and maps[0].kernel > 1 and len(inner) == 1:
        evidence = f"{inner[0].name} ends in {maps[0].path} {maps[0].inp}→{maps[0].out}"
        return Residual(node.path, tuple(node.children), fact("identity", _NESTED, evidence), width=maps[0].out)
    return None


def _closed(sublayers: Sublayers, node: Node, holding: set[int]) -> Residual | None:
    """A list of blocks that add, whose last entry is a convolution of their width: it closes one around them all."""
    for listed in node.children.values():
        entries = list(listed.children.values())
        if len(entries) < 3 or not all(c.name.isdigit() for c in entries) or not _BODY & set(words(listed.name)):
            continue
        last = direct_layers(sublayers.leaves, listed).get(entries[-1].name)
        adding = [c for c in entries[:-1] if id(c.representative) in holding]
        if last is None or len(adding) < len(entries) - 1 or not last.conv or last.depthwise:
            continue
        if last.inp == last.out and last.kernel > 1 and last.kernel % 2:
            evidence = f"{len(adding)} blocks and then {listed.name}.{last.path} {last.inp}→{last.out}"
            return Residual(node.path, (listed.name,), fact("identity", _CLOSED, evidence), width=last.out)
    return None


def _long(sublayers: Sublayers, node: Node, holding: set[int]) -> Residual | None:
    """body + a convolution d to d that is named as following it."""
    body = [c for c in node.children.values() if id(c) in holding]
    if len(body) != 1 or _in_list(node) or not _BODY & set(words(body[0].name)):
        return None
    maps = direct_layers(sublayers.leaves, node)
    for name, m in maps.items():
        name_words = set(words(name))
        if (
            m.conv
            and m.inp == m.out
            and m.kernel > 1
            and "conv" in name_words
            and name_words & {"after", "body", "trunk", "last"}
        ):
            if m.inp != m.out or "up" in name_words or "hr" in name_words or name_words == {"conv", "last"}:
                continue
            names = (body[0].name, *(c.name for c in node.children.values() if is_norm(sublayers.leaves, c)), name)
            evidence = f"{body[0].name} is followed by {name} {m.inp}→{m.out}"
            return Residual(node.path, names, fact("identity", _LONG, evidence), width=m.out)
    return None
