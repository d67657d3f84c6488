"""The parts two trees are compared by. A part is a repeated block, whole or without the blocks inside it."""

from __future__ import annotations

from math import prod

from archkb.queries.diff.align.model.weight_tree import Module, Node
from archkb.queries.diff.align.model.words import features, merged, stem


class Part:
    """Modules at and below `path`; `node` is set while all of them are below it (nothing was taken out)."""

    __slots__ = ("_content", "_words", "modules", "node", "numbers", "path", "size", "template")

    def __init__(self, path: tuple[str, ...], modules: list[Module], node: Node | None) -> None:
        self.path, self.modules, self.node = path, modules, node
        self.size = sum(m.size for m in modules)
        self.template = tuple("#" if p.isdigit() else stem(p) for p in path)
        self.numbers = tuple(_number(p) for p in path if p[-1:].isdigit())
        self._content: tuple[object, ...] | None = None
        self._words: dict[str, float] | None = None

    def __repr__(self) -> str:
        return f"Part({'.'.join(self.path)!r}, {len(self.modules)})"

    @property
    def title(self) -> str:
        """Its path, for a sentence."""
        return ".".join(self.path) or "the whole"

    @property
    def content(self) -> tuple[object, ...]:
        """The multiset of forms, whatever their names and places."""
        if self._content is None:
            self._content = tuple(sorted(m.form for m in self.modules))
        return self._content

    @property
    def words(self) -> dict[str, float]:
        """What the names of the modules inside mean, summed."""
        if self._words is None:
            self._words = merged(features(m.path[len(self.path) :]) for m in self.modules)
        return self._words

    @property
    def file_position(self) -> int:
        """Where its first tensor stands in the file, where that is known."""
        return min((m.file_position for m in self.modules), default=0)

    @property
    def parameter_counts(self) -> tuple[int, int]:
        """Elements in matrices and in vectors: the same for a fused, split, turned or stacked spelling."""
        flat = sum(prod(s) for m in self.modules for s in m.shapes.values() if len(s) < 2)
        return self.size - flat, flat


def _number(component: str) -> int:
    return int(component[len(stem(component)) :])


def openable(part: Part) -> bool:
    """Whether there are blocks inside."""
    return part.node is not None and len(opened(part)) > 1


def opened(part: Part) -> list[Part]:
    """The blocks directly inside a part, and the rest of it."""
    if part.node is None:
        return [part]
    rest: list[Module] = []
    inner: list[Node] = []
    _collect(part.node, rest, inner)
    if not inner:
        return [Part(part.path, rest, None)]
    out = [Part(n.path, list(n.walk()), n) for n in map(_unwrapped, inner)]
    return [*out, Part(part.path, rest, None)] if rest else out


def _unwrapped(node: Node) -> Node:
    """The innermost numbered block that still holds everything."""
    below = node
    while below.module is None and len(below.children) == 1:
        (below,) = below.children.values()
        if below.unit:
            node = below
    return node


def _collect(node: Node, rest: list[Module], inner: list[Node]) -> None:
    if node.module is not None:
        rest.append(node.module)
    for child in node.children.values():
        if child.unit:
            inner.append(child)
        else:
            _collect(child, rest, inner)
