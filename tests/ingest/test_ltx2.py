"""What is known of LTX-2 19B fp8, out of the design that ships: the numbers earlier scripts got wrong."""

from __future__ import annotations

from collections import Counter

import pytest

from archkb.ingest.analysis import Analysis
from archkb.ingest.graph.rows import to_tables
from archkb.ingest.pipeline import analyse
from archkb.ingest.sources import read_header
from archkb.kb.tables import GraphTables, check

BLOCKS = "model.diffusion_model.transformer_blocks"


@pytest.fixture(scope="module")
def found() -> Analysis:
    return analyse(read_header("design:ltx-2-19b-dev-fp8"))


@pytest.fixture(scope="module")
def tables(found: Analysis) -> GraphTables:
    return to_tables(found, name="ltx-2-19b-dev-fp8")


def test_totals(tables: GraphTables) -> None:
    model = tables.model
    assert (model["n_tensors"], model["n_params"], model["n_bytes"]) == (6404, 21_638_973_589, 27_077_673_866)
    by_dtype = dict(zip(model["dtypes"], model["dtype_tensors"], strict=True))
    assert by_dtype == {"BF16": 2682, "F32": 2546, "F8_E4M3": 1176}
    check(tables)


def test_292_attention_modules_not_4936_keys(found: Analysis) -> None:
    assert len(found.attentions) == 292
    assert sum("attn" in t.key for t in found.header.tensors) == 4936
    kinds = Counter(
        (p.rpartition(".")[2], a.attends.value) for p, a in found.attentions.items() if p.startswith(BLOCKS)
    )
    assert kinds == {
        ("attn1", "self"): 48,
        ("attn2", "cross"): 48,
        ("audio_attn1", "self"): 48,
        ("audio_attn2", "cross"): 48,
        ("audio_to_video_attn", "cross"): 48,
        ("video_to_audio_attn", "cross"): 48,
    }


@pytest.mark.parametrize(
    ("place", "queries", "reads"),
    [
        ("attn1", "video", "video"),
        ("attn2", "video", "text"),
        ("audio_attn1", "audio", "audio"),
        ("audio_attn2", "audio", "text"),
        ("audio_to_video_attn", "video", "audio"),
        ("video_to_audio_attn", "audio", "video"),
    ],
)
def test_direction_of_each_attention(found: Analysis, place: str, queries: str, reads: str) -> None:
    for i in range(48):
        path = f"{BLOCKS}.{i}.{place}"
        assert found.streams[found.queries[path]].name.value == queries
        assert found.streams[found.attends_to[path]].name.value == reads


def test_equal_shapes_are_told_apart_by_named_evidence(found: Analysis) -> None:
    one, two = found.attentions[f"{BLOCKS}.0.attn1"], found.attentions[f"{BLOCKS}.0.attn2"]
    assert (one.q_dim, one.kv_dim, one.inner_dim) == (two.q_dim, two.kv_dim, two.inner_dim) == (4096, 4096, 4096)
    assert two.attends.evidence.basis != "shape"
    assert two.attends.evidence.detail
    bridge = found.attentions[f"{BLOCKS}.0.audio_to_video_attn"]
    assert bridge.attends.evidence.basis == "shape"
    assert "4096" in bridge.attends.evidence.detail
    assert "2048" in bridge.attends.evidence.detail


def test_heads_come_from_the_metadata_and_say_so(found: Analysis) -> None:
    for place, heads, size in (("attn1", 32, 128), ("audio_attn1", 32, 64), ("audio_to_video_attn", 32, 64)):
        a = found.attentions[f"{BLOCKS}.7.{place}"]
        assert (a.heads.value, a.head_dim.value, a.heads.evidence.basis) == (heads, size, "metadata")
    connector = "model.diffusion_model.video_embeddings_connector.transformer_1d_blocks.0.attn1"
    assert found.attentions[connector].heads.value == 30
    assert found.attentions[f"{BLOCKS}.0.attn1"].qk_norm.value == "full_width"


def test_100_feed_forwards(found: Analysis) -> None:
    widths = Counter((f.form.value, f.width, f.hidden) for f in found.feed_forwards.values())
    assert widths == {("plain", 4096, 16384): 48, ("plain", 2048, 8192): 48, ("plain", 3840, 15360): 4}


def test_12_stacks_of_blocks(found: Analysis) -> None:
    depths = {p: s.depth.value for p, s in found.stacks.items() if s.blocks}
    assert depths[BLOCKS] == 48
    assert depths["vocoder.resblocks"] == 15
    assert depths["vae.encoder.down_blocks"] == 9
    assert [depths[f"vae.encoder.down_blocks.{i}.res_blocks"] for i in (0, 2, 4, 6, 8)] == [4, 6, 6, 2, 2]
    patterns = {".".join("{i}" if s.isdigit() else s for s in p.split(".")) for p in depths}
    assert len(patterns) == 12


def test_8_residual_additions_a_block_in_order_and_on_their_stream(found: Analysis) -> None:
    for i in range(48):
        adds = sorted((r for r in found.residuals if r.block == f"{BLOCKS}.{i}"), key=lambda r: r.order)
        said = [(r.around, found.streams[found.adds_to[r.block, r.around]].name.value) for r in adds]
        assert said == [
            (("attn1",), "video"),
            (("attn2",), "video"),
            (("audio_attn1",), "audio"),
            (("audio_attn2",), "audio"),
            (("audio_to_video_attn",), "video"),
            (("video_to_audio_attn",), "audio"),
            (("ff",), "video"),
            (("audio_ff",), "audio"),
        ]


def test_side_cars_are_no_layers(tables: GraphTables) -> None:
    cars = [t for t in tables.records("Tensor") if t["role"] == "side_car"]
    assert len(cars) == 2352
    assert len(list(tables.related("SCALES"))) == 2352
    assert sum(1 for c in tables.records("Module", "Linear") if c["path"].startswith(f"{BLOCKS}.1.attn1.")) == 4


def test_components(tables: GraphTables) -> None:
    roles = {c["path"]: c["role"] for c in tables.records("Module", "Component")}
    assert roles["model.diffusion_model"] == "diffusion_transformer"
    assert roles["vae.encoder"] == "vae_encoder"
    assert roles["vae.decoder"] == "vae_decoder"
    assert roles["vocoder"] == "vocoder"
    assert {"model.diffusion_model.video_embeddings_connector", "text_embedding_projection"} <= roles.keys()


def test_the_same_header_gives_the_same_tables(found: Analysis, tables: GraphTables) -> None:
    again = analyse(read_header("design:ltx-2-19b-dev-fp8"))
    assert to_tables(again, name="ltx-2-19b-dev-fp8") == tables
