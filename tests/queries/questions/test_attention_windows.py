"""A window that a configuration states is local attention; one that it turns off, or an audio window, is none."""

from __future__ import annotations

import json
from typing import Any

import pytest

from archkb.ingest.graph.rows import to_tables
from archkb.ingest.pipeline import analyse
from archkb.kb.store import Store
from archkb.queries.questions.ask_store import ask, bind
from archkb.queries.questions.catalog import find_question
from tests.nets import header, repeated

BLOCK = {f"self_attn.{x}_proj.weight": (64, 64) for x in "qkvo"}


@pytest.mark.parametrize(
    ("stated", "windows"),
    [
        ({"sliding_window": 4096}, {"sliding_window": "4096"}),
        ({"sliding_window": None}, {}),
        ({"sliding_window": 4096, "use_sliding_window": False}, {}),
        ({"sliding_window": 4096, "max_window_layers": 28}, {"sliding_window": "4096"}),
        (
            {"sliding_window": 512, "sliding_window_pattern": 6},
            {"sliding_window": "512", "sliding_window_pattern": "6"},
        ),
        ({"layer_types": ["full_attention", "full_attention"]}, {}),
        (
            {"layer_types": ["full_attention", "sliding_attention"]},
            {"layer_types": "full_attention, sliding_attention"},
        ),
        ({"stft_window": 1024}, {}),
        ({}, {}),
    ],
)
def test_what_is_stated_of_a_window(store: Store, stated: dict[str, Any], windows: dict[str, str]) -> None:
    metadata = {"config": json.dumps({"hidden_size": 64, "num_attention_heads": 4, **stated})}
    store.replace(to_tables(analyse(header(repeated("model.layers", 2, BLOCK), metadata)), name="net"))
    shipped = find_question("attention-windows")
    answer = ask(store, shipped, bind(shipped, {"model": "net"}))
    assert {r["what"]: r["window"] for r in answer.records()} == windows
    assert answer.sentence.startswith("Local: " if windows else "Unknown: nothing states a window")
