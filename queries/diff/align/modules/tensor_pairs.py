"""From linked modules to paired tensors."""

from __future__ import annotations

from collections.abc import Mapping

from archkb.queries.diff.align.alignment import Pair
from archkb.queries.diff.align.model.shapes import bare
from archkb.queries.diff.align.model.weight_tree import Module
from archkb.queries.diff.align.modules.links import Link
from archkb.queries.tensor_types import Spec

Tensors = Mapping[str, Spec]


def tensor_pairs(link: Link, a: Tensors, b: Tensors) -> list[Pair]:
    """The pairs of tensors a link stands for: role by role, then what is left by equal shape."""
    if len(link.a) == len(link.b) == 1:
        return [_pair(link, (x,), (y,), a, b) for x, y in _roles(link.a[0], link.b[0])]
    whole, parts = (link.a[0], link.b) if len(link.a) == 1 else (link.b[0], link.a)
    out = []
    for role, key in whole.keys.items():
        keys = tuple(p.keys[role] for p in parts if role in p.keys)
        if len(keys) < len(parts):
            continue
        ours, theirs = ((key,), keys) if len(link.a) == 1 else (keys, (key,))
        out.append(_pair(link, ours, theirs, a, b))
    return out


def _roles(x: Module, y: Module) -> list[tuple[str, str]]:
    shared = [r for r in x.keys if r in y.keys]
    out = [(x.keys[r], y.keys[r]) for r in shared]
    left = [r for r in x.keys if r not in y.keys]
    right = [r for r in y.keys if r not in x.keys]
    for role in left:
        fits = [r for r in right if bare(x.shapes[role]) == bare(y.shapes[r])]
        if fits:
            right.remove(fits[0])
            out.append((x.keys[role], y.keys[fits[0]]))
    return out


def _pair(link: Link, ours: tuple[str, ...], theirs: tuple[str, ...], a: Tensors, b: Tensors) -> Pair:
    return Pair(ours, theirs, _kind(ours, theirs, a, b), link.rule, link.evidence, link.confidence, link.free)


def _kind(ours: tuple[str, ...], theirs: tuple[str, ...], a: Tensors, b: Tensors) -> str:
    if len(ours) > 1:
        return "fuse"
    if len(theirs) > 1:
        return "split"
    if ours == theirs:
        return "same"
    x, y = bare(a[ours[0]].shape), bare(b[theirs[0]].shape)
    return "transpose" if x != y and len(x) > 1 and sorted(x) == sorted(y) else "rename"
