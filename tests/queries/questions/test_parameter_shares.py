"""Every parameter is of one sort of layer: rows add up, and a sublayer's parameters are what lies below it."""

from __future__ import annotations

from typing import Any

import pytest

from archkb.ingest.graph.rows import to_tables
from archkb.ingest.pipeline import analyse
from archkb.ingest.sources import read_header
from archkb.kb.store import Store
from archkb.kb.values import Header
from archkb.queries.questions.ask_store import ask, bind
from archkb.queries.questions.catalog import find_question
from tests.nets import header, repeated
from tests.queries.graphs import parts, small_models
from tests.queries.questions.test_inline_feed_forward import GATED_LAYER, TORCH_ENCODER_LAYER

MIXTURE = {
    **{f"attn.{x}_proj.weight": (32, 32) for x in "qkvo"}, "attn.q_norm.weight": (32,), "norm1.weight": (32,),
    "moe.gate.weight": (2, 32), **{f"moe.experts.{i}.{w}.weight": shape for i in range(2) for w, shape in
                                   {"w1": (64, 32), "w2": (32, 64), "w3": (64, 32)}.items()},
}  # fmt: skip
SCALED = {**GATED_LAYER, "attn.q_proj.weight_scale": (), "scale_shift_table": (6, 32)}
TWO_STREAMS = {
    **{f"attn1.to_{x}.weight": (64, 64) for x in "qkv"}, "attn1.to_out.0.weight": (64, 64),
    **{f"audio_attn1.to_{x}.weight": (32, 32) for x in "qkv"}, "audio_attn1.to_out.0.weight": (32, 32),
    "audio_to_video_attn.to_q.weight": (32, 64), "audio_to_video_attn.to_k.weight": (32, 32),
    "audio_to_video_attn.to_v.weight": (32, 32), "audio_to_video_attn.to_out.0.weight": (64, 32),
    "ff.net.0.proj.weight": (256, 64), "ff.net.2.weight": (64, 256), "norm.weight": (64,),
}  # fmt: skip
WHOLES = {
    "torch": header(repeated("layers", 3, TORCH_ENCODER_LAYER)),
    "gated": header({**repeated("blocks", 3, GATED_LAYER), "registers": (4, 32), "tokens.weight": (100, 32)}),
    "mixture": header(repeated("layers", 2, MIXTURE)),
    "scaled": header(repeated("blocks", 2, SCALED)),
    "streams": header(repeated("transformer_blocks", 2, TWO_STREAMS)),
}
DESIGNS = ("aiprod-hwvae", "aiprod-shdt", "ltx-2-spatial-upscaler-x2-1.0")


def rows_of(store: Store, whole: Header) -> list[dict[str, Any]]:
    store.replace(to_tables(analyse(whole), name="net"))
    return asked(store, "net")


def asked(store: Store, model: str, question: str = "shares") -> list[dict[str, Any]]:
    shipped = find_question(question)
    return ask(store, shipped, bind(shipped, {"model": model})).records()


def of(rows: list[dict[str, Any]], what: str) -> dict[str, int]:
    """Parameters by name of the rows of that sort: model, block, component, part, stack."""
    return {row["name"]: row["params"] for row in rows if row["of"] == what}


@pytest.mark.parametrize("whole", [*WHOLES, *(f"design:{d}" for d in DESIGNS)])
def test_rows_add_up_to_the_model(store: Store, whole: str) -> None:
    read = WHOLES[whole] if whole in WHOLES else read_header(whole)
    answer = rows_of(store, read)
    whole_model = [r for r in answer if r["of"] == "model"]
    for rows in (whole_model, [r for r in answer if r["of"] == "component"]):
        assert sum(r["params"] for r in rows) == sum(t.n_params for t in read.tensors)
        assert sum(r["bytes"] for r in rows) == sum(t.n_bytes for t in read.tensors)
        assert sum(r["count"] for r in rows) == len(read.tensors)
    assert sum(r["share"] for r in whole_model) == pytest.approx(1)
    for component in {r["name"].partition(" in ")[2] for r in answer if r["of"] == "component"}:
        inside = [r["share"] for r in answer if r["of"] == "component" and r["name"].endswith(f" in {component}")]
        assert sum(inside) == pytest.approx(1)
    assert sum(r["share"] for r in answer if r["of"] == "block") == pytest.approx(1)
    streams = asked(store, "net", "parameters-by-stream")
    assert sum(r["params"] for r in streams) == sum(t.n_params for t in read.tensors)
    assert sum(r["tensors"] for r in streams) == len(read.tensors)
    assert sum(r["share"] for r in streams) == pytest.approx(1)


def test_each_tensor_of_the_small_graphs_is_counted_once(store: Store) -> None:
    for tables in (*small_models(), parts()):
        store.replace(tables)
        own = next(t for t in tables.nodes if t.primary == "Model")
        model = dict(zip(own.columns, own.rows[0], strict=True))["name"]
        listed = next((t for t in tables.nodes if t.primary == "Tensor"), None)
        many = len(listed.rows) if listed else 0
        assert sum(r["count"] for r in asked(store, model) if r["of"] == "model") == many, model
        assert sum(r["tensors"] for r in asked(store, model, "parameters-by-stream")) == many, model


def test_what_lies_below_an_attention_is_its_own_and_a_feed_forward_may_be_a_blocks(store: Store) -> None:
    assert of(rows_of(store, WHOLES["torch"]), "model") == {
        "attention": 3 * 4 * 32 * 32,
        "feed-forward": 3 * 2 * 32 * 128,
        "norms": 3 * 2 * 32,
    }


def test_norms_of_heads_are_attentions_and_a_router_is_feed_forward(store: Store) -> None:
    assert of(rows_of(store, WHOLES["mixture"]), "model") == {
        "attention": 2 * (4 * 32 * 32 + 32),
        "feed-forward": 2 * (2 * 32 + 2 * 3 * 64 * 32),
        "norms": 2 * 32,
    }


def test_a_quantization_scale_goes_with_its_weight_and_a_table_modulates(store: Store) -> None:
    functions = of(rows_of(store, WHOLES["scaled"]), "model")
    assert functions["attention"] == 2 * (4 * 32 * 32 + 1)
    assert functions["modulation"] == 2 * 6 * 32


def test_sorts_of_layers_in_one_block_add_up_to_it(store: Store) -> None:
    assert of(rows_of(store, WHOLES["torch"]), "block") == {
        "attention in layers.0": 4 * 32 * 32,
        "feed-forward in layers.0": 2 * 32 * 128,
        "norms in layers.0": 2 * 32,
    }


def test_what_adds_to_a_stream_serves_it_and_a_norm_between_serves_none_that_is_known(store: Store) -> None:
    store.replace(to_tables(analyse(WHOLES["streams"]), name="net"))
    rows = {r["stream"]: (r["sublayers"], r["params"]) for r in asked(store, "net", "parameters-by-stream")}
    assert rows == {
        "video": (2 * 3, 2 * (4 * 64 * 64 + 2 * 64 * 32 + 2 * 32 * 32 + 2 * 64 * 256)),
        "audio": (2, 2 * 4 * 32 * 32),
        None: (0, 2 * 64),
    }
