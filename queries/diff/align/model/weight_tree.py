"""Keys to modules and a tree of them. A module here is what one weight belongs to, whatever its tensors are called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from math import prod

from archkb.kb.keys import owner
from archkb.queries.diff.align.model.words import number, split, stem
from archkb.queries.tensor_types import Spec

_NUMBERS = re.compile(r"(\d+)")
_LOCAL = re.compile(r"^(.+?)[_.](weight|bias)$")
_WEIGHT = {"weight", "kernel", "gamma", "embedding", "w", "qweight"}
_BIAS = {"bias", "beta", "b"}
_PARTS = {
    "running_mean", "running_var", "num_batches_tracked", "weight_g", "weight_v", "alpha", "scale", "lora_a", "lora_b",
}  # fmt: skip
_TELLING = _WEIGHT | _BIAS | _PARTS
_G = {"parametrizations.weight.original0": "weight_g", "parametrizations.weight.original1": "weight_v"}
Shape = tuple[int, ...]
Form = tuple[tuple[str, Shape], ...]
"""Roles of a module's tensors and their shapes, sorted."""


class Module:
    """Tensors that belong together: `locals` maps a role (weight, bias ...) to its key, `shapes` to its shape."""

    __slots__ = ("file_position", "form", "keys", "path", "rank", "shapes")

    def __init__(self, path: tuple[str, ...]) -> None:
        self.path = path
        self.keys: dict[str, str] = {}
        self.shapes: dict[str, Shape] = {}
        self.form: Form = ()
        self.rank: tuple[int, ...] = ()
        self.file_position = 0

    def __repr__(self) -> str:
        return f"Module({'.'.join(self.path)!r}, {dict(self.shapes)})"

    def at_path(self, path: tuple[str, ...], keys: Mapping[str, str]) -> Module:
        """The same module at another path. `keys`: what each of its keys is there."""
        out = Module(path)
        out.keys = {role: keys[key] for role, key in self.keys.items()}
        out.shapes, out.form = self.shapes, self.form
        return out

    @property
    def main(self) -> Shape:
        """Shape of the tensor the module is about: the weight, or else the largest."""
        shape = self.shapes.get("weight") or self.shapes.get("weight_v")
        return shape if shape is not None else max(self.shapes.values(), key=lambda s: (prod(s), len(s)))

    @property
    def size(self) -> int:
        """Elements of all tensors."""
        return sum(prod(s) for s in self.shapes.values())


def module_of(key: str) -> tuple[tuple[str, ...], str]:
    """(path of the module in components, role of the tensor in it).

    >>> module_of("attn.in_proj_weight"), module_of("norm.gamma"), module_of("pos_embed")
    ((('attn', 'in_proj'), 'weight'), (('norm',), 'weight'), (('pos_embed',), 'weight'))
    """
    path, local = owner(key)
    parts = tuple(path.split(".")) if path else ()
    lower = local.lower()
    if local in _G:
        return parts, _G[local]
    if lower in _WEIGHT:
        return parts, "weight"
    if lower in _BIAS:
        return parts, "bias"
    if lower in _PARTS:
        return parts, lower
    match = _LOCAL.match(local)
    if match:
        return (*parts, match[1]), match[2]
    return (*parts, *local.split(".")), "weight"


def anonymous_names(keys: Iterable[str]) -> bool:
    """Whether no name says which tensor of a module it is: then every tensor stands for itself."""
    return not any(k.rpartition(".")[2].lower() in _TELLING or _LOCAL.match(k) for k in keys)


def modules_of(
    tensors: Mapping[str, Spec], keys: Iterable[str], *, plain: bool = False, positions: Mapping[str, int] | None = None
) -> list[Module]:
    """The modules that own `keys`, in the keys' order; with `plain` every tensor is one of its own.

    `positions`: where each key stands in its file, if that says anything.
    """
    by_path: dict[tuple[str, ...], Module] = {}
    for key in keys:
        path, role = (tuple(key.split(".")), "weight") if plain else module_of(key)
        module = by_path.get(path)
        if module is None:
            module = by_path[path] = Module(path)
        if role in module.keys:
            role = key.rpartition(".")[2]
        module.keys[role] = key
        module.shapes[role] = tensors[key].shape
    for module in by_path.values():
        # a lone scale is what a norm is about
        if "weight" not in module.shapes and set(module.shapes) == {"scale"}:
            module.keys = {"weight": module.keys["scale"]}
            module.shapes = {"weight": module.shapes["scale"]}
        module.form = tuple(sorted(module.shapes.items()))
        module.file_position = min(positions[k] for k in module.keys.values()) if positions else 0
    return list(by_path.values())


class Node:
    """A part of the tree: its children by name, the module that sits at its path, elements and modules below."""

    __slots__ = (
        "children",
        "count",
        "file_position",
        "module",
        "name",
        "number",
        "path",
        "rank",
        "size",
        "tensors",
        "unit",
    )

    def __init__(self, name: str, path: tuple[str, ...]) -> None:
        self.name, self.path = name, path
        self.children: dict[str, Node] = {}
        self.module: Module | None = None
        self.size = self.count = self.tensors = 0
        self.number = number(name)
        self.rank = self.file_position = 0
        self.unit = False

    def walk(self) -> Iterator[Module]:
        """Modules at and below."""
        if self.module is not None:
            yield self.module
        for child in self.children.values():
            yield from child.walk()


def gathered(node: Node) -> Module | None:
    """The module at a node; of a node that holds but single tensors, a matrix and maybe its bias as one module.

    For trees whose names do not say which tensors belong together: the bias is the vector as long as the rows.
    """
    if node.module is not None:
        return node.module
    below = [c.module for c in node.children.values() if c.module is not None and not c.children]
    if len(below) != len(node.children) or not 1 <= len(below) <= 2 or any(len(module.shapes) > 1 for module in below):
        return None
    below.sort(key=lambda module: -len(module.main))
    if len(below[0].main) < 2 or any(module.main != below[0].main[:1] for module in below[1:]):
        return None
    out = Module(node.path)
    for role, module in zip(("weight", "bias"), below, strict=False):
        (out.keys[role],) = module.keys.values()
        out.shapes[role] = module.main
    out.form = tuple(sorted(out.shapes.items()))
    return out


@lru_cache(maxsize=131072)
def natural(text: str) -> tuple[object, ...]:
    """Sort key by which numbers count by value."""
    return tuple((0, int(p), "") if p.isdecimal() else (1, 0, p) for p in _NUMBERS.split(text) if p)


def build_tree(modules: Iterable[Module]) -> Node:
    """The tree of modules, children in natural order, counted and ranked."""
    root = Node("", ())
    for module in modules:
        node = root
        for depth, part in enumerate(module.path):
            child = node.children.get(part)
            if child is None:
                child = node.children[part] = Node(part, module.path[: depth + 1])
            node = child
        node.module = module
    _finish(root)
    return root


def _finish(node: Node) -> None:
    if len(node.children) > 1:
        node.children = {k: node.children[k] for k in sorted(node.children, key=natural)}
    siblings: dict[str, int] = {}
    for child in node.children.values():
        _finish(child)
        node.size += child.size
        node.count += child.count
        node.tensors += child.tensors
        if child.number is not None:
            child.rank = siblings.get(stem(child.name), 0)
            siblings[stem(child.name)] = child.rank + 1
    if node.module is not None:
        node.size += node.module.size
        node.count += 1
        node.tensors += len(node.module.keys)
    below = [c.file_position for c in node.children.values()]
    node.file_position = min(below if node.module is None else [node.module.file_position, *below], default=0)
    for child in node.children.values():
        # a unit is one of several numbered things that hold more than one module
        numbered = child.name.isdigit() or (child.number is not None and siblings[stem(child.name)] > 1)
        child.unit = numbered and child.count > 1 and _is_block(child.name)


_PARTS_OF_BLOCKS = {"attn", "attention", "norm", "ln", "conv", "convs", "fc", "linear", "mlp", "ff", "lin", "act"}


def _is_block(name: str) -> bool:
    """Numbers that count repeated parts: a bare number, or a word with a number that is no layer inside a block."""
    return name.isdigit() or not _PARTS_OF_BLOCKS.intersection(split(name))


def note_ranks(root: Node, *, alone: bool) -> None:
    """Note for every module the rank each number of its path has among its siblings of one stem.

    `alone`: also for the number of a name without a sibling; else that is -1, since it tells nothing apart (`lambda1`
    in `layer_scale2`). Where names mean nothing even such a number is worth something, as measured.
    """
    stack: list[tuple[Node, tuple[int, ...]]] = [(root, ())]
    while stack:
        node, ranks_above = stack.pop()
        if node.module is not None:
            node.module.rank = ranks_above
        stem_counts = Counter(stem(child.name) for child in node.children.values())
        for child in node.children.values():
            telling = alone or child.name.isdigit() or stem_counts[stem(child.name)] > 1
            rank = child.rank if telling else -1
            stack.append((child, (*ranks_above, rank) if child.number is not None else ranks_above))
