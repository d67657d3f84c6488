"""Low-rank adapters: which modules of a base model they change, and which of their factors would change nothing.

Adapters name their targets in the base's own words behind a prefix of the training program (`diffusion_model.`,
`base_model.model.`, `lora_unet_`), dotted or with every dot turned into an underscore. The prefix is found by the
targets themselves: the pair (what to leave off, what to put before) under which most of them are modules of the base.

>>> sorted(targets({"x.a.lora_A.weight": (4, 8), "x.a.lora_B.weight": (16, 4)}).items())
[('x.a', Target(path='x.a', rank=4, reads=8, writes=16, whole=True))]
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from operator import itemgetter
from typing import Any

from archkb.kb.tables import NodeTable

Shape = tuple[int, ...]

_FACTOR = re.compile(
    r"^(?P<path>.+?)[._](?:lora[._](?P<lora>a|b|up|down)(?![a-z0-9])|lora[._](?:mid|magnitude)|"
    r"(?P<other>hada_w[12]_[ab]|lokr_w[12](?:_[ab])?|oft_blocks|boft_blocks))",
    re.IGNORECASE,
)
_FIRST = ("a", "down")
_SAMPLE = 64
_DROP = 6
"""Words a training program may put before the base's own path, at most."""


@dataclass(frozen=True, slots=True)
class Target:
    """One adapted module as the adapter names it.

    `rank`: rows of the first factor; `reads`, `writes`: the base's widths; None where the adapter's form shows none.
    `whole`: both factors are there; one alone changes nothing.
    """

    path: str
    rank: int | None
    reads: int | None
    writes: int | None
    whole: bool


@dataclass(frozen=True, slots=True)
class TargetMatch:
    """An adapter's targets in a base: target -> path in the base; targets the base has not; targets of another size."""

    touched: Mapping[str, str]
    missing: tuple[str, ...]
    misfits: tuple[str, ...]
    incomplete: tuple[str, ...]

    @property
    def no_ops(self) -> int:
        """Targets that would silently change nothing: not in the base, or with one factor only."""
        return len(self.missing) + len(self.incomplete)


def targets(tensors: Mapping[str, Shape]) -> dict[str, Target]:
    """Adapted modules of a state dict (key -> shape) by path; empty where it holds no low-rank factors."""
    factors: dict[str, dict[str, Shape]] = {}
    for key, shape in tensors.items():
        part = _FACTOR.match(key)
        if part:
            factor = (part["lora"] or part["other"] or "").lower()
            named = factors.setdefault(part["path"], {})
            if _is_factor(key[part.end() :], shape):
                named[factor] = shape
    return {path: _target(path, part) for path, part in sorted(factors.items())}


def tensor_shapes(nodes: Iterable[NodeTable]) -> dict[str, Shape]:
    """Key -> shape of all tensors."""
    tables = (node for node in nodes if node.primary == "Tensor")
    return {key: tuple(shape) for key, shape in _cells(tables, None, "key", "shape")}


def adapted_width(found: Mapping[str, Target]) -> int | None:
    """The width most of an adapter's targets have to do with, None where its form shows none.

    >>> factors = {"x.a.lora_A.weight": (4, 8), "x.a.lora_B.weight": (16, 4), "x.b.lora_A.weight": (4, 8)}
    >>> adapted_width(targets(factors))
    8
    """
    sizes = Counter(w for t in found.values() for w in {t.reads, t.writes} if w)
    return max(sizes, key=lambda w: (sizes[w], w), default=None)


def target_lines(found: Mapping[str, Target]) -> list[str]:
    """Rank, number and place of targets, one text a rank and place, sorted.

    >>> names = [f"layers.{i}.q.lora_{half}.weight" for i in range(3) for half in "AB"]
    >>> target_lines(targets({name: (4, 8) if "_A" in name else (8, 4) for name in names}))
    ['4 3 layers.{i}.q']
    """
    places = Counter((t.rank, _place(t.path)) for t in found.values())
    return sorted(f"{'?' if rank is None else rank} {count} {place}" for (rank, place), count in places.items())


def _place(path: str) -> str:
    """A path with its numbers as {i}; one without dots has underscores for them."""
    sign = "." if "." in path else "_"
    return sign.join("{i}" if word.isdecimal() else word for word in path.split(sign))


def _is_factor(rest: str, shape: Shape) -> bool:
    """Whether what follows the factor's name leaves it a matrix: its bias and its scale are not the factor."""
    return (not rest or rest.lower().endswith("weight")) and len(shape) > 1


def _target(path: str, factors: Mapping[str, Shape]) -> Target:
    first = next((s for h, s in factors.items() if h in _FIRST), None)
    second = next((s for h, s in factors.items() if h in ("b", "up")), None)
    if first is None and second is None:
        return Target(path, None, None, None, whole=bool(factors.keys() - {""}))
    rank = first[0] if first else (second or (None, None))[1]
    reads = prod(first[1:]) if first else None
    return Target(path, rank, reads, second[0] if second else None, whole=bool(first and second))


class ModuleNames:
    """The modules of a base an adapter may change, by the ways their names may be spelt.

    `widths`: (width read, width written) of its matrices and convolutions by path; a kernel counts as width read.
    """

    def __init__(self, widths: Mapping[str, tuple[int, int]]) -> None:
        self.widths = widths
        self.flat: dict[str, list[str]] = {}
        for path in widths:
            self.flat.setdefault(_flat(path), []).append(path)
        self._by_last_words: dict[tuple[str, ...], list[str]] = {}
        for name in self.flat:
            self._by_last_words.setdefault(_last_words(name), []).append(name)

    def ending(self, end: str) -> Iterator[str]:
        """Names that are `end`, or end with it behind an underscore. Of one word alone only the first: it is the end
        of too many."""
        for name in self._by_last_words.get(_last_words(end), ()):
            if name == end or ("_" in end and name.endswith(f"_{end}")):
                yield name


def match_targets(adapter: Mapping[str, Target], base: ModuleNames) -> TargetMatch:
    """Match the targets of an adapter with the modules of a base."""
    prefixes = _prefixes(adapter, base)
    touched: dict[str, str] = {}
    missing, misfits, incomplete = [], [], []
    for path, target in adapter.items():
        module = _resolve(path, prefixes, base.flat)
        if module is None:
            missing.append(path)
        elif not target.whole:
            incomplete.append(path)
        elif any(
            want not in (None, has)
            for want, has in zip((target.reads, target.writes), base.widths[module], strict=True)
        ):
            misfits.append(path)
        else:
            touched[path] = module
    return TargetMatch(touched, tuple(missing), tuple(misfits), tuple(incomplete))


def _flat(path: str) -> str:
    return path.replace(".", "_").lower()


def _last_words(name: str) -> tuple[str, ...]:
    """The last two words of a flat name, of one word that alone."""
    return tuple(name.rsplit("_", 2)[-2:])


def _prefixes(adapter: Iterable[str], base: ModuleNames) -> list[tuple[str, str]]:
    """(text to leave off, text to put before), the pair that serves most targets first; neither holds their numbers."""
    sample = list(adapter)
    sample = sample[:: max(1, len(sample) // _SAMPLE)][:_SAMPLE]
    votes: Counter[tuple[str, str]] = Counter()
    for path in sample:
        flat = _flat(path)
        words = flat.split("_")
        for drop in range(min(_DROP, len(words))):
            if any(w.isdigit() for w in words[:drop]):
                break
            end = "_".join(words[drop:])
            off = flat[: -len(end)]
            votes.update((off, name[: -len(end)]) for name in base.ending(end))
    return [pair for pair, _ in sorted(votes.items(), key=lambda v: (-v[1], v[0]))]


def _resolve(path: str, prefixes: Iterable[tuple[str, str]], names: Mapping[str, Sequence[str]]) -> str | None:
    """The base's path; of several that read alike without dots the one with the adapter's own dots."""
    flat = _flat(path)
    for off, before in prefixes:
        found = names.get(before + flat[len(off) :]) if flat.startswith(off) else None
        if found:
            return next((own for own in found if path.endswith(own) or own.endswith(path)), found[0])
    return None


def widths(nodes: Iterable[NodeTable]) -> dict[str, tuple[int, int]]:
    """Path -> (width read, width written) of a model's matrices and convolutions; a kernel counts as width read.

    In the order of the paths, matrices first.
    """
    width_pairs: dict[str, tuple[int, int]] = {}
    tables = list(nodes)
    for path, reads, writes in _cells(tables, "Linear", "path", "in_features", "out_features"):
        width_pairs[path] = (reads, writes)
    for path, reads, writes, kernel in _cells(tables, "Conv", "path", "in_channels", "out_channels", "kernel"):
        width_pairs[path] = ((reads or 0) * prod(kernel or ()), writes)
    return width_pairs


def _cells(nodes: Iterable[NodeTable], role: str | None, *columns: str) -> list[tuple[Any, ...]]:
    """These columns of the nodes of a role, sorted by the first."""
    rows: list[tuple[Any, ...]] = []
    for node in nodes:
        if node.role == role:
            rows += map(itemgetter(*(node.columns.index(column) for column in columns)), node.rows)
    return sorted(rows, key=itemgetter(0))
