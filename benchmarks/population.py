"""A population of checkpoints made by rule, as a hub would hold them: bases, and what people make of them.

No data set of the headers of a hub was found, so the shares are parameters, not facts. The same seed gives the same
population.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from itertools import accumulate
from math import prod

BITS = {"F32": 32, "BF16": 16, "F16": 16, "F8_E4M3": 8, "I32": 32, "U8": 8, "I64": 64}

Tensor = tuple[str, str, tuple[int, ...]]
"""Name, dtype and shape."""
Net = tuple[Tensor, ...]


@dataclass(frozen=True, slots=True)
class Shares:
    """Of all models, which share is of which kind; what is left are fine-tunes with the header of their base."""

    bases: float = 0.04
    quantized: float = 0.17
    packaged: float = 0.03
    adapters: float = 0.20
    odd: float = 0.03
    skew: float = 1.0
    """Exponent of Zipf's law by which a base is chosen to be made something of: 0 is evenly."""

    def kinds(self) -> list[tuple[str, float]]:
        """Each kind with its share."""
        named = [(f.name, float(getattr(self, f.name))) for f in fields(self) if f.name != "skew"]
        return [*named, ("finetunes", 1.0 - sum(share for _, share in named))]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One model of a population: its name, its kind, and the text of its header."""

    name: str
    kind: str
    header: str


def population(models: int, shares: Shares | None = None, seed: int = 1) -> Iterator[Checkpoint]:
    """So many checkpoints, in an order in which what is made of a base comes after it."""
    shares = shares or Shares()
    rng = random.Random(seed)
    names, weights = zip(*shares.kinds(), strict=True)
    bases: list[tuple[str, Net]] = []
    zipf: list[float] = []
    for i in range(models):
        kind = rng.choices(names, weights)[0] if bases else "bases"
        if kind == "bases":
            name, net = f"base-{len(bases)}", BASES[len(bases) % len(BASES)](rng)
            bases.append((name, net))
            zipf = list(accumulate((rank + 1) ** -shares.skew for rank in range(len(bases))))
        else:
            origin, source = rng.choices(bases, cum_weights=zipf)[0]
            name, net = f"{origin}-{kind}-{i}", MADE[kind](rng, source)
        yield Checkpoint(name, kind, text(net, _metadata(rng, name, kind)))


def text(net: Iterable[Tensor], metadata: dict[str, str]) -> str:
    """The JSON of a safetensors header."""
    out: dict[str, object] = {"__metadata__": metadata}
    at = 0
    for key, dtype, shape in net:
        end = at + prod(shape) * BITS[dtype] // 8
        out[key] = {"dtype": dtype, "shape": shape, "data_offsets": [at, end]}
        at = end
    return json.dumps(out, separators=(",", ":"))


def _metadata(rng: random.Random, name: str, kind: str) -> dict[str, str]:
    """What tools write: most say the framework alone, every fifth has a title and a date of its own."""
    own = {"modelspec.title": name, "modelspec.date": f"2026-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"}
    return {"format": "pt"} | (own if kind != "bases" and rng.random() < 0.2 else {})


def decoder(rng: random.Random) -> Net:
    """A causal language model with gated feed-forwards and, often, grouped queries."""
    width, head = rng.choice((768, 1024, 1536, 2048, 2560, 3072, 4096, 5120)), rng.choice((64, 128))
    kv = width // rng.choice((1, 1, 2, 4, 8))
    depth, hidden, vocab = rng.randint(12, 48), 64 * rng.randint(width // 32, width // 16), 64 * rng.randint(500, 2400)
    kv = max(head, kv // head * head)
    out = [_t("model.embed_tokens.weight", vocab, width)]
    for i in range(depth):
        p = f"model.layers.{i}"
        out += [_t(f"{p}.self_attn.{n}_proj.weight", width if n == "q" else kv, width) for n in "qkv"]
        out += [_t(f"{p}.self_attn.o_proj.weight", width, width)]
        out += [_t(f"{p}.mlp.{n}_proj.weight", hidden, width) for n in ("gate", "up")]
        out += [_t(f"{p}.mlp.down_proj.weight", width, hidden)]
        out += [_t(f"{p}.{n}_layernorm.weight", width) for n in ("input", "post_attention")]
    return (*out, _t("model.norm.weight", width), _t("lm_head.weight", vocab, width))


def encoder(rng: random.Random) -> Net:
    """A masked language model with biases and layer norms behind each sublayer."""
    width, depth = 64 * rng.randint(4, 16), rng.randint(4, 24)
    out = [_t("bert.embeddings.word_embeddings.weight", 8 * rng.randint(2000, 31000), width)]
    out += [_t("bert.embeddings.position_embeddings.weight", 512, width)]
    out += _norm("bert.embeddings.LayerNorm", width)
    for i in range(depth):
        p = f"bert.encoder.layer.{i}"
        for n in ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"):
            out += _linear(f"{p}.{n}", width, width)
        out += _norm(f"{p}.attention.output.LayerNorm", width)
        out += _linear(f"{p}.intermediate.dense", 4 * width, width) + _linear(f"{p}.output.dense", width, 4 * width)
        out += _norm(f"{p}.output.LayerNorm", width)
    return tuple(out)


def vit(rng: random.Random) -> Net:
    """A vision transformer with fused queries, keys and values."""
    width, depth, patch = 64 * rng.randint(3, 22), rng.randint(6, 40), rng.choice((8, 14, 16, 32))
    out = [_t("cls_token", 1, 1, width), _t("pos_embed", 1, (224 // patch) ** 2 + 1, width)]
    out += [_t("patch_embed.proj.weight", width, 3, patch, patch), _t("patch_embed.proj.bias", width)]
    for i in range(depth):
        p = f"blocks.{i}"
        out += _norm(f"{p}.norm1", width) + _linear(f"{p}.attn.qkv", 3 * width, width)
        out += _linear(f"{p}.attn.proj", width, width) + _norm(f"{p}.norm2", width)
        out += _linear(f"{p}.mlp.fc1", 4 * width, width) + _linear(f"{p}.mlp.fc2", width, 4 * width)
    return (*out, *_norm("norm", width), *_linear("head", rng.randint(10, 22000), width))


def diffusion(rng: random.Random) -> Net:
    """A diffusion transformer: self-attention, cross-attention to text, and a table of modulation a block."""
    width, depth, context = 128 * rng.randint(6, 32), rng.randint(12, 56), rng.choice((768, 2048, 4096))
    out = _linear("proj_in", width, rng.choice((16, 64, 128))) + _linear("time_embed.linear_1", width, 256)
    out += _linear("time_embed.linear_2", width, width)
    for i in range(depth):
        p = f"transformer_blocks.{i}"
        for name, reads in (("attn1", width), ("attn2", context)):
            out += _linear(f"{p}.{name}.to_q", width, width) + _linear(f"{p}.{name}.to_k", width, reads)
            out += _linear(f"{p}.{name}.to_v", width, reads) + _linear(f"{p}.{name}.to_out.0", width, width)
        out += _linear(f"{p}.ff.net.0.proj", 4 * width, width) + _linear(f"{p}.ff.net.2", width, 4 * width)
        out += [_t(f"{p}.scale_shift_table", 6, width)]
    return (*out, *_linear("proj_out", 64, width))


def convolutional(rng: random.Random) -> Net:
    """A network of residual convolutions in four stages."""
    out = [_t("conv1.weight", 64, 3, 7, 7)]
    width = 64
    for stage in range(4):
        planes = 16 * rng.randint(4, 8) * 2**stage
        for i in range(rng.randint(2, 8)):
            p = f"layer{stage + 1}.{i}"
            out += [_t(f"{p}.conv1.weight", planes, width, 3, 3), *_norm(f"{p}.bn1", planes)]
            out += [_t(f"{p}.conv2.weight", planes, planes, 3, 3), *_norm(f"{p}.bn2", planes)]
            if i == 0:
                out += [_t(f"{p}.downsample.0.weight", planes, width, 1, 1), *_norm(f"{p}.downsample.1", planes)]
            width = planes
    return (*out, *_linear("fc", rng.randint(10, 22000), width))


def quantized(rng: random.Random, net: Net) -> Net:
    """The matrices of the blocks in one of three formats, with what each stores beside them."""
    form = rng.choice((_fp8, _gptq, _nf4))
    return tuple(tensor for one in net for tensor in (form(*one) if _in_block(one) else (one,)))


def packaged(rng: random.Random, net: Net) -> Net:
    """The same under a prefix a trainer or a tool puts before all names, or in another precision."""
    prefix = rng.choice(("model.", "module.", "diffusion_model.", "ema.", ""))
    dtype = "F32" if not prefix else rng.choice(("BF16", "F16"))
    return tuple((prefix + name, dtype, shape) for name, _, shape in net)


def adapter(rng: random.Random, net: Net) -> Net:
    """Low-rank factors for some of the matrices of the blocks."""
    rank, wide = rng.choice((4, 8, 16, 32, 64, 128)), rng.random() < 0.4
    out = []
    for name, _, shape in filter(_in_block, net):
        if wide or any(word in name for word in ("q_proj", "v_proj", "query", "value", "to_q", "to_v", "qkv")):
            path = f"base_model.model.{name.removesuffix('.weight')}"
            out += [_t(f"{path}.lora_A.weight", rank, shape[1]), _t(f"{path}.lora_B.weight", shape[0], rank)]
    return tuple(out) or (_t("base_model.model.head.lora_A.weight", rank, 64),)


def odd(rng: random.Random, net: Net) -> Net:
    """Changed by hand: rows added to the embedding, a head more, or the last tensors lost."""
    way = rng.randrange(3)
    if way == 0:
        (name, dtype, shape), *rest = net
        return ((name, dtype, (shape[0] + rng.randint(1, 400), *shape[1:])), *rest)
    if way == 1:
        return (*net, _t(f"score_{rng.randint(1, 99)}.weight", rng.randint(2, 40), net[-1][2][-1]))
    return net[: -rng.randint(1, len(net) // 4)]


BASES: tuple[Callable[[random.Random], Net], ...] = (decoder, diffusion, encoder, decoder, vit, decoder, convolutional)
"""In turn. Three of seven are language models; about a third of a hub is (Horwitz et al., arXiv 2503.10633)."""

MADE: dict[str, Callable[[random.Random, Net], Net]] = {
    "finetunes": lambda _, net: net,
    "quantized": quantized,
    "packaged": packaged,
    "adapters": adapter,
    "odd": odd,
}


def _t(name: str, *shape: int) -> Tensor:
    return name, "BF16", shape


def _linear(name: str, writes: int, reads: int) -> list[Tensor]:
    return [_t(f"{name}.weight", writes, reads), _t(f"{name}.bias", writes)]


def _norm(name: str, width: int) -> list[Tensor]:
    return [_t(f"{name}.weight", width), _t(f"{name}.bias", width)]


def _in_block(tensor: Tensor) -> bool:
    """Whether it is a matrix of a numbered block."""
    name, _, shape = tensor
    return len(shape) == 2 and name.endswith(".weight") and any(part.isdecimal() for part in name.split("."))


def _fp8(name: str, _: str, shape: tuple[int, ...]) -> Net:
    return (name, "F8_E4M3", shape), (f"{name}_scale", "F32", ())


def _gptq(name: str, _: str, shape: tuple[int, ...]) -> Net:
    (writes, reads), path = shape, name.removesuffix("weight")
    groups = max(1, reads // 128)
    return (
        (f"{path}qweight", "I32", (reads // 8, writes)),
        (f"{path}qzeros", "I32", (groups, writes // 8)),
        (f"{path}scales", "F16", (groups, writes)),
        (f"{path}g_idx", "I32", (reads,)),
    )


def _nf4(name: str, _: str, shape: tuple[int, ...]) -> Net:
    size = prod(shape)
    return (
        (name, "U8", (size // 2, 1)),
        (f"{name}.absmax", "U8", (size // 64,)),
        (f"{name}.nested_absmax", "F32", (max(1, size // 16384),)),
        (f"{name}.nested_quant_map", "F32", (256,)),
        (f"{name}.quant_map", "F32", (16,)),
        (f"{name}.quant_state.bitsandbytes__nf4", "U8", (110,)),
    )
