"""Build a small net with torch, save it, ingest the file, and get the net's own numbers back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from archkb.ingest.analysis import Analysis
from archkb.ingest.pipeline import analyse
from archkb.ingest.sources import read_header

torch = pytest.importorskip("torch", reason="torch is a test extra")
from safetensors.torch import save_file  # noqa: E402
from torch import nn  # noqa: E402


class GroupedQueryBlock(nn.Module):
    """Pre-norm block: grouped-query attention with per-head norms, gated feed-forward."""

    def __init__(self, width: int, heads: int, kv_heads: int, hidden: int) -> None:
        super().__init__()
        size = width // heads
        self.norm1 = nn.LayerNorm(width)
        self.attn = nn.Module()
        self.attn.q_proj = nn.Linear(width, width, bias=False)
        self.attn.k_proj = nn.Linear(width, kv_heads * size, bias=False)
        self.attn.v_proj = nn.Linear(width, kv_heads * size, bias=False)
        self.attn.o_proj = nn.Linear(width, width, bias=False)
        self.attn.q_norm = nn.RMSNorm(size)
        self.attn.k_norm = nn.RMSNorm(size)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.Module()
        self.mlp.gate_proj = nn.Linear(width, hidden, bias=False)
        self.mlp.up_proj = nn.Linear(width, hidden, bias=False)
        self.mlp.down_proj = nn.Linear(hidden, width, bias=False)


class Decoder(nn.Module):
    """An embedding, a stack of blocks, a norm and a head."""

    def __init__(self, depth: int, width: int, heads: int, kv_heads: int, hidden: int, vocab: int) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(vocab, width)
        self.layers = nn.ModuleList(GroupedQueryBlock(width, heads, kv_heads, hidden) for _ in range(depth))
        self.norm = nn.RMSNorm(width)
        self.lm_head = nn.Linear(width, vocab, bias=False)


class ResBlock(nn.Module):
    """GroupNorm, convolution, twice, around which the input is added."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(4, channels)
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.norm2 = nn.GroupNorm(4, channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)


class ConvDecoder(nn.Module):
    """A latent decoder: stem, residual blocks, a transposed convolution, an output convolution."""

    def __init__(self, latent: int, channels: int, depth: int) -> None:
        super().__init__()
        self.conv_in = nn.Conv2d(latent, channels, 3, padding=1)
        self.res_blocks = nn.ModuleList(ResBlock(channels) for _ in range(depth))
        self.up = nn.ConvTranspose2d(channels, channels // 2, 4, 2, 1)
        self.conv_out = nn.Conv2d(channels // 2, 3, 3, padding=1)


@pytest.fixture
def ingest(tmp_path: Path) -> Callable[[nn.Module], Analysis]:
    """Save a net and analyse the file's header."""

    def run(net: nn.Module) -> Analysis:
        path = tmp_path / "net.safetensors"
        save_file(net.state_dict(), str(path))
        return analyse(read_header(path))

    return run


@pytest.mark.parametrize(
    ("depth", "width", "heads", "kv_heads", "hidden", "vocab"),
    [(2, 64, 8, 2, 192, 1000), (5, 96, 6, 6, 256, 1024), (3, 128, 4, 1, 344, 777)],
)
def test_decoder_gives_its_numbers_back(
    ingest: Callable[[nn.Module], Analysis],
    depth: int,
    width: int,
    heads: int,
    kv_heads: int,
    hidden: int,
    vocab: int,
) -> None:
    found = ingest(Decoder(depth, width, heads, kv_heads, hidden, vocab))
    assert found.stacks["layers"].depth.value == depth
    assert set(found.attentions) == {f"layers.{i}.attn" for i in range(depth)}
    attention = found.attentions["layers.0.attn"]
    assert (attention.attends.value, attention.q_dim, attention.kv_dim) == ("self", width, width)
    assert (attention.heads.value, attention.kv_heads.value) == (heads, kv_heads)
    assert (attention.head_dim.value, attention.gqa.value) == (width // heads, heads // kv_heads)
    assert set(found.feed_forwards) == {f"layers.{i}.mlp" for i in range(depth)}
    mlp = found.feed_forwards["layers.0.mlp"]
    assert (mlp.form.value, mlp.width, mlp.hidden) == ("gated", width, hidden)
    assert found.leaves["embed_tokens"].kind.value == "Embedding"
    assert found.leaves["lm_head"].attributes.out_features == vocab
    adds = [r.around for r in found.residuals if r.block == "layers.0"]
    assert adds == [("attn",), ("mlp",)]


def test_every_inferred_value_of_a_net_has_evidence(ingest: Callable[[nn.Module], Analysis]) -> None:
    found = ingest(Decoder(2, 64, 8, 2, 192, 1000))
    facts = [leaf.kind for leaf in found.leaves.values()]
    for a in found.attentions.values():
        facts += [a.attends, a.heads, a.kv_heads, a.head_dim, a.gqa, a.qk_norm]
    facts += [f.form for f in found.feed_forwards.values()] + [r.form for r in found.residuals]
    assert all(f.evidence.rule and f.evidence.detail and 0 <= f.evidence.confidence <= 1 for f in facts)


@pytest.mark.parametrize(("latent", "channels", "depth"), [(4, 32, 2), (16, 64, 4)])
def test_convolutional_decoder_gives_its_numbers_back(
    ingest: Callable[[nn.Module], Analysis], latent: int, channels: int, depth: int
) -> None:
    net = ConvDecoder(latent, channels, depth)
    found = ingest(net)
    for path, module in net.named_modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            leaf = found.leaves[path]
            assert leaf.kind.value == type(module).__name__
            assert leaf.attributes.in_channels == module.in_channels
            assert leaf.attributes.out_channels == module.out_channels
            assert leaf.attributes.kernel == module.kernel_size
        elif isinstance(module, nn.GroupNorm):
            assert found.leaves[path].kind.value == "GroupNorm"
    assert found.stacks["res_blocks"].depth.value == depth
    assert {r.block for r in found.residuals} == {f"res_blocks.{i}" for i in range(depth)}


def test_multihead_attention_and_encoder_layers(ingest: Callable[[nn.Module], Analysis]) -> None:
    layer = nn.TransformerDecoderLayer(32, 4, 80, batch_first=True)
    found = ingest(nn.TransformerDecoder(layer, 3))
    assert found.stacks["layers"].depth.value == 3
    kinds = {p: a.attends.value for p, a in found.attentions.items()}
    assert kinds == {
        **{f"layers.{i}.self_attn": "self" for i in range(3)},
        **{f"layers.{i}.multihead_attn": "cross" for i in range(3)},
    }
    assert all(f.hidden == 80 and f.inline for f in found.feed_forwards.values())
    assert found.attentions["layers.0.self_attn"].heads.value is None
    assert "head" in found.attentions["layers.0.self_attn"].heads.evidence.detail


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU, nn.RNN])
def test_recurrent_layers_are_told_by_their_gates(
    ingest: Callable[[nn.Module], Analysis], kind: type[nn.RNNBase]
) -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn = kind(20, 24, num_layers=2, bidirectional=True)

    leaf = ingest(Net()).leaves["rnn"]
    assert leaf.kind.value == kind.__name__
    assert (leaf.attributes.hidden, leaf.attributes.layers, leaf.attributes.bidirectional) == (24, 2, True)
