"""Cost per tensor at 100,000 tensors against that at 5,000: extraction is to be linear."""

from __future__ import annotations

from archkb.ingest.graph.rows import to_tables
from archkb.ingest.pipeline import analyse
from archkb.kb.values import Header, TensorSpec
from benchmarks.paired import Ratio, pair

SMALL, LARGE = 5_000, 100_000


def transformer(tensors: int) -> Header:
    """A transformer of that many tensors: equal blocks of ten, every seventh with a gate, so that stacks are uneven."""
    width, out = 64, [TensorSpec("embed.weight", "F32", (1000, 64))]
    block = 0
    while len(out) < tensors:
        p = f"layers.{block}"
        for name in ("attn.q_proj", "attn.k_proj", "attn.v_proj", "attn.o_proj"):
            out.append(TensorSpec(f"{p}.{name}.weight", "F32", (width, width)))
        out.append(TensorSpec(f"{p}.mlp.gate_proj.weight", "F32", (4 * width, width)))
        out.append(TensorSpec(f"{p}.mlp.up_proj.weight", "F32", (4 * width, width)))
        out.append(TensorSpec(f"{p}.mlp.down_proj.weight", "F32", (width, 4 * width)))
        out.append(TensorSpec(f"{p}.norm1.weight", "F32", (width,)))
        out.append(TensorSpec(f"{p}.norm2.weight", "F32", (width,)))
        if block % 7 == 0:
            out.append(TensorSpec(f"{p}.attn.gate.weight", "F32", (8, width)))
        block += 1
    return Header(tuple(out[:tensors]))


def run() -> Ratio:
    """Both sides extract as many tensors in all: one large model, and twenty small ones."""
    large, small = transformer(LARGE), transformer(SMALL)

    def many() -> None:
        for _ in range(LARGE // SMALL):
            to_tables(analyse(small), name="small")

    return pair(
        "100,000 tensors in one model",
        "20 models of 5,000 tensors",
        lambda: to_tables(analyse(large), name="large"),
        many,
        runs=3,
        aim=1.3,
    )
