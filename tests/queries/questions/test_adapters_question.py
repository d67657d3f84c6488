"""The question about adapters counts the targets that :mod:`archkb.kb.relations.adapter` finds, in every spelling."""

from __future__ import annotations

from pathlib import Path

import pytest

from archkb.ingest.graph.rows import to_tables
from archkb.ingest.pipeline import analyse
from archkb.kb.relations.adapter import targets
from archkb.kb.store import open_store
from archkb.queries.questions.ask_store import ask, bind
from archkb.queries.questions.catalog import find_question
from tests.nets import header

SPELLINGS = {
    "peft": ("base_model.model.blocks.{i}.attn.to_q.lora_{half}.weight", ("A", "B")),
    "peft, named": ("blocks.{i}.attn.to_q.lora_{half}.default.weight", ("A", "B")),
    "dotted": ("diffusion_model.blocks.{i}.ff.net.0.lora.{half}.weight", ("down", "up")),
    "processor": ("blocks.{i}.attn.processor.to_q_lora.{half}.weight", ("down", "up")),
    "underscored": ("lora_unet_blocks_{i}_attn_to_q.lora_{half}.weight", ("down", "up")),
    "hadamard": ("lora_unet_blocks_{i}_attn_to_q.hada_w1_{half}", ("a", "b")),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_targets_are_those_of_the_library(spelling: str, tmp_path: Path) -> None:
    key, halves = SPELLINGS[spelling]
    shapes = {key.format(i=i, half=h): s for i in range(12) for h, s in zip(halves, ((4, 64), (32, 4)), strict=True)}
    tables = to_tables(analyse(header(shapes)), name="lora")
    assert tables.model["role"] == "adapter"
    store = open_store(str(tmp_path / "store"))
    store.replace(tables)
    question = find_question("adapters")
    [row] = ask(store, question, bind(question, {})).records()
    store.close()
    found = targets(shapes)
    assert row["targets"] == len(found) == 12
    assert row["rank"] == next(iter(found.values())).rank
    assert row["base"] is None
    assert len(row["places"]) == 1
    assert "{i}" in row["places"][0]
