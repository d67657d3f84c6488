"""Writing a design file from a header: the many names of a deep model as few patterns.

Names are grouped by what remains when their numbered segments are left out, by dtype and by shape; the numbers of
a group become products of ranges (:mod:`archkb.ingest.sources.design.cartesian`). Reading the text back gives the same
names, dtypes, shapes and metadata; spans and the order of the tensors are not kept.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import PurePath

from archkb.ingest.sources.design.cartesian import Product, to_products
from archkb.ingest.sources.design.pattern import MAX_DIGITS, escape, write_indices
from archkb.ingest.sources.design.yaml_subset import write_block, write_entry, write_text
from archkb.ingest.sources.formats import without_suffix
from archkb.kb.values import Header, TensorSpec

MAX_AXES = 6
"""Most numbered segments of one name that may become ranges; further ones stay as they are."""

DECLARED = ("family", "version", "source", "licence", "attribution")
"""Fields of a design besides its name that say where it comes from."""

_NUMBER = re.compile(rf"0|[1-9][0-9]{{0,{MAX_DIGITS - 1}}}", re.ASCII)
_DIGITS = re.compile(r"([0-9]+)", re.ASCII)

Skeleton = tuple[str | None, ...]
"""The segments of a name, None where a number was."""


def header_to_design(header: Header, name: str = "", **declared: str) -> str:
    """The design file of a header, as YAML text that always comes out the same for the same tensors.

    `name` is the model's, by default the file's without its suffix; `declared` may give what DECLARED lists, and
    goes before what the header itself declares. Raises TypeError for other fields.
    """
    if unknown := declared.keys() - set(DECLARED):
        raise TypeError(f"a design has no fields {sorted(unknown)}")
    lines = [write_entry("name", write_text(name or _name_of(header)), 0)]
    for field in DECLARED:
        if value := declared.get(field) or header.declared.get(field):
            lines.append(write_entry(field, write_text(value), 0))
    if header.metadata:
        lines.append("metadata:\n")
        lines += [write_entry(key, write_block(value, 4), 2) for key, value in sorted(header.metadata.items())]
    patterns = compact(header.tensors)
    lines.append("tensors:\n" if patterns else "tensors: {}\n")
    lines += [write_entry(pattern, form, 2) for pattern, form in patterns]
    return "".join(lines)


def _name_of(header: Header) -> str:
    name = header.declared.get("name") or PurePath(header.source).name
    return without_suffix(name) or "unnamed"


def compact(tensors: Iterable[TensorSpec]) -> list[tuple[str, str]]:
    """Patterns with their dtype and shape (`bf16 [4, 3]`) that stand for exactly these tensors, in natural order.

    >>> compact([TensorSpec(f"b.{i}.w", "F16", (2,)) for i in range(4)] + [TensorSpec("a", "F32", ())])
    [('a', 'f32 []'), ('b.{0..3}.w', 'f16 [2]')]
    """
    groups: dict[tuple[Skeleton, str, tuple[int, ...]], list[tuple[int, ...]]] = defaultdict(list)
    for tensor in tensors:
        skeleton, index = _take_apart(tensor.key)
        groups[skeleton, tensor.dtype, tensor.shape].append(index)
    by_group = [
        (_join(skeleton, product), f"{dtype.lower()} [{', '.join(map(str, shape))}]")
        for (skeleton, dtype, shape), indices in groups.items()
        for product in to_products(indices)
    ]
    return sorted(by_group, key=lambda entry: (_natural(entry[0]), entry))


def _take_apart(key: str) -> tuple[Skeleton, tuple[int, ...]]:
    """A name as its skeleton and the numbers that fill it.

    >>> _take_apart("b.0.ff.2.w")
    (('b', None, 'ff', None, 'w'), (0, 2))
    """
    skeleton: list[str | None] = []
    index: list[int] = []
    for segment in key.split("."):
        if len(index) < MAX_AXES and _NUMBER.fullmatch(segment):
            skeleton.append(None)
            index.append(int(segment))
        else:
            skeleton.append(segment)
    return tuple(skeleton), tuple(index)


def _join(skeleton: Skeleton, product: Product) -> str:
    axes = iter(product)
    return ".".join(write_indices(next(axes)) if part is None else escape(part) for part in skeleton)


def _natural(text: str) -> list[tuple[int, str]]:
    """A sort key under which `a.9` comes before `a.10`."""
    return [(len(part), part) if part.isdigit() else (0, part) for part in _DIGITS.split(text)]
