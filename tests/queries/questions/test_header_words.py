"""What a header names with words of a question is found by its rarest words, stated values with their product."""

from __future__ import annotations

import pytest

from archkb.ingest.graph.rows import to_tables
from archkb.ingest.pipeline import analyse
from archkb.kb.store import Store
from archkb.queries.questions.header_words import header_answer
from tests.nets import header


@pytest.fixture
def named(store: Store) -> Store:
    tensors = {f"blocks.{i}.{name}.weight": (8, 8) for i in range(6) for name in ("proj", "norm_in", "mix")}
    tensors |= {f"blocks.{i}.stream_gate": () for i in (0, 3)}
    store.replace(to_tables(analyse(header(tensors)), name="net"))
    return store


def test_the_names_that_hold_the_rarest_words_are_told_with_their_blocks(named: Store) -> None:
    answer = header_answer(named, "net", "in which blocks is there a stream gate?")
    assert answer is not None
    assert answer.sentence == "The header names: 2 x blocks.{i}.stream_gate scalar in 0, 3."


@pytest.mark.parametrize("words", ["what is the vocabulary?", "which blocks are there", ""])
def test_words_that_no_name_holds_find_nothing(named: Store, words: str) -> None:
    assert header_answer(named, "net", words) is None
