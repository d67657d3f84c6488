"""Keys to a module tree. Equal siblings in a numbered container share one representative, on which rules run once.

A :class:`Node` is filled while the tree is built and is not changed afterwards. `sig` is an interned number: two nodes
of one tree have the same `sig` exactly when names, shapes and order of everything below them are equal (dtypes and
quantisation side-cars are left out), so the 48 blocks of a transformer are one structure to every rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import prod
from sys import intern
from types import MappingProxyType
from typing import Any, cast

from archkb.kb.keys import owner, side_cars
from archkb.kb.paths import in_natural_order
from archkb.kb.values import DTYPE_BITS, TensorSpec

_NONE = cast(dict[str, Any], MappingProxyType({}))
"""What a module has of what it has none of: of a million modules, most have no children and no side-cars."""


_MANY = 20_000
"""Tensors from which on memory matters more than time."""


class One(Mapping[str, TensorSpec]):
    """A mapping of one entry, in a third of the memory of a dict.

    >>> dict(One("weight", TensorSpec("a.weight", "F32", (1,))))
    {'weight': TensorSpec(key='a.weight', dtype='F32', shape=(1,), file='', span=None)}
    """

    __slots__ = ("_name", "_spec")

    def __init__(self, name: str, spec: TensorSpec) -> None:
        self._name, self._spec = name, spec

    def __getitem__(self, name: str) -> TensorSpec:
        if name != self._name:
            raise KeyError(name)
        return self._spec

    def __iter__(self) -> Iterator[str]:
        return iter((self._name,))

    def __len__(self) -> int:
        return 1

    def values(self) -> tuple[TensorSpec]:  # type: ignore[override]
        """The one value; as are items and keys, quicker than the views of a mapping."""
        return (self._spec,)

    def items(self) -> tuple[tuple[str, TensorSpec]]:  # type: ignore[override]
        """The one entry."""
        return ((self._name, self._spec),)


class Node:
    """One module: children by name in natural order, own tensors by local name, side-cars apart."""

    __slots__ = (
        "children",
        "core",
        "height",
        "n_bytes",
        "n_params",
        "n_tensors",
        "name",
        "numbered",
        "parent",
        "path",
        "sidecars",
        "sig",
        "tensors",
        "twin_of",
    )

    def __init__(self, name: str, path: str, parent: Node | None) -> None:
        self.name, self.path, self.parent = name, path, parent
        self.children: dict[str, Node] = _NONE
        self.tensors: dict[str, TensorSpec] = _NONE
        self.sidecars: dict[str, tuple[TensorSpec, str, str]] = _NONE
        self.sig = -1
        self.core = self
        """The module inside wrappers: this one, or the core of its single child where it owns no tensor."""
        self.height = 0
        """Levels of modules below this one: 0 for one without children."""
        self.numbered: bool = parent is not None and (parent.numbered or parent.name.isdigit())
        """Whether a module above this one has a number for a name."""
        self.twin_of: Node | None = None
        self.n_params = self.n_bytes = self.n_tensors = 0

    def __repr__(self) -> str:
        return f"Node({self.path!r})"

    @property
    def index(self) -> int | None:
        """The number this node has in a numbered container, or None."""
        return int(self.name) if self.name.isdigit() else None

    @property
    def representative(self) -> Node:
        """The equal sibling that rules see in this node's place; itself where it is the first or the only one."""
        return self.twin_of or self

    def shape(self, local: str) -> tuple[int, ...] | None:
        """Shape of an own tensor, or None."""
        spec = self.tensors.get(local)
        return spec.shape if spec is not None else None

    def walk(self) -> Iterator[Node]:
        """This node and all below it, parents first, in natural order. Linear in what it yields, however deep."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            if node.children:
                waiting.extend(reversed(node.children.values()))

    def distinct(self) -> Iterator[Node]:
        """Like :meth:`walk`, but only the first of equal siblings in a numbered container."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            if node.children:
                waiting.extend([child for child in reversed(node.children.values()) if child.twin_of is None])

    def leaves(self) -> Iterator[Node]:
        """The nodes at and below this one that own tensors, equal siblings once."""
        return (n for n in self.distinct() if n.tensors)

    def at(self, relative: str) -> Node | None:
        """The node at a relative path ('' is this one)."""
        node: Node | None = self
        for part in relative.split(".") if relative else ():
            node = node.children.get(part) if node else None
        return node

    def ancestors(self) -> Iterator[Node]:
        """Parent, grandparent ... up to the root."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent


@dataclass(frozen=True, slots=True)
class Tree:
    """The module tree of one header. `nodes` maps each path to its node, parents before children.

    `distinct` are the nodes rules look at: parents first, equal siblings of a numbered container once.
    """

    root: Node
    nodes: dict[str, Node]
    distinct: tuple[Node, ...]

    def take_apart(self) -> None:
        """Unlink the nodes, which is the end of the tree: its memory is given back without a search for circles."""
        for node in self.nodes.values():
            del node.parent, node.core, node.twin_of


def build(tensors: Iterable[TensorSpec], names: Mapping[str, str] | None = None) -> Tree:
    """The module tree of a state dict, local names replaced by `names`. Linear in the number of tensors."""
    root = Node("", "", None)
    nodes: dict[str, Node] = {"": root}
    tensors = tuple(tensors)
    many = len(tensors) > _MANY
    for spec in tensors:
        path, local = owner(spec.key)
        node = nodes.get(path) or _insert(nodes, path)
        local = names.get(local, local) if names else local
        held = node.tensors
        if not held:
            node.tensors = cast(dict[str, TensorSpec], One(intern(local), spec)) if many else {local: spec}
        elif type(held) is dict:
            held[local] = spec
        else:
            node.tensors = {**held, local: spec}
    _attach_below_tensors(nodes)
    for node in nodes.values():
        _set_side_cars_apart(node)
    ordered: dict[str, Node] = {}
    _finish(root, {}, ordered)
    return Tree(root, ordered, tuple(root.distinct()))


def _insert(nodes: dict[str, Node], path: str) -> Node:
    parent_path, _, name = path.rpartition(".")
    parent = nodes.get(parent_path) or _insert(nodes, parent_path)
    name = intern(name)
    node = Node(name, path, parent)
    if parent.children:
        parent.children[name] = node
    else:
        parent.children = {name: node}
    nodes[path] = node
    return node


def _attach_below_tensors(nodes: dict[str, Node]) -> None:
    """A tensor whose path runs through another tensor's key (`weight.absmax`) is that tensor's side-car."""
    for path in [p for p in nodes if p]:
        node = nodes[path]
        parent = node.parent
        if parent is None or node.name not in parent.tensors or node.children:
            continue
        cars = {f"{node.name}.{local}": (spec, node.name, local) for local, spec in node.tensors.items()}
        _add_sidecars(parent, cars)
        del parent.children[node.name], nodes[path]


def _set_side_cars_apart(node: Node) -> None:
    if len(node.tensors) < 2:
        return
    cars = side_cars(tuple(node.tensors)).items()
    if cars:
        _add_sidecars(node, {local: (node.tensors.pop(local), target, kind) for local, (target, kind) in cars})


def _add_sidecars(node: Node, more: dict[str, tuple[TensorSpec, str, str]]) -> None:
    if node.sidecars:
        node.sidecars.update(more)
    else:
        node.sidecars = more


def _finish(node: Node, interned: dict[object, Node], ordered: dict[str, Node]) -> None:
    """Order children, count, sign and twin everything below `node`; depth-first without recursion limits in mind."""
    stack: list[tuple[Node, bool]] = [(node, False)]
    while stack:
        current, done = stack.pop()
        if not done:
            ordered[current.path] = current
            if len(current.children) > 1:
                current.children = {k: current.children[k] for k in in_natural_order(current.children)}
            stack.append((current, True))
            stack.extend((child, False) for child in reversed(current.children.values()))
        else:
            _sign(current, interned)


def _sign(node: Node, interned: dict[object, Node]) -> None:
    # sums over its own tensors
    tensors = node.tensors
    shapes: list[tuple[str, tuple[int, ...]]] = []
    params = size = 0
    count = len(tensors) + len(node.sidecars)
    for name, (_, dtype, shape, _, _) in tensors.items():
        shapes.append((name, shape))
        n = prod(shape)
        params += n
        size += n * DTYPE_BITS[dtype] // 8
    for spec, _, _ in node.sidecars.values():
        n = prod(spec.shape)
        params += n
        size += n * DTYPE_BITS[spec.dtype] // 8
    if len(shapes) > 1 and (ordered := sorted(shapes)) != shapes:
        shapes, node.tensors = ordered, {name: tensors[name] for name, _ in ordered}
    # sums over its children; equal numbered ones point at the first
    siblings: dict[int, Node] = {}
    below: list[tuple[str, int]] = []
    for name, child in node.children.items():
        params, size, count = params + child.n_params, size + child.n_bytes, count + child.n_tensors
        below.append((name, child.sig))
        if name.isdigit():
            representative = siblings.setdefault(child.sig, child)
            if representative is not child:
                child.twin_of = representative
    if below:
        node.height = 1 + max(child.height for child in node.children.values())
    if len(below) == 1 and not tensors:
        node.core = child.core
    # one number for all modules of one form
    first = interned.setdefault((tuple(shapes), tuple(below)), node)
    node.n_params, node.n_bytes, node.n_tensors = params, size, count
    if first is node:
        node.sig = len(interned) - 1
        return
    node.sig = first.sig
    if params == first.n_params and size == first.n_bytes:  # one number for all equal modules, not a million
        node.n_params, node.n_bytes = first.n_params, first.n_bytes
