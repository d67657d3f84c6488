"""Models made from a corpus' models: what was made of one by those who have its weights, and what only looks like it.

Corpora of published code hold few descents, and their depths are often cut. So the largest stack of each model is first
repeated to a usual depth; from that, variants are made whose relation is known. DESCENDANTS keep weights: a vocabulary
with added tokens, a block cut out, a head, another dtype. STRANGERS are what somebody else would train in the same
code: another depth or vocabulary. (Of another width no weight could be carried over, and nothing is suspected.)
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

from archkb.kb.relations.descent import VOCABULARY
from archkb.kb.values import TensorSpec

Specs = tuple[TensorSpec, ...]

DEPTH, SHALLOW, DEEPER, MOST_TENSORS = 12, 3, 16, 2000
"""Entries the largest stack is repeated to, those of shallower and deeper models, and tensors of the largest asked."""
CUT = 6
"""Entries that stay whole where half of the blocks are cut out."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """The largest container of numbered entries that are alike: its path, and one entry's tensors by relative name."""

    path: str
    entry: Mapping[str, TensorSpec]
    others: Specs

    def repeated(self, numbers: Sequence[int]) -> Specs:
        """The model with these entries."""
        return (*self.others, *(t._replace(key=f"{self.path}.{i}.{n}") for i in numbers for n, t in self.entry.items()))


def numbered(tensors: Specs) -> Numbered | None:
    """The container whose equal entries hold most elements; None where no two entries are alike."""
    entries: dict[str, dict[str, dict[str, TensorSpec]]] = {}
    for tensor in tensors:
        names = tensor.key.split(".")
        index = next((i for i, name in enumerate(names[:-1]) if i and name.isdecimal()), None)
        if index is not None:
            container = entries.setdefault(".".join(names[:index]), {})
            container.setdefault(names[index], {})[".".join(names[index + 1 :])] = tensor
    alike = {
        path: found
        for path, found in entries.items()
        if len(found) > 1 and len({tuple((n, t.shape) for n, t in e.items()) for e in found.values()}) == 1
    }
    if not alike:
        return None
    path = max(alike, key=lambda p: (sum(prod(t.shape) for e in alike[p].values() for t in e.values()), p))
    others = tuple(t for t in tensors if not t.key.startswith(f"{path}."))
    return Numbered(path, next(iter(alike[path].values())), others)


def base(tensors: Specs) -> Specs | None:
    """The model with its largest stack at a usual depth; None where it has no stack or would be very large."""
    stack = numbered(tensors)
    if stack is None or len(stack.others) + DEPTH * len(stack.entry) > MOST_TENSORS:
        return None
    return stack.repeated(range(DEPTH))


def vocabularies(tensors: Specs) -> list[int]:
    """Sizes of the model's tables that may be vocabularies."""
    return sorted({t.shape[0] for t in tensors if len(t.shape) == 2 and t.shape[0] >= VOCABULARY > t.shape[1]})


def strangers(tensors: Specs, sizes: Sequence[int]) -> dict[str, Specs]:
    """Models of the same code by others. `sizes`: vocabularies of all models that are no relatives."""
    stack = numbered(tensors)
    assert stack is not None
    models = {
        "few blocks": stack.repeated(range(SHALLOW)),
        "more blocks": stack.repeated(range(DEEPER)),
    }
    vocabulary_sizes = vocabularies(tensors)
    others = [n for n in sizes if n != vocabulary_sizes[-1]] if vocabulary_sizes else []
    if others:
        models["another vocabulary"] = _resized(tensors, vocabulary_sizes[-1], others[_pick(tensors, 0, len(others))])
        nearest = min(others, key=lambda n: (abs(n - vocabulary_sizes[-1]), n))
        models["the nearest of all vocabularies"] = _resized(tensors, vocabulary_sizes[-1], nearest)
    return models


def descendants(tensors: Specs) -> dict[str, Specs]:
    """Models made from this one's weights."""
    stack = numbered(tensors)
    assert stack is not None
    smallest = min(stack.entry, key=lambda n: (prod(stack.entry[n].shape), n))
    remains = replace(stack, entry={smallest: stack.entry[smallest]}, others=())
    widths = [n for t in tensors for n in t.shape[1:2] if len(t.shape) == 2]
    variants: dict[str, Callable[[], Specs]] = {
        "block pruned": lambda: stack.repeated(range(DEPTH - 1)),
        "block pruned, numbers kept": lambda: stack.repeated([i for i in range(DEPTH) if i != _pick(tensors, 1)]),
        "cut with left-overs": lambda: (*stack.repeated(range(CUT)), *remains.repeated(range(CUT, DEPTH))),
        "head added": lambda: (*tensors, TensorSpec("score.weight", "F32", (7, max(set(widths), key=widths.count)))),
        "quantised": lambda: _quantised(tensors),
    }
    vocabulary_sizes = vocabularies(tensors)
    if vocabulary_sizes:
        variants["vocabulary grown"] = lambda: _resized(
            tensors, vocabulary_sizes[-1], vocabulary_sizes[-1] + _pick(tensors, 1, 40)
        )
    return {name: make() for name, make in variants.items() if widths or name != "head added"}


def _pick(tensors: Specs, first: int, beyond: int = DEPTH - 1) -> int:
    """A number in range(first, beyond) by a hash of the names, so that each run takes the same."""
    text = "".join(t.key for t in tensors)
    return first + int(hashlib.sha256(text.encode()).hexdigest(), 16) % (beyond - first)


def _resized(tensors: Specs, old: int, new: int) -> Specs:
    return tuple(t._replace(shape=tuple(new if n == old else n for n in t.shape)) for t in tensors)


def _quantised(tensors: Specs) -> Specs:
    out: list[TensorSpec] = []
    for t in tensors:
        matrix = t.key.endswith(".weight") and len(t.shape) == 2
        out.append(t._replace(dtype="F8_E4M3") if matrix else t)
        if matrix:
            out.append(TensorSpec(f"{t.key}_scale", "F32", ()))
    return tuple(out)
