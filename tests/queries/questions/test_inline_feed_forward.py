"""Feed-forwards a block holds itself: their projections have no module of their own, and one addition around them."""

from __future__ import annotations

from typing import Any

from archkb.ingest.graph.rows import to_tables
from archkb.ingest.pipeline import analyse
from archkb.kb.store import Store
from archkb.queries.questions.ask_store import ask, bind
from archkb.queries.questions.catalog import find_question
from tests.nets import Shapes, header, repeated

TORCH_ENCODER_LAYER = {
    "self_attn.in_proj_weight": (96, 32), "self_attn.out_proj.weight": (32, 32), "norm1.weight": (32,),
    "norm2.weight": (32,), "linear1.weight": (128, 32), "linear2.weight": (32, 128),
}  # fmt: skip
GATED_LAYER = {
    **{f"attn.{x}_proj.weight": (32, 32) for x in "qkvo"}, "norm1.weight": (32,), "norm2.weight": (32,),
    "w1.weight": (96, 32), "w2.weight": (32, 96), "w3.weight": (96, 32),
}  # fmt: skip


def rows(store: Store, question: str, layer: Shapes) -> list[dict[str, Any]]:
    store.replace(to_tables(analyse(header(repeated("layers", 4, layer))), name="net"))
    shipped = find_question(question)
    return ask(store, shipped, bind(shipped, {"model": "net"})).records()


def test_projections_of_a_block_itself_are_its_feed_forward(store: Store) -> None:
    (row,) = rows(store, "feed-forward", TORCH_ENCODER_LAYER)
    assert (row["feed_forward"], row["count"], row["form"]) == ("layers.{i}", 4, "plain")
    assert (row["width"], row["hidden"], row["ratio"]) == (32, 128, 4.0)
    assert row["evidence"] == "linear1 [128, 32], linear2 [32, 128]"


def test_three_projections_of_a_block_itself_are_gated(store: Store) -> None:
    (row,) = rows(store, "feed-forward", GATED_LAYER)
    assert (row["form"], row["width"], row["hidden"]) == ("gated", 32, 96)


def test_one_addition_around_two_layers_is_counted_once(store: Store) -> None:
    additions = rows(store, "residual-edges", TORCH_ENCODER_LAYER)
    assert [(r["step"], r["sublayer"], r["count"]) for r in additions] == [
        (0, "self_attn", 4),
        (1, "linear1, linear2", 4),
    ]


def test_the_summary_counts_what_the_question_on_feed_forwards_lists(store: Store) -> None:
    for layer in (TORCH_ENCODER_LAYER, GATED_LAYER):
        listed = sum(row["count"] for row in rows(store, "feed-forward", layer))
        (summary,) = rows(store, "model-summary", layer)
        assert summary["feed_forwards"] == listed == 4
