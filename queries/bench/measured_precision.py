"""How often a rule is right on a model it was not written on: what its confidence is made of.

Every model counts once a rule, by the share of the rule's answers in it that are right, so that one model of a thousand
layers says no more than another. A model of which nothing was known when rules were written says more than one they
were tuned on. A rule is drawn towards its class, the rules whose ids begin with the same word, and the more so the
fewer families used it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from archkb.queries.bench.counts import Scored

NEW_WEIGHT = 1.0
"""A model counts 1 + this times its newness."""

PRIOR_FAMILIES = 4.0
"""Families of its class's precision that are added to a rule's own."""

PRIOR_SHARE = 0.2
"""Further families of its class, as a share of those that support the rule: these models were read for it."""

FIRST_SIGHT = {"kind": 0.973, "attends": 0.967, "ff": 0.961, "heads": 0.952, "residual": 0.895}
"""Precision of a class on 191 models when its rules, those of version 2, met them for the first time, by model.

Afterwards rules were mended on these models too, so that what is measured on them now is more than a next model gives.
A class without an entry is drawn towards its own mean.
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """One rule: answers, models and families it was measured on, and its precision after shrinkage, in (0, 1)."""

    uses: int
    models: int
    families: int
    precision: float


@dataclass(frozen=True, slots=True)
class _Tally:
    """One rule before shrinkage. `support` is the effective number of families: (sum w)^2 / sum w^2."""

    uses: int
    models: int
    families: int
    support: float
    share: float


def measure(models: Iterable[Scored]) -> dict[str, Measured]:
    """Precision by rule id: (support x share + prior x class) / (support + prior), prior = 4 + support / 5 families."""
    tallies = _tallies(models)
    classes = _classes(tallies) | FIRST_SIGHT
    out = {}
    for rule, t in tallies.items():
        prior = PRIOR_FAMILIES + PRIOR_SHARE * t.support
        drawn = (t.support * t.share + prior * classes[class_of(rule)]) / (t.support + prior)
        out[rule] = Measured(t.uses, t.models, t.families, drawn)
    return out


def class_of(rule: str) -> str:
    """The class a rule is drawn towards.

    >>> class_of("residual.conv.identity")
    'residual'
    """
    return rule.partition(".")[0]


def _tallies(models: Iterable[Scored]) -> dict[str, _Tally]:
    uses: dict[str, int] = defaultdict(int)
    shares: dict[str, list[tuple[str, float, float]]] = defaultdict(list)
    for model in models:
        answers: dict[str, list[bool]] = defaultdict(list)
        for verdict in model.verdicts:
            if verdict.rule:
                answers[verdict.rule].append(verdict.right)
        for rule, right in answers.items():
            uses[rule] += len(right)
            shares[rule].append((model.group, 1 + NEW_WEIGHT * model.newness, sum(right) / len(right)))
    return {rule: _tally(uses[rule], found) for rule, found in sorted(shares.items())}


def _tally(uses: int, shares: list[tuple[str, float, float]]) -> _Tally:
    families: dict[str, float] = defaultdict(float)
    for group, weight, _ in shares:
        families[group] += weight
    total = sum(families.values())
    support = total * total / sum(weight * weight for weight in families.values())
    share = sum(weight * right for _, weight, right in shares) / total
    return _Tally(uses, len(shares), len(families), support, share)


def _classes(tallies: Mapping[str, _Tally]) -> dict[str, float]:
    """Precision of all rules of a class, each by its support, with one imagined success and one failure."""
    right: dict[str, float] = defaultdict(float)
    support: dict[str, float] = defaultdict(float)
    for rule, tally in tallies.items():
        right[class_of(rule)] += tally.support * tally.share
        support[class_of(rule)] += tally.support
    return {name: (right[name] + 1) / (support[name] + 2) for name in support}
