"""The edit script on nets made by hand and on published pairs."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from archkb.queries.diff.align import Alignment, align
from archkb.queries.diff.changes import tally
from archkb.queries.diff.edits import edits
from archkb.queries.diff.edits.unmatched_subtrees import UnmatchedSubtrees
from archkb.queries.tensor_types import Spec
from tests.queries.diff.diff_nets import META, linear, net, spelt, transformer

Truth = dict[str, Any]


def _aligned(shared: Path, name: str) -> Alignment:
    with gzip.open(shared / "diffpairs" / "pairs" / f"{name}.json.gz", "rt") as file:
        pair: Truth = json.load(file)
    a, b = ({k: Spec(v["dtype"], tuple(v["shape"])) for k, v in pair[side].items()} for side in "ab")
    return align(a, b)


def test_one_architecture_under_other_names() -> None:
    shapes = transformer()
    (line,) = edits(align(net(shapes), net(spelt(shapes, *META))))
    assert line.text == f"identical architecture, {len(shapes)} renamed"


def test_depth_and_dropped_bias() -> None:
    a = transformer(4)
    b = {k: v for k, v in transformer(6).items() if not k.endswith("down_proj.bias")}
    text = [e.text for e in edits(align(net(a), net(b)))]
    assert "bias of mlp.down_proj dropped: 1 place × 4 blocks of model.layers (4 tensors)" in text
    assert any("model.layers depth 4 -> 6" in t for t in text)


def test_gates_are_counted_by_attention_and_block() -> None:
    b = dict(transformer())
    for i in range(4):
        b |= linear(f"model.layers.{i}.self_attn.to_gate_logits", 4, 64)
    (line,) = edits(align(net(transformer()), net(b)))
    assert "gate" in line.text
    assert "1 attention × 4 blocks" in line.text
    assert line.count == 8


def test_vocabulary_and_hidden_size() -> None:
    a, b = transformer(hidden=256), transformer(hidden=512)
    for key in ("model.embed_tokens.weight", "lm_head.weight"):
        a[key], b[key] = (32000, 64), (32064, 64)
    text = [e.text for e in edits(align(net(a), net(b)))]
    assert any(t.startswith("vocabulary 32000 -> 32064") for t in text)
    assert any("256 -> 512" in t for t in text)


def _split(found: Alignment) -> tuple[dict[str, int], dict[str, int]]:
    """Counts for the transformer proper and for its connectors."""
    out: tuple[dict[str, int], dict[str, int]] = ({}, {})
    groups = {
        "added": found.added,
        "removed": found.removed,
        "reshaped": [p.b[0] for p in found.reshaped],
        "unchanged": [p.a[0] for p in found.one_to_one if p.a == p.b and p not in set(found.reshaped)],
    }
    for name, keys in groups.items():
        for side, wanted in enumerate((False, True)):
            out[side][name] = sum(("embeddings_connector" in k) == wanted for k in keys)
    return out


@pytest.mark.shared
def test_a_new_version_of_a_transformer(shared: Path) -> None:
    found = _aligned(shared, "ltx2_19b_to_ltx23_22b_transformer")
    proper, connectors = _split(found)
    assert proper == {"added": 684, "removed": 8, "reshaped": 100, "unchanged": 3402}
    assert (connectors["added"], connectors["removed"], connectors["reshaped"]) == (200, 0, 58)
    lines = edits(found)
    assert len(lines) <= 8
    text = "\n".join(e.text for e in lines)
    for said in (
        "6 attentions × 48 blocks",
        "adaLN rows 6 -> 9",
        "prompt_scale_shift_table added",
        "caption_projection removed",
        "depth 2 -> 8",
    ):
        assert said in text
    assert sum(e.count for e in lines) == 684 + 8 + 100 + 200 + 58


@pytest.mark.shared
def test_a_bias_stays_with_its_weight(shared: Path) -> None:
    found = _aligned(shared, "ltx2_19b_to_ltx23_22b_full_file")
    assert "vocoder.conv_post.bias" in found.removed
    assert not any("2 -> 2048" in e.text for e in edits(found))


@pytest.mark.shared
def test_a_quantised_copy(shared: Path) -> None:
    found = _aligned(shared, "ltx2_19b_dev_to_fp8")
    (line,) = edits(found)
    assert (len(found.retyped), len(found.added)) == (1176, 2352)
    assert (found.removed, found.reshaped) == ((), ())
    assert line.text.startswith("1,176 linears quantized to F8_E4M3 in blocks 1-42")
    assert "blocks 0, 43-47 left in BF16" in line.text
    assert "2,352 quantization scales added" in line.text


@pytest.mark.shared
def test_a_quantised_copy_back(shared: Path) -> None:
    (line,) = edits(_aligned(shared, "ltx2_19b_dev_to_fp8").mirrored)
    assert line.text.startswith("1,176 linears back from F8_E4M3 to BF16 in blocks 1-42")
    assert "left in" not in line.text
    assert "2,352 quantization scales removed" in line.text
    assert (len(line.removed), len(line.changed)) == (2352, 1176)


@pytest.mark.shared
def test_latent_channels(shared: Path) -> None:
    found = _aligned(shared, "shdt_9d0ce78_to_default")
    (line,) = edits(found)
    assert len(found.reshaped) == 3
    assert line.text.startswith("latent channels 64 -> 128")


@pytest.mark.shared
def test_two_packagings(shared: Path) -> None:
    (line,) = edits(_aligned(shared, "sd15_unet_ldm_vs_diffusers"))
    assert line.text == "identical architecture, 686 renamed"


def _lines(a: dict[str, tuple[int, ...]], b: dict[str, tuple[int, ...]]) -> list[str]:
    return [e.text for e in edits(align(net(a), net(b)))]


def _modulated(rows: int, width: int) -> dict[str, tuple[int, ...]]:
    out = linear("adaln_single.linear", rows * width, width) | linear("adaln_single.emb.linear_1", width, 256)
    for i in range(3):
        out |= {f"blocks.{i}.scale_shift_table": (rows, width)} | linear(f"blocks.{i}.attn.to_q", width, width)
    return out


def test_adaln_rows_are_vectors_and_not_their_width() -> None:
    more = _lines(_modulated(6, 64), _modulated(9, 64))
    assert more == ["adaLN rows 6 -> 9: scale_shift_table × 3, adaln_single.linear × 2 (5 tensors)"]
    wider = "\n".join(_lines(_modulated(6, 64), _modulated(6, 32)))
    assert "adaLN rows" not in wider
    assert "64 -> 32" in wider


def _vocoder(channels: int, kernel: int) -> dict[str, tuple[int, ...]]:
    return {f"ups.{i}.conv.weight": (channels, channels, kernel) for i in range(3)} | {"post.weight": (7, 5, 3)}


def test_kernels_are_not_widths() -> None:
    assert _lines(_vocoder(32, 16), _vocoder(32, 11)) == ["kernel sizes 16 -> 11 in the model (3 tensors)"]
    assert _lines(_vocoder(32, 16), _vocoder(48, 11)) == [
        "widths 32 -> 48; kernel sizes 16 -> 11 in the model (3 tensors)"
    ]


def test_blocks_replaced_and_depths_of_one_stack_are_one_line() -> None:
    def ups(*widths: int) -> dict[str, tuple[int, ...]]:
        blocks = (linear(f"up.{i}.conv", w, w) | {f"up.{i}.norm{w}.weight": (w,)} for i, w in enumerate(widths))
        return {k: v for block in blocks for k, v in block.items()} | {"head.weight": (3, 8)}

    (line,) = edits(align(net(ups(8, 16, 32)), net(ups(8, 16, 32, 64, 64))))
    assert line.text == "up depth 3 -> 5 (6 tensors added)"
    assert (len(line.removed), len(line.added)) == (0, 6)


def test_a_block_in_the_middle_is_named() -> None:
    def stack(*forms: int) -> dict[str, tuple[int, ...]]:
        return {k: v for i, w in enumerate(forms) for k, v in linear(f"blocks.{i}.fc", w, 8).items()} | linear(
            "head", 3, 8
        )

    def words(shapes: dict[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
        return spelt(shapes, ("blocks", "layers"), ("fc", "proj"), ("head", "out"))

    assert _lines(stack(10, 11, 12, 13), words(stack(10, 11, 99, 12, 13)))[0] == (
        "layers depth 4 -> 5, block 2 inserted (2 tensors added)"
    )
    assert _lines(words(stack(10, 11, 99, 12, 13)), stack(10, 11, 12, 13))[0] == (
        "blocks depth 5 -> 4, block 2 dropped (2 tensors removed)"
    )


def test_a_stream_one_model_has_is_one_line() -> None:
    a = transformer() | {k: v for i in range(4) for k, v in linear(f"model.layers.{i}.audio_attn.to_q", 32, 32).items()}
    a |= linear("audio_proj_in", 32, 8) | {"audio_scale_shift_table": (2, 32)}
    (gone,) = edits(align(net(a), net(transformer())))
    assert gone.text == "audio removed: audio_proj_in, audio_scale_shift_table, audio_attn (11 tensors)"


def test_single_tensors_of_one_module_are_one_line() -> None:
    a = transformer() | {f"stats.{x}": (8,) for x in ("mean-of-means", "std-of-means", "channel")}
    b = transformer() | {"stats.std-of-means": (8,)}
    assert _lines(a, b) == ["channel, mean-of-means of stats removed (2 tensors)"]


def test_what_both_have_is_not_said_to_come_and_go() -> None:
    a = transformer() | {"text_projection.embed.weight": (77, 999)}
    b = transformer() | linear("text_projection.video_embed", 55, 333) | linear("text_projection.audio_embed", 33, 333)
    text = _lines(a, b)
    assert "embed removed: text_projection.embed" in text
    assert "embed added: text_projection.{audio,video}_embed (4 tensors)" in text, text


MIRRORS = {
    "deeper": (transformer(4), transformer(6)),
    "gated": (
        transformer(),
        transformer() | {k: v for i in range(4) for k, v in linear(f"model.layers.{i}.self_attn.gate", 4, 64).items()},
    ),
    "modulated": (_modulated(6, 64), _modulated(9, 32)),
    "spelt": (transformer(), spelt(transformer(5), *META)),
}


@pytest.mark.parametrize("name", MIRRORS)
def test_the_script_of_the_mirror_image_says_the_reverse(name: str) -> None:
    a, b = map(net, MIRRORS[name])
    there = {(e.kind, frozenset(e.removed), frozenset(e.added), frozenset(e.changed)) for e in edits(align(a, b))}
    turned = {"added": "removed", "removed": "added"}
    back = {
        (turned.get(e.kind, e.kind), frozenset(e.added), frozenset(e.removed), frozenset((y, x) for x, y in e.changed))
        for e in edits(align(b, a))
    }
    assert there == back


def test_the_hidden_width_of_a_head_is_no_vocabulary() -> None:
    a = {"embed_tokens.weight": (32000, 4096), "lm_head.weight": (32000, 4096)}
    b = {"embed_tokens.weight": (32000, 5120), "lm_head.weight": (32000, 5120)}
    assert _lines(a, b) == ["width 4096 -> 5120: embed_tokens, lm_head (2 tensors)"]
    assert _lines(b, a) == ["width 5120 -> 4096: embed_tokens, lm_head (2 tensors)"]
    both = {"embed_tokens.weight": (32064, 5120), "lm_head.weight": (32064, 5120)}
    assert _lines(a, both) == ["vocabulary 32000 -> 32064, widths 4096 -> 5120: embed_tokens, lm_head (2 tensors)"]


def test_classes_are_outputs_and_a_hidden_layer_is_no_latent() -> None:
    net_ = transformer()
    assert _lines(net_ | linear("classifier_head", 1000, 64), net_ | linear("classifier_head", 10, 64)) == [
        "outputs 1000 -> 10: classifier_head × 2 (2 tensors)"
    ]

    def mlp(hidden: int) -> dict[str, tuple[int, ...]]:
        layers = ("input", 8, hidden), ("mid", hidden, hidden), ("output", hidden, 3)
        return {k: v for name, reads, writes in layers for k, v in linear(name, writes, reads).items()}

    (line,) = _lines(mlp(64), mlp(128))
    assert line.startswith("width 64 -> 128")


def test_every_stack_of_a_changed_dtype_is_named() -> None:
    def coder(dtype: str) -> dict[str, Spec]:
        depths = {"enc.layers": 2, "dec.layers": 3}
        return {f"{s}.{i}.fc.weight": Spec(dtype, (8, 8)) for s, n in depths.items() for i in range(n)} | {
            "head.weight": Spec("BF16", (3, 8))
        }

    (line,) = edits(align(coder("BF16"), coder("F8_E4M3")))
    assert line.text == "5 linears quantized to F8_E4M3 in blocks 0-2 of dec.layers; blocks 0-1 of enc.layers"


@pytest.mark.parametrize(
    ("key", "old", "new", "text"),
    [
        ("embed_tokens.weight", "BF16", "F8_E4M3", "1 tensor quantized to F8_E4M3"),
        ("mask", "U8", "I64", "1 tensor retyped U8 -> I64"),
        ("fc.weight", "F8_E4M3", "BF16", "1 linear back from F8_E4M3 to BF16"),
    ],
)
def test_what_became_of_a_dtype(key: str, old: str, new: str, text: str) -> None:
    (line,) = edits(align({key: Spec(old, (64, 32))}, {key: Spec(new, (64, 32))}))
    assert line.text == text


def test_packed_weights_are_not_narrower() -> None:
    a = net(transformer())
    packed = {
        k: Spec("U8", (v.shape[0], v.shape[1] // 2)) if len(v.shape) == 2 and "layers" in k else v for k, v in a.items()
    }
    (line,) = edits(align(a, packed))
    assert line.text.startswith("24 linears quantized to U8")


def test_a_dtype_that_changed_with_a_fusion_is_said() -> None:
    a = net(transformer())
    b = {k: v for k, v in a.items() if not any(f".{x}_proj." in k for x in "qkv")}
    for i in range(4):
        b |= net(linear(f"model.layers.{i}.self_attn.qkv_proj", 192, 64), dtype="F32")
    found = align(a, b)
    lines = [e.text for e in edits(found)]
    assert any(t.startswith("24 tensors retyped BF16 -> F32") for t in lines), lines
    assert tally(found)["retyped"] == 24


def test_a_gate_in_a_feed_forward_is_not_one_of_an_attention() -> None:
    gated = transformer() | {f"model.layers.{i}.mlp.gate_proj.weight": (256, 64) for i in range(4)}
    assert _lines(transformer(), gated)[0].startswith("gate_proj of the feed-forward added: ")


def _unlike(*widths: int) -> dict[str, tuple[int, ...]]:
    blocks = (linear(f"blocks.{i}.fc", w, 8) | linear(f"blocks.{i}.down", 8, w) for i, w in enumerate(widths))
    return {k: v for block in blocks for k, v in block.items()} | linear("head", 3, 8)


def test_a_block_put_between_others_is_named_though_the_others_kept_their_names() -> None:
    a, b = _unlike(*range(20, 32)), _unlike(*range(20, 27), 99, *range(27, 32))
    assert _lines(a, b) == ["blocks depth 12 -> 13, block 7 inserted (4 tensors added)", "20 renamed in blocks"]
    assert _lines(b, a) == ["blocks depth 13 -> 12, block 7 dropped (4 tensors removed)", "20 renamed in blocks"]


def test_among_like_blocks_no_header_shows_which_is_new() -> None:
    assert _lines(_unlike(*[20] * 12), _unlike(*[20] * 13)) == ["blocks depth 12 -> 13 (4 tensors added)"]


def _video_and_audio() -> dict[str, tuple[int, ...]]:
    """Blocks with feed-forwards of two streams."""
    out: dict[str, tuple[int, ...]] = {}
    for i in range(6):
        for name, width in (("ff", 64), ("audio_ff", 32)):
            out |= linear(f"net.blocks.{i}.{name}.net.0.proj", 4 * width, width)
            out |= linear(f"net.blocks.{i}.{name}.net.2", width, 4 * width)
    return out


def test_one_edit_is_one_line_that_names_its_place() -> None:
    a = _video_and_audio()
    b = {k: v for k, v in a.items() if ".ff." not in k or not k.endswith("bias")}
    (line,) = edits(align(net(a), net(b)))
    assert line.text == "bias of ff.net.0.proj, ff.net.2 dropped: 2 places × 6 blocks of net.blocks (12 tensors)"


def test_a_weight_and_a_bias_of_one_layer_are_that_layer() -> None:
    keys = ("net.conv_in.bias", "net.conv_in.weight", "net.out.weight")
    found = UnmatchedSubtrees("added", {k: (k,) for k in keys}, frozenset(), {}).whole_layers()
    assert found.tensors == {"net.conv_in": keys[:2], "net.out.weight": keys[2:]}


def test_streams_are_named_where_sizes_changed() -> None:
    a = _video_and_audio()
    b = {k: tuple(2 * n for n in v) for k, v in a.items()}
    text = [
        e.text
        for e in edits(
            align(
                net({f"{s}_net.{k}": v for s in ("audio", "video") for k, v in a.items()}),
                net({f"{s}_net.{k}": v for s in ("audio", "video") for k, v in b.items()}),
            )
        )
    ]
    assert all("in {audio,video}_net.net" in t for t in text), text
