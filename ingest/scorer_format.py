"""An analysis in the form the architecture-recovery scorer reads: plain JSON values, one object a model.

Beside what the scorer asks for, every item names the rule that gave it and its confidence, for calibration.
"""

from __future__ import annotations

from typing import Any

from archkb.ingest.analysis import Analysis, Attention
from archkb.ingest.rules import confidence
from archkb.kb.paths import part_path
from archkb.kb.values import Fact

_SCORED = frozenset(
    (
        *("linear", "conv1d", "conv2d", "conv3d", "convtranspose1d", "convtranspose2d", "convtranspose3d"),
        *("embedding", "layernorm", "rmsnorm", "groupnorm", "batchnorm", "instancenorm"),
    )
)
"""Layer types the format knows; every finer kind (LayerScale, LSTM, PositionalTable ...) is `other` there."""


def predictions(analysis: Analysis) -> dict[str, Any]:
    """{"modules", "stacks", "attention", "mlp", "residual", "role"} of one model.

    Stacks of plain layers, mixtures' wrappers and convolutional feed-forwards are left out, as the format asks.
    """
    return {
        "modules": {p: {"type": _type(leaf.kind), **_why(leaf.kind)} for p, leaf in analysis.leaves.items()},
        "stacks": [
            {"path": p, "depth": s.depth.value, **_why(s.depth), **_label_rule("kind.stack")}
            for p, s in analysis.stacks.items()
            if s.blocks
        ],
        "attention": [_attention(p, a) for p, a in analysis.attentions.items()],
        "mlp": [
            {"path": p, "type": f.form.value, "hidden": f.hidden, **_why(f.form), **_label_rule("kind.feed_forward")}
            for p, f in analysis.feed_forwards.items()
            if f.form.value in ("plain", "gated")
        ],
        "residual": [
            {"block": r.block, "around": [part_path(r.block, a) for a in r.around], **_why(r.form)}
            for r in analysis.residuals
        ],
        "role": analysis.role.value,
        "role_rule": analysis.role.evidence.rule,
        "role_confidence": analysis.role.evidence.confidence,
    }


def _type(kind: Fact) -> str | None:
    if kind.value is None:
        return None
    name = str(kind.value).lower()
    return name if name in _SCORED else "other"


def _why(fact: Fact, prefix: str = "") -> dict[str, Any]:
    """The rule behind a fact and how sure it is; of an unknown how sure the rule is, for "no layer" is a claim too."""
    evidence = fact.evidence
    sure = confidence(evidence.rule) if evidence.confidence is None else evidence.confidence
    return {f"{prefix}rule": evidence.rule, f"{prefix}confidence": sure}


def _label_rule(rule: str) -> dict[str, Any]:
    """The rule that gives such a module its label, apart from what is said of it."""
    return {"found_rule": rule, "found_confidence": confidence(rule)}


def _attention(path: str, attention: Attention) -> dict[str, Any]:
    return {
        "path": path,
        "kind": attention.attends.value,
        **_why(attention.attends),
        **_label_rule("kind.attention"),
        "heads": attention.heads.value,
        **_why(attention.heads, "heads_"),
        "kv_heads": attention.kv_heads.value,
        **_why(attention.kv_heads, "kv_heads_"),
        "head_dim": attention.head_dim.value,
        **_why(attention.head_dim, "head_dim_"),
        "gqa": attention.gqa.value,
        "fused": attention.form.startswith("fused"),
    }
