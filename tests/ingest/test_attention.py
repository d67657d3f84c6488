"""Attention of small nets: found by its projections, with widths."""

from __future__ import annotations

from ingest.assemble import analyse
from tests.nets import below, header, repeated

SEPARATE = {
    "q_proj.weight": (32, 32), "k_proj.weight": (8, 32), "v_proj.weight": (8, 32), "o_proj.weight": (32, 32),
}  # fmt: skip


def test_separate_projections_and_their_ratio():
    found = analyse(header(repeated("layers", 2, below("attn", SEPARATE)))).attentions
    assert set(found) == {"layers.0.attn", "layers.1.attn"}
    one = found["layers.1.attn"]
    assert (one.form, one.q_dim, one.kv_dim, one.inner_dim, one.out_dim) == ("separate", 32, 32, 32, 32)
    assert one.gqa.value == 4
    assert one.gqa.evidence.rule == "attention.gqa"
    assert dict(one.parts) == {"q": "q_proj", "k": "k_proj", "v": "v_proj", "o": "o_proj"}
