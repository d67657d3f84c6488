"""A low-rank adapter against a base: which modules it changes, at which rank, and what of it would change nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable
from dataclasses import dataclass

from archkb.kb.relations.adapter import Fit, Target, lay, targets_of, widths
from archkb.kb.wording import ranges
from archkb.queries.model_view import Profile

_NUMBER = re.compile(r"(?<![^._])(\d+)(?![^._])")


@dataclass(frozen=True, slots=True)
class Touch:
    """Like modules of the base and how many of them the adapter changes.

    `pattern`: their path with every number as {i}; `ranks`: rank -> modules; `touched` of `total`; `where`: the first
    numbers of those it touches, as ranges.
    """

    pattern: str
    kind: str
    touched: int
    total: int
    ranks: tuple[tuple[int | None, int], ...]
    where: str


@dataclass(frozen=True, slots=True)
class NoOp:
    """Targets of one spelling that change nothing in this base, and why."""

    pattern: str
    count: int
    why: str


@dataclass(frozen=True, slots=True)
class Adaptation:
    """An adapter laid on a base. `share`: of the base's parameters in modules that are changed.

    `untouched`: tensors of the base outside of these modules. `beside`: patterns of the adapter's tensors that are of
    no target, with how many there are.
    """

    adapter: str
    base: str
    targets: int
    touches: tuple[Touch, ...]
    no_ops: tuple[NoOp, ...]
    share: float
    untouched: int
    beside: tuple[tuple[str, int], ...]

    @property
    def touched(self) -> int:
        """Modules of the base that are changed."""
        return sum(t.touched for t in self.touches)


def adaptation(source: Profile, target: Profile) -> Adaptation | None:
    """The one of two models that is an adapter laid on the other; None where neither or both are.

    A model that holds a low-rank pair beside weights of its own is no adapter: its role says so.
    """
    ours, theirs = (targets_of(p.tables) if p.model["role"] == "adapter" else {} for p in (source, target))
    if bool(ours) == bool(theirs):
        return None
    return _laid(source, target, ours) if ours else _laid(target, source, theirs)


def _laid(adapter: Profile, base: Profile, wanted: dict[str, Target]) -> Adaptation:
    fit = lay(wanted, widths(base.tables))
    changed = [base.modules[path] for path in set(fit.touched.values())]
    return Adaptation(
        adapter.name,
        base.name,
        len(wanted),
        _touches(base, wanted, fit),
        _no_ops(fit),
        sum(m["n_params"] for m in changed) / (int(base.model["n_params"]) or 1),
        len(base.tensors) - sum(m["n_tensors"] for m in changed),
        _beside(adapter.tensors, wanted),
    )


def _beside(keys: Iterable[str], wanted: Container[str]) -> tuple[tuple[str, int], ...]:
    """Tensors of an adapter that are of no target: whole weights that were trained with it, say."""
    free = (key for key in keys if not any(key[: m.start()] in wanted for m in re.finditer("[._]", key)))
    return tuple(sorted(Counter(_NUMBER.sub("{i}", key) for key in free).items()))


def _touches(base: Profile, wanted: dict[str, Target], fit: Fit) -> tuple[Touch, ...]:
    ranks: dict[str, Counter[int | None]] = {}
    places: dict[str, list[str]] = {}
    for target, path in fit.touched.items():
        pattern = base.modules[path]["pattern"]
        ranks.setdefault(pattern, Counter())[wanted[target].rank] += 1
        places.setdefault(pattern, []).append(path)
    total = Counter(m["pattern"] for role in ("Linear", "Conv") for m in base.labelled(role))
    return tuple(
        Touch(
            pattern,
            str(base.modules[places[pattern][0]]["kind"]),
            sum(found.values()),
            total[pattern],
            tuple(sorted(found.items(), key=lambda r: (-r[1], r[0] or 0))),
            ranges(int(n.group(1)) for path in places[pattern] if (n := _NUMBER.search(path))),
        )
        for pattern, found in sorted(ranks.items())
    )


def _no_ops(fit: Fit) -> tuple[NoOp, ...]:
    counted: Counter[tuple[str, str]] = Counter()
    for paths, why in (
        (fit.missing, "the base has no such module: a loader that does not check passes over it"),
        (fit.halves, "one half of the pair is missing: the product changes nothing"),
        (fit.misfits, "the base's module has other widths: it cannot be applied"),
    ):
        counted.update((_NUMBER.sub("{i}", path), why) for path in paths)
    return tuple(NoOp(pattern, n, why) for (pattern, why), n in sorted(counted.items()))
