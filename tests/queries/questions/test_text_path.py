"""How a text gets to the blocks: each step with the one before it, from the projection through the connector."""

from __future__ import annotations

from typing import Any

from archkb.ingest.graph.rows import to_tables
from archkb.ingest.pipeline import analyse
from archkb.kb.store import Store
from archkb.queries.questions.ask_store import ask, bind
from archkb.queries.questions.catalog import find_question
from tests.nets import Shapes, below, header, repeated


def attention(width: int, reads: int | None = None) -> Shapes:
    reads = reads or width
    return {
        "to_q.weight": (width, width), "to_k.weight": (width, reads), "to_v.weight": (width, reads),
        "to_out.0.weight": (width, width),
    }  # fmt: skip


def behind(store: Store, connector: int, projected: bool) -> dict[str, Any]:
    context = 64 if projected else connector
    block = {**below("attn1", attention(64)), **below("attn2", attention(64, context)), "ff.0.weight": (256, 64)}
    sound = {**below("audio_attn1", attention(32)), **below("audio_attn2", attention(32, 32))}
    two = repeated("blocks", 2, {**below("attn1", attention(connector)), "ff.0.weight": (96, connector)})
    net = {
        **repeated("transformer_blocks", 4, {**block, **sound, "ff.2.weight": (64, 256)}),
        "adaln_single.linear_1.weight": (64, 32), "adaln_single.linear_2.weight": (64, 64),
        "text_projection.weight": (connector, 200),
        **below("video_connector", two),
    }  # fmt: skip
    if projected:
        net |= below("audio_connector", two)
        net |= {"caption_projection.linear_1.weight": (64, connector), "caption_projection.linear_2.weight": (64, 64)}
        net |= below("audio_caption_projection", {"linear_1.weight": (32, connector), "linear_2.weight": (32, 32)})
    store.replace(to_tables(analyse(header(net)), name="net"))
    question = find_question("text-path")
    records = ask(store, question, bind(question, {"model": "net"})).records()
    return {row["source"]: (row["behind"], row["reads_width"], row["attentions"]) for row in records}


def test_a_projection_behind_a_connector_names_the_connector_of_its_stream(store: Store) -> None:
    steps = behind(store, connector=48, projected=True)
    assert steps["caption_projection"] == ("video_connector", 48, 4)
    assert steps["audio_caption_projection"] == ("audio_connector", 48, 4)
    assert steps["text_projection"][:2] == (None, 200)


def test_a_connector_the_blocks_read_names_the_projection_in_front_of_it(store: Store) -> None:
    steps = behind(store, connector=48, projected=False)
    assert steps["video_connector"] == ("text_projection", 48, 4)
    assert steps["text_projection"][0] is None
