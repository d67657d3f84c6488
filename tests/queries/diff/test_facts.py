"""Facts of a design: what the tables say, in the words a truth is written in, and nothing they do not say."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from archkb.ingest.graph.rows import to_tables
from archkb.ingest.pipeline import analyse
from archkb.queries.bench.diff_score import score_pair
from archkb.queries.bench.pairs import pair_of
from archkb.queries.cli.commands.bench_diff import _predict
from archkb.queries.diff.facts import facts
from archkb.queries.model_view import ModelView
from tests.nets import Shapes, below, header, repeated


def _facts(tensors: Shapes) -> dict[str, Any]:
    return facts(ModelView(to_tables(analyse(header(tensors)), name="net")))


def _separate(width: int, reads: int | None = None) -> Shapes:
    return {
        "q_proj.weight": (width, width),
        "k_proj.weight": (width, reads or width),
        "v_proj.weight": (width, reads or width),
        "out_proj.weight": (width, width),
    }


_MLP = {"0.weight": (256, 64), "2.weight": (64, 256)}
_VIDEO = {
    "patch_embed.weight": (64, 16),
    "text_proj.weight": (64, 96),
    **repeated(
        "blocks",
        3,
        {
            **below("spatial_attn.attn", _separate(64)),
            **below("temporal_attn.attn", _separate(64)),
            **below("cross_attn.attn", _separate(64)),
            **below("ff", _MLP),
        },
    ),
}


def test_counts_and_depth() -> None:
    found = _facts(_VIDEO)
    elements = sum(a * b for a, b in _VIDEO.values())
    assert (found["tensors"], found["params"], found["blocks"]) == (len(_VIDEO), elements, 3)


def test_an_attention_is_named_by_the_module_that_owns_its_projections() -> None:
    found = _facts(_VIDEO)
    patterns = {k.partition("[")[2].partition("]")[0] for k in found if k.startswith("attn[")}
    assert patterns == {f"blocks.{{i}}.{n}.attn" for n in ("spatial_attn", "temporal_attn", "cross_attn")}
    at = "attn[blocks.{i}.spatial_attn.attn]"
    assert {k[len(at) + 1 :]: v for k, v in found.items() if k.startswith(at)} == {
        "count": 3,
        "kind": "spatial",
        "q_dim": 64,
        "kv_dim": 64,
        "fused_qkv": False,
        "gated": False,
        "qk_norm": False,
    }
    assert found["attn[blocks.{i}.temporal_attn.attn].kind"] == "temporal"


def test_the_output_beside_the_core_does_not_hide_it() -> None:
    block = {
        **below("attention.self", {f"{n}.weight": (64, 64) for n in ("query", "key", "value")}),
        "attention.output.dense.weight": (64, 64),
        "attention.output.LayerNorm.weight": (64,),
    }
    assert _facts(repeated("layer", 3, block))["attn[layer.{i}.attention.self].count"] == 3
    own = below("attention", {f"{n}.weight": (64, 64) for n in ("to_q", "to_k", "to_v", "to_out.0")})
    assert _facts(repeated("layer", 3, own))["attn[layer.{i}.attention].count"] == 3


def test_fused_projections_below_an_axis() -> None:
    fused = {"norm.weight": (64,), "mha.in_proj_weight": (192, 64), "mha.out_proj.weight": (64, 64)}
    found = _facts(repeated("layers", 2, below("temporal_attn", {**fused, **below("ff", _MLP)})))
    at = "attn[layers.{i}.temporal_attn.mha]"
    assert (found[f"{at}.kind"], found[f"{at}.fused_qkv"]) == ("temporal", True)
    assert found["ffn[layers.{i}.temporal_attn.ff].hidden"] == 256


def test_two_streams_that_read_each_other() -> None:
    block = {
        **below("attn1", _separate(64)),
        **below("audio_attn1", _separate(32)),
        "audio_to_video_attn.to_q.weight": (32, 64),
        "audio_to_video_attn.to_k.weight": (32, 32),
        "audio_to_video_attn.to_v.weight": (32, 32),
        "audio_to_video_attn.to_out.0.weight": (64, 32),
        "video_to_audio_attn.to_q.weight": (32, 32),
        "video_to_audio_attn.to_k.weight": (32, 64),
        "video_to_audio_attn.to_v.weight": (32, 64),
        "video_to_audio_attn.to_out.0.weight": (32, 32),
    }
    found = _facts(repeated("transformer_blocks", 3, block))
    at = "attn[transformer_blocks.{i}."
    assert (found["width.video"], found["width.audio"]) == (64, 32)
    assert found[f"{at}audio_to_video_attn].kind"] == "cross-modal-a2v"
    assert found[f"{at}video_to_audio_attn].kind"] == "cross-modal-v2a"
    assert (found[f"{at}video_to_audio_attn].q_dim"], found[f"{at}video_to_audio_attn].kv_dim"]) == (32, 64)
    assert found[f"{at}attn1].kind"] == found[f"{at}audio_attn1].kind"] == "self"


def test_a_feed_forward_in_the_block_itself() -> None:
    block = {**below("self_attn", _separate(64)), "linear1.weight": (256, 64), "linear2.weight": (64, 256)}
    found = _facts(repeated("layers", 3, block))
    assert (found["ffn[layers.{i}].hidden"], found["ffn[layers.{i}].gated"]) == (256, False)
    gated = {**below("self_attn", _separate(64)), **{f"mlp.{n}_proj.weight": (256, 64) for n in ("gate", "up")}}
    gated["mlp.down_proj.weight"] = (64, 256)
    assert _facts(repeated("layers", 3, gated))["ffn[layers.{i}.mlp].gated"] is True


def test_what_like_modules_do_not_share_is_left_out() -> None:
    narrow, wide = (repeated(f"stages.{i}.blocks", 2, below("attn", _separate(w))) for i, w in ((0, 32), (1, 64)))
    found = _facts({**narrow, **wide})
    at = "attn[stages.{i}.blocks.{i}.attn]"
    assert (found[f"{at}.count"], found[f"{at}.gated"]) == (4, False)
    assert f"{at}.q_dim" not in found


@pytest.mark.parametrize(("names", "said"), [(("q_norm", "k_norm"), True), (("xa", "xb"), None), ((), False)])
def test_norms_nobody_names_leave_the_query_norm_open(names: tuple[str, ...], said: bool | None) -> None:
    block = below("attn", {**_separate(64), **{f"{n}.weight": (16,) for n in names}})
    assert _facts(repeated("layers", 3, block)).get("attn[layers.{i}.attn].qk_norm") is said


def test_the_latent_of_an_autoencoder() -> None:
    def half(first: int, last: int) -> Shapes:
        middle = repeated("blocks", 3, {"conv1.weight": (64, 64, 3, 3), "conv2.weight": (64, 64, 3, 3)})
        return {"conv_in.weight": (64, first, 3, 3), **middle, "conv_out.weight": (last, 64, 3, 3)}

    vae = {**below("encoder", half(3, 32)), **below("decoder", half(16, 3))}
    found = _facts({**below("vae", vae), **below("audio_vae", vae)})
    assert (found["vae.latent_channels"], found["audio_vae.latent_channels"]) == (16, 16)
    assert not any("compression" in k or k == "blocks" for k in found)


@pytest.mark.shared
def test_facts_of_published_designs(shared: Path) -> None:
    files = sorted((shared / "diffpairs" / "pairs").glob("design_*.json.gz"))
    pairs = [pair_of(json.loads(gzip.decompress(f.read_bytes()))) for f in files]
    figures = [score_pair(p, _predict(p)).figures for p in pairs]
    assert sum(f["facts_recall"] for f in figures) / len(figures) > 0.85
    assert all(f["facts_wrong"] == 0 for f in figures)
