"""A rule that is right too seldom answers unknown, with the reason, whatever it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from archkb.ingest import rules
from archkb.ingest.doubtful_facts import without_doubt
from archkb.ingest.graph.rows import to_tables
from archkb.ingest.pipeline import analyse, find_modules
from archkb.ingest.scorer_format import predictions
from archkb.ingest.tree.module_tree import build
from archkb.kb.declared_heads import configuration
from archkb.kb.values import Header, TensorSpec
from tests.nets import repeated

_BLOCK = {
    "norm1.weight": (64,),
    "self_attn.q_norm.weight": (16,),
    "self_attn.q_proj.weight": (64, 64),
    "self_attn.k_proj.weight": (32, 64),
    "self_attn.v_proj.weight": (32, 64),
    "self_attn.o_proj.weight": (64, 64),
    "norm2.weight": (64,),
    "mlp.up_proj.weight": (256, 64),
    "mlp.down_proj.weight": (64, 256),
}
HEADER = Header(tuple(TensorSpec(k, "F32", s) for k, s in repeated("layers", 3, _BLOCK).items()))

Measure = Callable[[str, float], None]


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> Iterator[Measure]:
    """Give a rule another measured precision."""
    table = dict(rules.measured())

    def give(rule: str, precision: float) -> None:
        table[rule] = {"n": 100, "models": 50, "families": 50, "precision": precision}
        rules.confidence.cache_clear()
        rules.is_doubtful.cache_clear()

    monkeypatch.setattr(rules, "measured", lambda: table)
    yield give
    monkeypatch.undo()
    rules.confidence.cache_clear()
    rules.is_doubtful.cache_clear()


def test_facts_of_a_doubtful_rule_are_unknown_and_say_why(measured: Measure) -> None:
    before = analyse(HEADER)
    rule_ids = {
        before.leaves["layers.0.norm1"].kind.evidence.rule,
        before.attentions["layers.0.self_attn"].attends.evidence.rule,
        before.attentions["layers.0.self_attn"].heads.evidence.rule,
        before.feed_forwards["layers.0.mlp"].form.evidence.rule,
    }
    assert len(rule_ids) == 4
    for rule in rule_ids:
        measured(rule, 0.6)
    after = analyse(HEADER)
    norm, attention = after.leaves["layers.1.norm1"], after.attentions["layers.2.self_attn"]
    for fact in (norm.kind, attention.attends, attention.heads, after.feed_forwards["layers.0.mlp"].form):
        assert fact.value is None
        assert fact.evidence.basis == "none"
        assert "60%" in fact.evidence.detail
    assert norm.role == "Norm", "that it is a norm is not in doubt"
    said = predictions(after)
    assert said["modules"]["layers.0.norm1"]["type"] is None
    assert said["mlp"] == []
    assert to_tables(after, name="doubt").model["n_tensors"] == len(HEADER.tensors)


def test_additions_and_stacks_of_a_doubtful_rule_are_not_claimed(measured: Measure) -> None:
    before = analyse(HEADER)
    kept = {r.form.evidence.rule for r in before.residuals}
    assert len(kept) == 2
    assert set(before.stacks) == {"layers"}
    measured("residual.attention", 0.69)
    assert {r.form.evidence.rule for r in analyse(HEADER).residuals} == kept - {"residual.attention"}
    measured(before.stacks["layers"].depth.evidence.rule, 0.2)
    assert not analyse(HEADER).stacks


def test_the_bench_still_sees_what_a_doubtful_rule_says(measured: Measure) -> None:
    expected = [r.form.evidence.rule for r in analyse(HEADER).residuals]
    measured("residual.attention", 0.1)
    assert [r.form.evidence.rule for r in analyse(HEADER, doubtful=True).residuals] == expected


def test_a_rule_at_the_limit_and_one_never_measured_answer(measured: Measure) -> None:
    measured("residual.attention", rules.DOUBTFUL)
    assert not rules.is_doubtful("residual.attention")
    assert rules.confidence("made.up") == rules.UNMEASURED
    assert not rules.is_doubtful("made.up")


def test_findings_are_settled_without_being_changed(measured: Measure) -> None:
    findings = find_modules(build(HEADER.tensors), configuration(HEADER.configurations))
    norm = findings.leaves["layers.0.norm1"]
    measured(norm.kind.evidence.rule, 0.6)

    settled = without_doubt(findings)

    assert settled.leaves["layers.0.norm1"].kind.value is None
    assert findings.leaves["layers.0.norm1"] is norm
    assert norm.kind.value == "RMSNorm"
    assert settled.leaves["layers.0.mlp.up_proj"] is findings.leaves["layers.0.mlp.up_proj"]
