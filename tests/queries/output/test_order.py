"""What is largest comes first, whatever it is called; totals say how many there are; unknowns are said once."""

from __future__ import annotations

from typing import Any

import pytest

from archkb.ingest.graph.rows import to_tables
from archkb.ingest.pipeline import analyse
from archkb.kb.store import Store
from archkb.queries.output.answer import Answer
from archkb.queries.questions.ask_store import ask, bind
from archkb.queries.questions.catalog import find_question
from tests.nets import header

SMALL, LARGE = 16, 64


def _stack(root: str, width: int, depth: int) -> dict[str, list[int]]:
    attention = {f"attn.{name}.weight": [width, width] for name in ("to_q", "to_k", "to_v", "to_out.0")}
    block = attention | {"ff.net.0.proj.weight": [4 * width, width], "ff.net.2.weight": [width, 4 * width]}
    return {f"{root}.blocks.{i}.{name}": shape for i in range(depth) for name, shape in block.items()}


@pytest.fixture
def asked(store: Store) -> Any:
    """Ask about a model whose large part comes last by name."""
    tables = to_tables(analyse(header(_stack("a_encoder", SMALL, 3) | _stack("z_decoder", LARGE, 4))), name="net")
    store.replace(tables)

    def answered(id_: str) -> Answer:
        question = find_question(id_)
        return ask(store, question, bind(question, {"model": "net"}))

    return answered


@pytest.mark.parametrize("id_", ["stacks", "blocks", "streams", "components", "size-by-component"])
def test_the_largest_comes_first(asked: Any, id_: str) -> None:
    first = [str(row[0]).partition(".")[0] for row in asked(id_).rows]
    assert first.index("z_decoder") < first.index("a_encoder")


def test_totals(asked: Any) -> None:
    assert asked("attention-inventory").sentence.startswith("7 attentions: ")
    assert asked("stacks").sentence.startswith("2 stacks: ")
    assert asked("blocks").sentence.startswith("7 blocks of ")
    assert asked("feed-forward").sentence.startswith("7 feed-forwards: ")
    assert asked("convolutions").sentence == "None: no layer is a convolution."


def test_one_reason_is_one_row(asked: Any) -> None:
    answer = asked("unknowns")
    keys = [(row["property"], row["why"]) for row in answer.records()]
    assert len(keys) == len(set(keys))
    heads = next(row for row in answer.records() if row["property"] == "heads")
    assert heads["count"] == 7
    assert heads["subjects"] == ["a_encoder.blocks.{i}.attn", "z_decoder.blocks.{i}.attn"]
