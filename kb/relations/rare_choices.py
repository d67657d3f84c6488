"""Choices a header shows that the code of an architecture does not make: odd sizes, left-overs, what metadata hold.

Marks are texts, kept in a structure's sketch beside its parts and never a part of a score; those of metadata, which
are a model's own, with the model:

- `size N`: a dimension that is no usual number (:func:`is_usual`);
- `stack PATH N`: a numbered container that holds a tenth of the model in N entries;
- `gap PATH I`: entry I of a numbered container is not there, though lower and higher ones are;
- `remains PATH I`: entry I has at most half of the tensors its whole siblings have, and no other;
- `key NAME`: a metadata key that no common writer sets, to two levels;
- `id NAME X`: checksum of an identifier in the metadata: a hash, a UUID, a time to the second.
"""

from __future__ import annotations

import json
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from math import isqrt, prod
from typing import Any

from archkb.kb.paths import first_number

Shape = tuple[int, ...]

SMALL = 32
"""Smaller dimensions are in every model: kernels, channels of images, heads."""
MOST = 64
"""Most marks of one kind that are kept: the largest sizes, else the first in the order of their texts."""
LARGE = 0.1
"""Least share of the model's elements in a container whose depth is the model's."""
FEWEST_ENTRIES = 4
"""Least entries a numbered container needs for a missing or partial one to tell something."""
MOST_MISSING = 0.75
"""Largest share of a container's entries that may be missing or partial; more is how the code numbers them."""
_SHAPES = 4096
"""Shapes that are kept in mind so as not to be looked at again."""
_WRITERS = ("format", "modelspec.", "ss_", "sshs_", "license", "licence", "general.", "title", "author", "version")
"""Beginnings of metadata keys that savers and trainers of any model set."""
_TOOLS = re.compile(r"commit|revision|version|git|tool|software|created.by|base", re.IGNORECASE)
"""Metadata keys whose identifiers are of a program or of a model many were made of."""
_IDENTIFIER = re.compile(
    r"\b(?:(?=[0-9a-f]*\d)[0-9a-f]{16,}"
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)",
    re.IGNORECASE,
)


def marks(tensors: Iterable[tuple[str, Shape]]) -> dict[str, int]:
    """The marks of a structure from its tensors' keys and shapes, each with weight 1.

    >>> marks([("table.weight", (32017, 64))])
    {'size 32017': 1}
    """
    odd_sizes: set[int] = set()
    entries = sorted(_entries(_noting(tensors, odd_sizes)))
    kept = [f"size {size}" for size in sorted(odd_sizes, reverse=True)][:MOST] + entries[:MOST]
    return dict.fromkeys(sorted(kept), 1)


def stated_marks(metadata: Mapping[str, Any]) -> list[str]:
    """The marks of a model's metadata.

    >>> stated_marks({"origin": "0123456789abcdef"})
    ['id origin 68c4f033', 'key origin']
    """
    return sorted(set(_metadata_choices(metadata)))[:MOST]


def is_stated(mark: str) -> bool:
    """Whether a mark is of metadata. Stores of earlier releases have them in one list."""
    return mark.startswith(("key ", "id "))


@cache
def is_usual(size: int) -> bool:
    """Whether a dimension is one that any model may have, whoever chose it.

    Small numbers, multiples of 64, numbers with a large power of two, squares of a grid of patches with up to two
    class tokens or four registers, and numbers with two digits before their zeros.

    >>> [n for n in (3, 197, 768, 1000, 11008, 32000, 32017, 50257) if not is_usual(n)]
    [32017, 50257]
    """
    if size < SMALL or size % 64 == 0:
        return True
    power = size & -size
    if power * power >= size / 4:
        return True
    return size - isqrt(size) ** 2 in (0, 1, 2, 4, 5) or len(str(size).rstrip("0")) <= 2


def _noting(tensors: Iterable[tuple[str, Shape]], odd_sizes: set[int]) -> Iterator[tuple[str, Shape]]:
    """The tensors as they come, their unusual dimensions noted: there may be a million, and they are met once."""
    seen: set[Shape] = set()
    for key, shape in tensors:
        if shape not in seen:
            odd_sizes.update(size for size in shape if not is_usual(size))
            if len(seen) < _SHAPES:
                seen.add(shape)
        yield key, shape


def _entries(tensors: Iterable[tuple[str, Shape]]) -> Iterator[str]:
    """What the entries of outermost numbered containers show."""
    containers: dict[str, dict[int, set[str]]] = {}
    sizes: Counter[str] = Counter()
    rests: dict[str, str] = {}
    total = 0
    module, at, path, inside = None, None, "", ""
    entry: set[str] = set()
    for key, shape in tensors:
        elements = prod(shape)
        total += elements
        above_last, _, last = key.rpartition(".")
        if above_last != module:  # tensors of one module follow each other
            module, names = above_last, above_last.split(".")
            at = first_number(names)
            if at is not None:
                path, inside = ".".join(names[:at]), "".join(f"{name}." for name in names[at + 1 :])
                entry = containers.setdefault(path, {}).setdefault(int(names[at]), set())
        if at is not None:
            rest = inside + last
            entry.add(rests.setdefault(rest, rest))
            sizes[path] += elements
    least = LARGE * total
    for path, entries in containers.items():
        if len(entries) > 1 and sizes[path] >= least:
            yield f"stack {path} {len(entries)}"
        if len(entries) >= FEWEST_ENTRIES:
            yield from _left(path, entries)


def _left(path: str, entries: Mapping[int, set[str]]) -> Iterator[str]:
    """Entries of a container that are not there, or not whole, where all others are of one sort."""
    counted = Counter(frozenset(names) for names in entries.values())
    whole, n = max(counted.items(), key=lambda found: (found[1] > 1, len(found[0]), sorted(found[0])))
    remains = [i for i, names in entries.items() if names < whole and 2 * len(names) <= len(whole)]
    gaps = [i for i in range(min(entries), max(entries)) if i not in entries]
    if n + len(remains) < len(entries):  # the code makes entries of several sorts
        return
    if len(gaps) + len(remains) <= MOST_MISSING * (max(entries) + 1 - min(entries)):
        yield from (f"gap {path} {i}" for i in gaps)
        yield from (f"remains {path} {i}" for i in remains)


def _metadata_choices(metadata: Mapping[str, Any]) -> Iterator[str]:
    """Unusual keys to two levels, and identifiers in the values, which may be JSON texts."""
    for key, value in metadata.items():
        text = value if isinstance(value, str) else json.dumps(value)
        for identifier in () if _TOOLS.search(key) else _IDENTIFIER.findall(text):
            yield f"id {key} {zlib.crc32(identifier.lower().encode()):08x}"
        if not key.casefold().startswith(_WRITERS):
            yield f"key {key}"
            yield from (f"key {key}.{inner}" for inner in _inner(text))


def _inner(text: str) -> Iterable[str]:
    if not text.lstrip().startswith("{"):
        return ()
    try:
        held = json.loads(text)
    except (ValueError, RecursionError):
        return ()
    return [str(name) for name, value in held.items() if isinstance(value, dict)] if isinstance(held, dict) else ()
