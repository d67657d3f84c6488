"""Aligning two models of 20,000 tensors against four pairs of 5,000: the cost is to grow no faster than n log n.

Three kinds of pairs: a version with gates and a wider vocabulary under the same names; a packaging under other names;
and one whose blocks all differ in width, under other names too, so that no block can be looked at once for all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from math import log

from archkb.queries.diff.align import align
from archkb.queries.tensor_types import Spec
from benchmarks.paired import Ratio, pair

SMALL, LARGE = 5_000, 20_000
AIM = round(log(LARGE) / log(SMALL), 2)
"""n log n for a model four times as large, over four times the small one's."""

Net = Mapping[str, Spec]
_NAMES = {
    "embed": "tok_embeddings", "layers": "blocks", "self_attn": "attention", "q_proj": "wq", "k_proj": "wk",
    "v_proj": "wv", "o_proj": "wo", "mlp": "feed_forward", "up_proj": "w1", "down_proj": "w2",
    "norm1": "attention_norm", "norm2": "ffn_norm",
}  # fmt: skip


def decoder(tensors: int, width: Callable[[int], int], *, gates: bool = False, vocabulary: int = 32_000) -> Net:
    """Blocks of fourteen tensors, each as wide as `width` says, until there are so many."""
    out = {"embed.weight": Spec("BF16", (vocabulary, width(0)))}
    for i in range((tensors - 1) // 14):
        w, p = width(i), f"layers.{i}"
        sizes = {f"self_attn.{x}_proj": (w, w) for x in "qkvo"} | {
            "mlp.up_proj": (4 * w, w),
            "mlp.down_proj": (w, 4 * w),
        }
        for name, (rows, columns) in sizes.items():
            out[f"{p}.{name}.weight"] = Spec("BF16", (rows, columns))
            out[f"{p}.{name}.bias"] = Spec("BF16", (rows,))
        out |= {f"{p}.norm{n}.weight": Spec("BF16", (w,)) for n in (1, 2)}
        if gates:
            out[f"{p}.self_attn.gate.weight"] = Spec("BF16", (8, w))
    return out


def spelt(net: Net) -> Net:
    """The same net under other names."""
    return {".".join(_NAMES.get(part, part) for part in key.split(".")): spec for key, spec in net.items()}


def version(tensors: int) -> tuple[Net, Net]:
    """Equal blocks and the same with gates and more tokens."""
    return decoder(tensors, lambda _: 1024), decoder(tensors, lambda _: 1024, gates=True, vocabulary=32_064)


def packaging(tensors: int) -> tuple[Net, Net]:
    """Equal blocks under two conventions."""
    net = decoder(tensors, lambda _: 1024)
    return net, spelt(net)


def uneven(tensors: int) -> tuple[Net, Net]:
    """Blocks of which no two have one width, under two conventions."""
    net = decoder(tensors, lambda i: 64 + 8 * i)
    return net, spelt(net)


def run(make: Callable[[int], tuple[Net, Net]]) -> Ratio:
    """One kind of pairs, large against four small ones."""
    large, small = make(LARGE), make(SMALL)

    def many() -> None:
        for _ in range(LARGE // SMALL):
            align(*small)

    name = f"diff of two models of {LARGE:,} tensors ({make.__name__})"
    return pair(name, f"{LARGE // SMALL} pairs of {SMALL:,}", lambda: align(*large), many, runs=5, aim=AIM)


RUNS = tuple(partial(run, make) for make in (version, packaging, uneven))
