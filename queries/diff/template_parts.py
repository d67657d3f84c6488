"""Parts of a model: blocks of one template at one place, and what stands outside of blocks below one name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod

from archkb.kb.paths import above, outermost
from archkb.kb.wording import ranges
from archkb.queries.model_view import ModelView
from archkb.queries.path_wording import last

Shape = tuple[int, ...]
Kind = tuple[bool, tuple[tuple[str, Shape], ...]]


@dataclass(frozen=True)
class Part:
    """Equal blocks, or a name outside of blocks. `tensors`: relative name -> shape of one instance; `keys`: of all."""

    path: str
    where: str
    indices: tuple[int, ...]
    count: int
    n_params: int
    tensors: Mapping[str, Shape]
    template: str | None
    keys: tuple[str, ...]

    @property
    def name(self) -> str:
        """The last name of its path; empty for blocks, which are told apart by what they hold."""
        return "" if self.template is not None else last(self.path)

    @cached_property
    def kind(self) -> Kind:
        """Equal for parts that hold the same under the same relative names."""
        return self.template is None, tuple(sorted(self.tensors.items()))

    @cached_property
    def elements(self) -> int:
        """Elements of one instance."""
        return sum(map(prod, self.tensors.values()))

    @cached_property
    def shapes(self) -> Counter[Shape]:
        """How often each shape occurs in one instance."""
        return Counter(self.tensors.values())

    @cached_property
    def units(self) -> Counter[tuple[str, ...]]:
        """How often each shape occurs, in units of the part's width."""
        unit = width(self.shapes.elements())
        return Counter(in_units(shape, unit) for shape in self.tensors.values())


def parts(view: ModelView) -> list[Part]:
    """Blocks by place and template, and the rest by the first names that do not lead to blocks."""
    blocks = outermost(str(c["path"]) for c in view.labelled("Block"))
    tensors = {key: tuple(t["shape"]) for key, t in view.tensors.items() if t["role"] != "side_car"}
    # every tensor to its block, else to the first name that leads to no block
    inside: dict[str, dict[str, Shape]] = {path: {} for path in blocks}
    rest: dict[str, dict[str, Shape]] = {}
    leading = {path for block in blocks for path in above(block)}
    for key, shape in tensors.items():
        home = next((q for q in above(key) if q in inside), None)
        if home is not None:
            inside[home][key[len(home) + 1 :]] = shape
        else:
            root = next((q for q in above(key) if q not in leading), key)
            rest.setdefault(root, {})[key[len(root) + 1 :]] = shape
    # blocks of one place and template are one part
    groups: dict[tuple[str, str], list[str]] = {}
    for path in blocks:
        module = view.modules[path]
        groups.setdefault((module["pattern"], module["template"]), []).append(path)
    out = [_blocks(view, members, inside) for members in groups.values()]
    out += [
        Part(root, "", (), 1, _elements(found), found, None, tuple(f"{root}.{k}" if k else root for k in found))
        for root, found in rest.items()
    ]
    return [part for part in out if part.n_params]


def _blocks(view: ModelView, members: Sequence[str], inside: Mapping[str, Mapping[str, Shape]]) -> Part:
    first = view.modules[members[0]]
    indices = tuple(view.modules[m]["ordinal"] for m in members if view.modules[m]["ordinal"] is not None)
    size = sum(_elements(inside[m]) for m in members)
    keys = tuple(f"{m}.{k}" for m in members for k in inside[m])
    one = inside[members[0]]
    return Part(first["pattern"], ranges(indices), indices, len(members), size, one, first["template"], keys)


def _elements(tensors: Mapping[str, Shape]) -> int:
    return sum(prod(shape) for shape in tensors.values())


def width(shapes: Iterable[Shape]) -> int:
    """The size most axes have, of those above 16; 0 where there is none."""
    found = Counter(d for s in shapes for d in s if d > 16)
    return max(found, key=lambda d: (found[d], d), default=0)


def in_units(shape: Shape, unit: int) -> tuple[str, ...]:
    """Axes as multiples of the width; others as they are where they are small.

    >>> in_units((4096, 1024, 3), 1024)
    ('4w', '1w', '3')
    """
    return tuple(f"{d // unit}w" if unit and d % unit == 0 else str(d) for d in shape)
