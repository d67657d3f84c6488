"""Small nets made by hand, as keys with dtypes and shapes."""

from __future__ import annotations

from collections.abc import Iterable
from zlib import crc32

from archkb.queries.diff.align import Alignment
from archkb.queries.tensor_types import Spec

Net = dict[str, Spec]


def net(shapes: dict[str, tuple[int, ...]], dtype: str = "BF16") -> Net:
    """A state dict of one dtype."""
    return {key: Spec(dtype, shape) for key, shape in shapes.items()}


def linear(path: str, rows: int, columns: int, *, bias: bool = True) -> dict[str, tuple[int, ...]]:
    """Weight and bias of a linear layer."""
    return {f"{path}.weight": (rows, columns), **({f"{path}.bias": (rows,)} if bias else {})}


def transformer(depth: int = 4, width: int = 64, hidden: int = 256) -> dict[str, tuple[int, ...]]:
    """A decoder with separate projections and two norms a block."""
    out: dict[str, tuple[int, ...]] = {"model.embed_tokens.weight": (1000, width)}
    for i in range(depth):
        p = f"model.layers.{i}"
        for name in ("q_proj", "k_proj", "v_proj", "o_proj"):
            out |= linear(f"{p}.self_attn.{name}", width, width)
        out |= linear(f"{p}.mlp.up_proj", hidden, width) | linear(f"{p}.mlp.down_proj", width, hidden)
        out |= {f"{p}.input_layernorm.weight": (width,), f"{p}.post_attention_layernorm.weight": (width,)}
    return out | {"model.norm.weight": (width,), "lm_head.weight": (1000, width)}


def spelt(shapes: dict[str, tuple[int, ...]], *changes: tuple[str, str]) -> dict[str, tuple[int, ...]]:
    """The same net under other names."""
    out = {}
    for key, shape in shapes.items():
        for old, new in changes:
            key = key.replace(old, new)
        out[key] = shape
    return out


META = (
    ("model.layers", "blocks"), ("self_attn.q_proj", "attention.wq"), ("self_attn.k_proj", "attention.wk"),
    ("self_attn.v_proj", "attention.wv"), ("self_attn.o_proj", "attention.wo"), ("mlp.up_proj", "ffn.fc1"),
    ("mlp.down_proj", "ffn.fc2"), ("input_layernorm", "norm1"), ("post_attention_layernorm", "norm2"),
    ("model.embed_tokens", "tok_embeddings"), ("lm_head", "output"), ("model.norm", "ln_f"),
)  # fmt: skip
"""Another spelling of :func:`transformer`."""


def nameless(shapes: Iterable[str]) -> dict[str, str]:
    """Key -> the key with an opaque word for every component that is no number; one word a place in the tree."""
    words: dict[str, str] = {}

    def opaque(key: str) -> str:
        parts = key.split(".")
        places = ["/".join("#" if p.isdigit() else p for p in parts[: i + 1]) for i in range(len(parts))]
        return ".".join(
            p if p.isdigit() else words.setdefault(q, f"x{crc32(q.encode()):08x}")
            for p, q in zip(parts, places, strict=True)
        )

    return {key: opaque(key) for key in shapes}


def pairs(found: Alignment) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Keys of the first model -> keys of the second."""
    return {p.a: p.b for p in found.pairs}
