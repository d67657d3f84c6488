"""On which side of its sublayers a block has norms, and what is shared inside a model: as far as a header tells."""

from __future__ import annotations

import json
from typing import Any

import pytest

from archkb.ingest.graph.rows import to_tables
from archkb.ingest.pipeline import analyse
from archkb.kb.store import Store
from archkb.kb.values import Header
from archkb.queries.output.answer import Answer
from archkb.queries.questions.ask_store import ask, bind
from archkb.queries.questions.catalog import find_question
from tests.nets import Shapes, header, repeated
from tests.queries.questions.test_inline_feed_forward import TORCH_ENCODER_LAYER

SUBLAYERS = {
    **{f"attn.{x}_proj.weight": (64, 64) for x in "qkvo"},
    "mlp.up_proj.weight": (256, 64),
    "mlp.down_proj.weight": (64, 256),
}
ONE_EACH = "one norm for each of 2 sublayers, before or after it is unknown"
TWO_EACH = "4 norms for 2 sublayers, so before and after each (sandwich)"
UNCLEAR = "3 norms for 2 sublayers, so the side is unknown"
QK = {"attn.q_norm.weight": (16,), "attn.k_norm.weight": (16,)}


def norms(*names: str) -> Shapes:
    return {f"{name}.weight": (64,) for name in names}


def answered(store: Store, question: str, whole: Header) -> Answer:
    store.replace(to_tables(analyse(whole), name="net"))
    shipped = find_question(question)
    return ask(store, shipped, bind(shipped, {"model": "net"}))


def one(store: Store, block: Shapes) -> dict[str, Any]:
    (row,) = answered(store, "norm-placement", header(repeated("layers", 3, block))).records()
    return row


@pytest.mark.parametrize(
    ("block", "counts", "says"),
    [
        ({**SUBLAYERS, **norms("n1", "n2")}, (2, 2, 0), ONE_EACH),
        ({**SUBLAYERS, **norms("n1", "n2", "n3", "n4")}, (2, 4, 0), TWO_EACH),
        ({**SUBLAYERS, **norms("n1", "n2", "n3")}, (2, 3, 0), UNCLEAR),
        ({**SUBLAYERS, **QK, **norms("n1", "n2")}, (2, 2, 2), ONE_EACH),
        (TORCH_ENCODER_LAYER, (2, 2, 0), ONE_EACH),
        (
            {**SUBLAYERS, **QK},
            (2, 0, 2),
            "no norm with parameters beside 2 sublayers (2 within them, as of queries and keys), so unknown",
        ),
        (SUBLAYERS, (2, 0, 0), "no norm has parameters, so unknown"),
    ],
)  # fmt: skip
def test_norms_are_held_against_the_sublayers(store: Store, block: Shapes, counts: tuple[int, ...], says: str) -> None:
    row = one(store, block)
    assert (row["additions"], row["norms"], row["within"]) == counts
    assert (row["blocks"], row["placement"]) == (3, says)


def test_a_configuration_states_the_side(store: Store) -> None:
    metadata = {"config": json.dumps({"norm_first": True, "hidden_size": 64})}
    whole = header(repeated("layers", 3, {**SUBLAYERS, **norms("n1", "n2")}), metadata)
    answer = answered(store, "norm-placement", whole)
    assert answer.records()[0]["placement"] == "norm_first true is stated"
    assert "norm_first true is stated" in answer.sentence


def test_nothing_tells_a_sharing(store: Store) -> None:
    answer = answered(store, "shared-weights", header(repeated("layers", 3, SUBLAYERS)))
    assert answer.rows == ()
    assert answer.sentence.startswith("Unknown: nothing states or names a sharing")


def test_a_sharing_is_stated_or_named(store: Store) -> None:
    experts = {"mlp.shared_expert.up.weight": (32, 64), "mlp.shared_expert.down.weight": (64, 32)}
    metadata = {"config": json.dumps({"share_ff": True, "tie_word_embeddings": False, "hidden_size": 64})}
    whole = header(repeated("layers", 3, {**SUBLAYERS, **experts}), metadata)
    rows = {r["where"].partition(" of ")[0]: (r["what"], r["value"], r["count"]) for r in
            answered(store, "shared-weights", whole).records()}  # fmt: skip
    assert rows == {
        "share_ff": ("as stated", "true", None),
        "tied_embeddings": ("as stated", "false", None),
        "layers.{i}.mlp.shared_expert": ("by its name alone", None, 3),
    }


def test_bytes_that_a_file_has_not_are_stored_once(store: Store) -> None:
    tensors = header({"a.weight": (8, 8), "b.weight": (8, 8)}).tensors
    answer = answered(store, "shared-weights", Header(tensors, {}, source="net.pth", format="torch", size=300))
    assert answer.sentence.startswith("the bytes of net is 212 (stored once for several tensors)")
