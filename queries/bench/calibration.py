"""How often each rule was used and right, and whether its confidence says so.

The expected calibration error (ECE) tells whether confidences can be believed: the mean over ten equal bins of
|confidence - precision|, weighted by predictions (Naeini et al. 2015). A confidence is never judged on models it was
measured on: each third of the families is judged by what the other two say (:func:`cross_fitted`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from archkb.queries.bench.corpus import FOLDS, fold_of
from archkb.queries.bench.counts import Scored, Verdict
from archkb.queries.bench.measured_precision import Measured, class_of, measure

BINS = 10


@dataclass(frozen=True, slots=True)
class RuleUse:
    """One rule: how often it was used, how often it was right, and the confidence it claimed."""

    rule: str
    task: str
    uses: int
    right: int
    confidence: float

    @property
    def precision(self) -> float:
        """Share that was right."""
        return self.right / self.uses


def by_rule(verdicts: Iterable[Verdict]) -> list[RuleUse]:
    """Use of every rule, by task and rule."""
    groups: dict[tuple[str, str], list[Verdict]] = defaultdict(list)
    for v in verdicts:
        groups[v.task, v.rule].append(v)
    return [
        RuleUse(rule, task, len(g), sum(v.right for v in g), sum(v.confidence for v in g) / len(g))
        for (task, rule), g in sorted(groups.items())
    ]


@dataclass(frozen=True, slots=True)
class Bin:
    """Predictions whose confidence lies in [low, high)."""

    low: float
    high: float
    uses: int
    confidence: float
    precision: float


def reliability(verdicts: Sequence[Verdict]) -> list[Bin]:
    """The non-empty bins of equal width."""
    binned: dict[int, list[Verdict]] = defaultdict(list)
    for v in verdicts:
        binned[min(BINS - 1, int(v.confidence * BINS))].append(v)
    return [
        Bin(i / BINS, (i + 1) / BINS, len(g), sum(v.confidence for v in g) / len(g), sum(v.right for v in g) / len(g))
        for i, g in sorted(binned.items())
    ]


def ece(verdicts: Sequence[Verdict]) -> float:
    """Expected calibration error in [0, 1]; 0 where there is nothing to judge."""
    total = len(verdicts)
    return sum(b.uses * abs(b.confidence - b.precision) for b in reliability(verdicts)) / total if total else 0.0


def cross_fitted(models: Sequence[Scored], misleads: Callable[[float, int], bool]) -> tuple[Scored, ...]:
    """The models with the confidences that the folds of other families give.

    Answers of a rule that `misleads` by its precision and families there are not given. A rule those folds never used
    has the mean of its class there, or of all rules.
    """
    out = []
    for fold in range(FOLDS):
        learnt = measure(m for m in models if fold_of(m.group) != fold)
        unknown = {rule for rule, m in learnt.items() if misleads(m.precision, m.families)}
        for model in models:
            if fold_of(model.group) == fold:
                told = (v for v in model.verdicts if v.rule not in unknown)
                judged = tuple(replace(v, confidence=_claimed(v.rule, learnt)) for v in told)
                out.append(replace(model, verdicts=judged))
    return tuple(out)


def _claimed(rule: str, learnt: Mapping[str, Measured]) -> float:
    if rule in learnt:
        return learnt[rule].precision
    alike = [m.precision for r, m in learnt.items() if class_of(r) == class_of(rule)]
    alike = alike or [m.precision for m in learnt.values()]
    return sum(alike) / len(alike) if alike else 0.5


def groups(models: Sequence[Scored]) -> dict[str, list[Scored]]:
    """All models, folds, those seen and unseen when rules were written, and four bands of novelty; none is empty."""
    found = {"all": list(models)}
    found |= {f"fold {i + 1}": [m for m in models if fold_of(m.group) == i] for i in range(FOLDS)}
    found |= {"seen": [m for m in models if not m.newness], "unseen": [m for m in models if m.newness]}
    found |= novelty_bands(models)
    return {name: chosen for name, chosen in found.items() if chosen}


def novelty(models: Sequence[Scored]) -> dict[str, float]:
    """By model: the share of its key patterns that no model of another family has."""
    holders: dict[str, set[str]] = defaultdict(set)
    for model in models:
        for pattern in model.patterns:
            holders[pattern].add(model.group)
    return {m.name: sum(len(holders[p]) == 1 for p in m.patterns) / (len(m.patterns) or 1) for m in models}


def novelty_bands(models: Sequence[Scored]) -> dict[str, list[Scored]]:
    """Quarters of the models from the least novel to the most, named by the span of their novelty."""
    new = novelty(models)
    ranked = sorted(models, key=lambda m: (new[m.name], m.name))
    out = {}
    for i in range(4):
        chosen = ranked[i * len(ranked) // 4 : (i + 1) * len(ranked) // 4]
        if chosen:
            out[f"novelty {i + 1}: {new[chosen[0].name]:.2f}-{new[chosen[-1].name]:.2f}"] = chosen
    return out
