"""From linked modules to paired tensors."""

from __future__ import annotations

from collections.abc import Mapping

from archkb.queries.diff.align.alignment import Pair, PairKind
from archkb.queries.diff.align.model.shapes import squeezed
from archkb.queries.diff.align.model.weight_tree import Module
from archkb.queries.diff.align.modules.links import Link
from archkb.queries.tensor_types import Spec

Tensors = Mapping[str, Spec]


def tensor_pairs(link: Link, source: Tensors, target: Tensors) -> list[Pair]:
    """The pairs of tensors a link stands for: role by role, then what is left by equal shape."""
    if len(link.a) == len(link.b) == 1:
        return [
            _pair(link, (source_key,), (target_key,), source, target)
            for source_key, target_key in _roles(link.a[0], link.b[0])
        ]
    whole, parts = (link.a[0], link.b) if len(link.a) == 1 else (link.b[0], link.a)
    out = []
    for role, key in whole.keys.items():
        keys = tuple(p.keys[role] for p in parts if role in p.keys)
        if len(keys) < len(parts):
            continue
        source_keys, target_keys = ((key,), keys) if len(link.a) == 1 else (keys, (key,))
        out.append(_pair(link, source_keys, target_keys, source, target))
    return out


def _roles(source: Module, target: Module) -> list[tuple[str, str]]:
    shared = [r for r in source.keys if r in target.keys]
    out = [(source.keys[r], target.keys[r]) for r in shared]
    left = [r for r in source.keys if r not in target.keys]
    right = [r for r in target.keys if r not in source.keys]
    for role in left:
        same_shape = [r for r in right if squeezed(source.shapes[role]) == squeezed(target.shapes[r])]
        if same_shape:
            right.remove(same_shape[0])
            out.append((source.keys[role], target.keys[same_shape[0]]))
    return out


def _pair(
    link: Link, source_keys: tuple[str, ...], target_keys: tuple[str, ...], source: Tensors, target: Tensors
) -> Pair:
    return Pair(
        source_keys,
        target_keys,
        _kind(source_keys, target_keys, source, target),
        link.rule,
        link.evidence,
        link.confidence,
        link.ambiguous,
    )


def _kind(source_keys: tuple[str, ...], target_keys: tuple[str, ...], source: Tensors, target: Tensors) -> PairKind:
    if len(source_keys) > 1:
        return "fuse"
    if len(target_keys) > 1:
        return "split"
    if source_keys == target_keys:
        return "same"
    source_shape, target_shape = squeezed(source[source_keys[0]].shape), squeezed(target[target_keys[0]].shape)
    return (
        "transpose"
        if source_shape != target_shape and len(source_shape) > 1 and sorted(source_shape) == sorted(target_shape)
        else "rename"
    )
