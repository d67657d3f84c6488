"""What is not known: also what no header tells, each with its reason and with what would tell, unless it is stated."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from archkb.ingest.graph.rows import to_tables
from archkb.ingest.pipeline import analyse
from archkb.kb.store import Store
from archkb.queries.questions.ask_store import ask, bind
from archkb.queries.questions.catalog import find_question
from tests.nets import header, repeated

BLOCK = {
    **{f"attn.{x}_proj.weight": (32, 32) for x in "qkvo"}, "norm1.weight": (32,), "norm2.weight": (32,),
    "mlp.fc1.weight": (128, 32), "mlp.fc2.weight": (32, 128),
}  # fmt: skip
STATED = {"hidden_act": "gelu", "is_decoder": True, "rms_norm_eps": 1e-6, "num_hidden_layers": 4, "hidden_size": 32}
NEVER = {"loss", "training data", "training stages", "order of execution", "quality"}


def rows(store: Store, metadata: Mapping[str, str] | None = None) -> dict[str, dict[str, Any]]:
    net = header({**repeated("layers", 4, BLOCK), "patch.proj.weight": (32, 3, 2, 2)}, metadata)
    store.replace(to_tables(analyse(net), name="net"))
    question = find_question("unknowns")
    answer = ask(store, question, bind(question, {"model": "net"}))
    return {f"{row['property']} of {row['subjects'][0]}": row for row in answer.records()}


def test_what_no_header_tells_is_listed_with_its_reason_and_with_what_would_tell(store: Store) -> None:
    unknown = rows(store)
    assert unknown.keys() >= {f"{name} of (model)" for name in NEVER}
    assert unknown["activation of layers.{i}.mlp"]["count"] == 4
    assert unknown["causality of layers.{i}.attn"]["count"] == 4
    assert unknown["causality of patch.proj"]["count"] == unknown["stride and padding of patch.proj"]["count"] == 1
    assert unknown["epsilon of layers.{i}.norm1"]["count"] == 8
    assert all(row["why"] and row["would_tell"] for row in unknown.values())


def test_what_a_configuration_states_is_not_unknown(store: Store) -> None:
    unknown = rows(store, {"config": json.dumps(STATED)})
    assert not {"activation", "epsilon"} & {row["property"] for row in unknown.values()}
    assert "causality of layers.{i}.attn" not in unknown
    assert unknown.keys() >= {f"{name} of (model)" for name in NEVER} | {"causality of patch.proj"}


def test_what_the_metadata_say_of_a_training_is_not_unknown(store: Store) -> None:
    unknown = rows(store, {"ss_num_epochs": "3", "ss_loss_type": "l2", "ss_dataset_dirs": "{}"})
    assert {row["property"] for row in unknown.values()} & NEVER == {"order of execution", "quality"}
