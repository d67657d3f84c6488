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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod

from archkb.kb.tables import GraphTables

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


def targets_of(tables: GraphTables) -> dict[str, Target]:
    """Adapted modules of a model; empty where it holds no low-rank factors."""
    return targets({t["key"]: tuple(t["shape"]) for t in tables.records("Tensor")})


def adapted_width(tensors: Mapping[str, Shape]) -> int | None:
    """The width most of an adapter's targets have to do with, None where its form shows none.

    >>> adapted_width({"x.a.lora_A.weight": (4, 8), "x.a.lora_B.weight": (16, 4), "x.b.lora_A.weight": (4, 8)})
    8
    """
    widths = Counter(w for t in targets(tensors).values() for w in {t.reads, t.writes} if w)
    return max(widths, key=lambda w: (widths[w], w), default=None)


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


def match_targets(adapter: Mapping[str, Target], base: Mapping[str, tuple[int, int]]) -> TargetMatch:
    """Match the targets of an adapter with the modules of a base.

    `base`: (width read, width written) of its matrices and convolutions by path; a kernel counts as width read.
    """
    names: dict[str, list[str]] = {}
    for path in base:
        names.setdefault(_flat(path), []).append(path)
    prefixes = _prefixes(adapter, names)
    touched: dict[str, str] = {}
    missing, misfits, incomplete = [], [], []
    for path, target in adapter.items():
        module = _resolve(path, prefixes, names)
        if module is None:
            missing.append(path)
        elif not target.whole:
            incomplete.append(path)
        elif any(
            want not in (None, has) for want, has in zip((target.reads, target.writes), base[module], strict=True)
        ):
            misfits.append(path)
        else:
            touched[path] = module
    return TargetMatch(touched, tuple(missing), tuple(misfits), tuple(incomplete))


def _flat(path: str) -> str:
    return path.replace(".", "_").lower()


def _prefixes(adapter: Iterable[str], names: Iterable[str]) -> list[tuple[str, str]]:
    """(text to leave off, text to put before), the pair that serves most targets first; neither holds their numbers."""
    sample = list(adapter)
    sample = sample[:: max(1, len(sample) // _SAMPLE)][:_SAMPLE]
    by_last_word: dict[str, list[str]] = {}
    for name in names:
        by_last_word.setdefault(name.rpartition("_")[2], []).append(name)
    votes: Counter[tuple[str, str]] = Counter()
    for path in sample:
        words = _flat(path).split("_")
        alike = by_last_word.get(words[-1], ())
        for drop in range(min(_DROP, len(words))):
            if any(w.isdigit() for w in words[:drop]):
                break
            end = "_".join(words[drop:])
            off = _flat(path)[: -len(end)]
            alone = drop == len(words) - 1  # one word is the end of too many names
            votes.update(
                (off, name[: -len(end)]) for name in alike if name == end or (not alone and name.endswith(f"_{end}"))
            )
    return [pair for pair, _ in sorted(votes.items(), key=lambda v: (-v[1], v[0]))]


def _resolve(path: str, prefixes: Iterable[tuple[str, str]], names: Mapping[str, Sequence[str]]) -> str | None:
    """The base's path; of several that read alike without dots the one with the adapter's own dots."""
    flat = _flat(path)
    for off, before in prefixes:
        found = names.get(before + flat[len(off) :]) if flat.startswith(off) else None
        if found:
            return next((own for own in found if path.endswith(own) or own.endswith(path)), found[0])
    return None


def widths(tables: GraphTables) -> dict[str, tuple[int, int]]:
    """Path -> (width read, width written) of a model's matrices and convolutions; a kernel counts as width read."""
    found = {m["path"]: (m["in_features"], m["out_features"]) for m in tables.records("Module", "Linear")}
    for m in tables.records("Module", "Conv"):
        found[m["path"]] = ((m["in_channels"] or 0) * prod(m["kernel"] or ()), m["out_channels"])
    return found
