"""A low-rank adapter against a base: which modules it changes, at which rank, and what of it would change nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable

from archkb.kb.relations.adapter import ModuleNames, Target, TargetMatch, match_targets, widths
from archkb.kb.wording import ranges
from archkb.queries.diff.comparison import Adaptation, NoOp, Touch
from archkb.queries.model_view import ModelView

_NUMBER = re.compile(r"(?<![^._])(\d+)(?![^._])")


def adaptation(source: ModelView, target: ModelView) -> Adaptation | None:
    """The one of two models that is an adapter laid on the other; None where neither or both are.

    A model that holds a low-rank pair beside weights of its own is no adapter: its role says so.
    """
    if bool(source.targets) == bool(target.targets):
        return None
    return _adaptation(source, target) if source.targets else _adaptation(target, source)


def _adaptation(adapter: ModelView, base: ModelView) -> Adaptation:
    wanted = adapter.targets
    match = match_targets(wanted, ModuleNames(widths(base.tables.nodes)))
    changed = [base.modules[path] for path in set(match.touched.values())]
    return Adaptation(
        adapter.name,
        base.name,
        len(wanted),
        _touches(base, wanted, match),
        _no_ops(match),
        sum(m["n_params"] for m in changed) / (int(base.model["n_params"]) or 1),
        len(base.tensors) - sum(m["n_tensors"] for m in changed),
        _beside(adapter.tensors, wanted),
        tuple((path, wanted[target].rank) for target, path in match.touched.items()),
    )


def _beside(keys: Iterable[str], wanted: Container[str]) -> tuple[tuple[str, int], ...]:
    """Tensors of an adapter that are of no target: whole weights that were trained with it, say."""
    free = (key for key in keys if not any(key[: m.start()] in wanted for m in re.finditer("[._]", key)))
    return tuple(sorted(Counter(_NUMBER.sub("{i}", key) for key in free).items()))


def _touches(base: ModelView, wanted: dict[str, Target], match: TargetMatch) -> tuple[Touch, ...]:
    ranks: dict[str, Counter[int | None]] = {}
    places: dict[str, list[str]] = {}
    for target, path in match.touched.items():
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


def _no_ops(match: TargetMatch) -> tuple[NoOp, ...]:
    counted: Counter[tuple[str, str]] = Counter()
    for paths, why in (
        (match.missing, "the base has no such module: a loader that does not check passes over it"),
        (match.incomplete, "one half of the pair is missing: the product changes nothing"),
        (match.misfits, "the base's module has other widths: it cannot be applied"),
    ):
        counted.update((_NUMBER.sub("{i}", path), why) for path in paths)
    return tuple(NoOp(pattern, n, why) for (pattern, why), n in sorted(counted.items()))
