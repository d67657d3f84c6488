"""What each tensor of a model belongs to: every tensor once.

The innermost attention or feed-forward around it, or else a norm, what modulates, another layer; where it belongs to
no layer it is a loose parameter.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from archkb.kb.keys import owner

Cells = Mapping[str, Any]

LAYERS = ("Linear", "Conv", "Norm", "Embedding", "Recurrent")
HOLDERS = {"Attention": "attention", "FeedForward": "feed-forward"}


@dataclass(frozen=True, slots=True)
class Item:
    """What tensors belong to. `kind`: attention, feed-forward, norm, modulation, layer or parameter.

    `stack` is the outermost stack it is in, "" outside of all; `path` its module, or the tensor itself.
    """

    kind: str
    stack: str
    path: str
    keys: tuple[str, ...]


def items_of(tensors: Mapping[str, Cells], modules: Mapping[str, Cells], stacks: Collection[str]) -> tuple[Item, ...]:
    """All tensors (key -> cells) by what they belong to, in their order. `stacks`: paths of the outermost stacks."""
    homes: dict[str, _Home] = {"": ("", None)}
    groups: dict[tuple[str, str, str], list[str]] = {}
    outer = set(stacks)
    for key, tensor in tensors.items():
        path, _ = owner(key)
        home = _home(path, homes, modules, outer)
        groups.setdefault((*_belongs(key, tensor, modules.get(path), home[1]), home[0]), []).append(key)
    return tuple(Item(kind, stack, path, tuple(keys)) for (kind, path, stack), keys in groups.items())


_Home = tuple[str, tuple[str, str] | None]
"""Outermost stack and innermost (kind, path) of an attention or feed-forward around what is in a module."""


def _home(path: str, homes: dict[str, _Home], modules: Mapping[str, Cells], stacks: Collection[str]) -> _Home:
    if path not in homes:
        stack, holder = _home(path.rpartition(".")[0], homes, modules, stacks)
        kind = HOLDERS.get(modules[path]["label"])
        homes[path] = stack or (path if path in stacks else ""), (kind, path) if kind else holder
    return homes[path]


def _belongs(key: str, tensor: Cells, module: Cells | None, holder: tuple[str, str] | None) -> tuple[str, str]:
    """(kind, path) of what a tensor belongs to; `module` owns it."""
    if tensor["role"] == "modulation_table":
        return "modulation", key
    label = module["label"] if module is not None else None
    if module is not None and label == "Linear" and module["modulation_rows"]:
        return "modulation", str(module["path"])
    if holder is not None:
        return holder
    if module is not None and label in LAYERS:
        return "norm" if label == "Norm" else "layer", str(module["path"])
    return "parameter", key
