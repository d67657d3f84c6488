"""An analysis in the form the architecture-recovery scorer reads: plain JSON values, one object a model."""

from __future__ import annotations

from typing import Any

from ingest.analysis import Analysis


def predictions(analysis: Analysis) -> dict[str, Any]:
    """{"modules", "stacks", "attention", "mlp", "residual", "role"} of one model.

    Kinds are lower case; stacks of plain layers, mixtures' wrappers and convolutional feed-forwards are left out, as
    the format asks.
    """
    return {
        "modules": {p: str(leaf.kind.value or "other").lower() for p, leaf in analysis.leaves.items()},
        "stacks": [
            {"path": p, "depth": s.depth.value} for p, s in analysis.stacks.items() if s.blocks
        ],
        "attention": [
            {
                "path": p,
                "kind": a.attends.value,
                "heads": a.heads.value,
                "kv_heads": a.kv_heads.value,
                "head_dim": a.head_dim.value,
                "gqa": a.gqa.value,
                "fused": a.form.startswith("fused"),
            }
            for p, a in analysis.attentions.items()
        ],
        "mlp": [
            {"path": p, "type": f.form.value, "hidden": f.hidden}
            for p, f in analysis.feed_forwards.items()
            if f.form.value in ("plain", "gated")
        ],
        "residual": [
            {"block": r.block, "around": [f"{r.block}.{a}" if r.block else a for a in r.around]}
            for r in analysis.residuals
        ],
        "role": analysis.role.value,
    }
