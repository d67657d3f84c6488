"""An unknown has a rule and a reason, and no confidence: there is no value to be sure of."""

from __future__ import annotations

import pytest

from archkb.ingest.graph.rows import to_tables
from archkb.ingest.pipeline import analyse
from archkb.ingest.rules import UNMEASURED
from archkb.ingest.scorer_format import predictions
from archkb.kb.tables import GraphTables
from tests.nets import below, header, repeated

BLOCK = {"attn.in_proj_weight": (48, 16), "attn.out_proj.weight": (16, 16), "odd.x": (3, 5, 7)}
HALVES = {
    "encoder.conv.weight": (8, 3, 3, 3),
    "decoder.conv.weight": (3, 8, 3, 3),
    "decoder.skip.weight": (8, 16, 1, 1),
}


@pytest.fixture(scope="module")
def tables() -> GraphTables:
    return to_tables(analyse(header(repeated("blocks", 2, BLOCK) | below("vae", HALVES))), name="odd")


def test_no_null_has_a_confidence_and_every_value_has_one(tables: GraphTables) -> None:
    seen = set()
    for node in tables.nodes:
        for prop in (c.removesuffix("_confidence") for c in node.columns if c.endswith("_confidence")):
            at, sure, why = (node.columns.index(prop + end) for end in ("", "_confidence", "_rule"))
            for row in node.rows:
                assert (row[sure] is None) == (row[at] is None), (prop, row)
                seen.add((prop, row[at] is None and row[why] is not None))
    assert {("heads", True), ("kind", False)} <= seen


def test_a_claim_of_no_layer_is_still_scored_by_its_rule() -> None:
    said = predictions(analyse(header(repeated("blocks", 2, BLOCK))))
    assert said["attention"][0]["heads"] is None
    assert said["attention"][0]["heads_confidence"] == UNMEASURED
