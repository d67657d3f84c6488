"""Precision of rules by model and family, shrinkage, cross-fitting, novelty, and the figures of the whole corpus."""

from __future__ import annotations

from pathlib import Path

import pytest

from archkb.ingest.pipeline import analyse
from archkb.ingest.rules import DOUBTFUL, ENOUGH, misleads
from archkb.ingest.scorer_format import predictions
from archkb.kb.values import Header
from archkb.queries.bench.calibration import cross_fitted, ece, groups, novelty, novelty_bands
from archkb.queries.bench.corpus import FOLDS, fold_of, records, specs
from archkb.queries.bench.counts import Scored, Verdict
from archkb.queries.bench.measured_precision import FIRST_SIGHT, NEW_WEIGHT, PRIOR_FAMILIES, PRIOR_SHARE, measure
from archkb.queries.bench.run import score_record


def scored(
    name: str,
    answers: dict[str, tuple[int, int]],
    *,
    group: str = "",
    newness: float = 0.0,
    keys: tuple[str, ...] = (),
) -> Scored:
    """A model with (right, wrong) answers by rule."""
    verdicts = [
        Verdict("t", rule, 0.5, right)
        for rule, (good, bad) in answers.items()
        for right in (True,) * good + (False,) * bad
    ]
    return Scored(name, "", False, {}, {}, tuple(verdicts), group or name, newness, frozenset(keys))


def drawn(support: float, share: float, class_precision: float) -> float:
    """A share of right answers that so many families support, drawn towards its class."""
    prior = PRIOR_FAMILIES + PRIOR_SHARE * support
    return (support * share + prior * class_precision) / (support + prior)


def _never(precision: float, families: int) -> bool:
    return False


def _below(precision: float, families: int) -> bool:
    return precision < DOUBTFUL


def in_folds() -> list[str]:
    """A group name for each fold, by fold."""
    names: dict[int, str] = {}
    for i in range(100):
        names.setdefault(fold_of(f"g{i}"), f"g{i}")
    return [names[fold] for fold in range(FOLDS)]


def test_a_model_counts_once_whatever_its_size() -> None:
    small_models = [scored(f"m{i}", {"a.x": (1, 0)}) for i in range(9)]
    one_large = scored("large", {"a.x": (0, 1000)})
    found = measure([*small_models, one_large])["a.x"]
    assert (found.uses, found.models, found.families) == (1009, 10, 10)
    class_mean = (10 * 0.9 + 1) / (10 + 2)
    assert found.precision == pytest.approx(drawn(10, 0.9, class_mean))


def test_a_family_of_many_models_supports_a_rule_like_one() -> None:
    alike = [scored(f"m{i}", {"a.y": (0, 1)}, group="one family") for i in range(20)]
    others = [scored(f"o{i}", {"a.x": (1, 0)}) for i in range(50)]
    seen_once, unlike = measure([*alike, *others]), [scored(f"m{i}", {"a.y": (0, 1)}) for i in range(20)]
    assert seen_once["a.y"].precision > DOUBTFUL > measure([*unlike, *others])["a.y"].precision


def test_a_rule_of_few_families_is_drawn_towards_its_class_alone() -> None:
    models = [scored(f"m{i}", {"good.x": (1, 0), "bad.x": (0, 1)}) for i in range(50)]
    rare = scored("rare", {"good.rare": (1, 0), "bad.rare": (1, 0)})
    found = measure([*models, rare])
    assert found["good.rare"].precision > 0.9
    assert found["bad.rare"].precision < 0.5


def test_models_unknown_when_rules_were_written_count_more() -> None:
    known, new = scored("known", {"a.x": (1, 0)}), scored("new", {"a.x": (0, 1)}, newness=1.0)
    share_right = 1 / (2 + NEW_WEIGHT)
    assert measure([known, new])["a.x"].precision < 0.5
    support = (2 + NEW_WEIGHT) ** 2 / (1 + (1 + NEW_WEIGHT) ** 2)
    class_mean = (support * share_right + 1) / (support + 2)
    assert measure([known, new])["a.x"].precision == pytest.approx(drawn(support, share_right, class_mean))


def test_a_rule_that_never_failed_claims_no_more_than_its_class_allows() -> None:
    models = [scored(f"m{i}", {"residual.x": (1, 0)}) for i in range(1000)]
    assert measure(models)["residual.x"].precision == pytest.approx(drawn(1000, 1.0, FIRST_SIGHT["residual"]))
    assert measure(models)["residual.x"].precision < 0.99


def test_a_fold_is_judged_by_the_others_and_doubtful_answers_are_not_given() -> None:
    first, second, third = in_folds()
    models = [scored(f"{g}{i}", {"a.x": (1, 0)}, group=g) for g in (first, second) for i in range(5)]
    models += [scored(f"{third}{i}", {"a.x": (0, 4)}, group=third) for i in range(5)]
    fitted = {m.name: m.verdicts for m in cross_fitted(models, _never)}
    alone = measure(m for m in models if m.group != third)["a.x"].precision
    assert {v.confidence for v in fitted[f"{third}0"]} == {alone}
    assert {v.confidence for v in fitted[f"{first}0"]} == {
        measure(m for m in models if m.group != first)["a.x"].precision
    }
    assert [len(m.verdicts) for m in cross_fitted(models, _below)].count(0) == 10, "the third fold misled the others"


def test_a_rule_the_other_folds_never_used_has_the_mean_of_its_class() -> None:
    first, second, _ = in_folds()
    models = [
        scored("a", {"c.known": (9, 0)}, group=first),
        scored("b", {"c.other": (1, 0), "d.other": (1, 0)}, group=second),
    ]
    fitted = {m.name: {v.rule: v.confidence for v in m.verdicts} for m in cross_fitted(models, _never)}
    learnt = measure([models[0]])["c.known"].precision
    assert fitted["b"] == {"c.other": learnt, "d.other": learnt}


def test_a_rule_misleads_only_where_enough_families_used_it() -> None:
    assert misleads(DOUBTFUL - 0.01, ENOUGH)
    assert not misleads(DOUBTFUL - 0.01, ENOUGH - 1)
    assert not misleads(DOUBTFUL, ENOUGH)


def test_novelty_is_the_share_of_keys_that_no_other_family_has() -> None:
    models = [
        scored("a1", {}, group="a", keys=("x.{i}", "y")),
        scored("a2", {}, group="a", keys=("y",)),
        scored("b", {}, group="b", keys=("x.{i}", "p", "q", "r")),
        scored("c", {}, group="c", keys=("x.{i}",)),
    ]
    assert novelty(models) == {"a1": 0.5, "a2": 1.0, "b": 0.75, "c": 0.0}
    bands = novelty_bands(models)
    assert [[m.name for m in band] for band in bands.values()] == [["c"], ["a1"], ["b"], ["a2"]]
    assert list(bands)[1] == "novelty 2: 0.50-0.50"
    assert "unseen" not in groups(models)


@pytest.mark.shared
@pytest.mark.slow
def test_confidences_can_be_believed_on_families_they_were_not_measured_on(shared: Path) -> None:
    models = [
        score_record(record, predictions(analyse(Header(specs(record)), doubtful=True)))
        for record in records(shared / "corpus" / "models")
    ]
    fitted = cross_fitted(models, misleads)
    verdicts = [v for m in fitted for v in m.verdicts]
    assert ece(verdicts) <= 0.015
    for task in {v.task for v in verdicts}:
        assert ece([v for v in verdicts if v.task == task]) <= 0.03, task
