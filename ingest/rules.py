"""The rules of inference by id: what each says, on what basis, and where it comes from.

A rule is one small function in the module that uses it; its entry here is what the graph, `explain` and the
calibration table show. `precision` is measured by `archkb bench CORPUS_DIR --confidences FILE`, weighted towards models
the rule was not written on, and lives in `precision.json` beside this file; a rule never measured has the confidence
:data:`UNMEASURED`. What a rule says that is right too seldom is not told: see :func:`sure`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from archkb.kb.values import Basis, Evidence, Fact, Value

RULES_VERSION = "6"
"""Raised whenever a rule changes what it infers, so that a re-ingest replaces older facts."""

UNMEASURED = 0.5

DOUBTFUL = 0.7
"""A rule whose measured precision is below this answers unknown, if enough was seen of it."""

ENOUGH = 3
"""Families a rule must have been used in to be called doubtful."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of inference. `statement` is a sentence a user can check against a header."""

    id: str
    basis: Basis
    statement: str
    source: str
    definition: bool = False


_REGISTRY: dict[str, Rule] = {}


def rule(
    id_: str,
    basis: Basis,
    statement: str,
    source: str = "measured on public model code",
    *,
    definition: bool = False,
) -> Rule:
    """Declare a rule; ids are unique. A `definition` only restates what the header says, so it cannot be wrong."""
    if id_ in _REGISTRY:
        raise ValueError(f"two rules are called {id_!r}")
    declared = Rule(id_, basis, statement, source, definition)
    _REGISTRY[id_] = declared
    return declared


def registry() -> tuple[Rule, ...]:
    """All declared rules, by id."""
    return tuple(_REGISTRY[k] for k in sorted(_REGISTRY))


@cache
def measured() -> dict[str, dict[str, float]]:
    """By rule id: precision, and the uses, models and families it was measured on."""
    figures = files("archkb.ingest").joinpath("precision.json")
    data: dict[str, dict[str, float]] = json.loads(figures.read_text()) if figures.is_file() else {}
    return data


@cache
def is_doubtful(rule_id: str) -> bool:
    """Whether the rule was measured and found right too seldom to be told. Definitions never are."""
    table = measured().get(rule_id)
    return table is not None and misleads(table["precision"], int(table["families"]))


def misleads(precision: float, families: int) -> bool:
    """Whether a rule of this measured precision, seen in so many families, is right too seldom."""
    return precision < DOUBTFUL and families >= ENOUGH


def sure(inferred: Fact) -> Fact:
    """The fact itself, or unknown where its rule is doubtful: the reason says what was seen and how often it holds."""
    because = inferred.evidence
    if inferred.value is None or not is_doubtful(because.rule):
        return inferred
    holds = f"{confidence(because.rule):.0%}"
    reason = f"{because.detail}; {because.rule} says {inferred.value}, which holds for {holds} of models"
    return Fact(None, Evidence(because.rule, "none", reason, None))


@cache
def confidence(rule_id: str) -> float:
    """The rule's measured precision; 1 for a definition, :data:`UNMEASURED` where there is none."""
    if rule_id in _REGISTRY and _REGISTRY[rule_id].definition:
        return 1.0
    return measured().get(rule_id, {}).get("precision", UNMEASURED)


def fact(value: Value, because: Rule, detail: str) -> Fact:
    """A fact by a rule; `detail` is what was seen here."""
    return Fact(value, Evidence(because.id, because.basis, detail, confidence(because.id)))


def unknown(because: Rule, detail: str) -> Fact:
    """An unknown by a rule; `detail` says why nothing proves a value. It has no confidence."""
    return Fact(None, Evidence(because.id, "none", detail, None))
