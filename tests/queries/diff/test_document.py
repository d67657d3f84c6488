"""The JSON document of a comparison keeps to its own schema, and the schema to its version."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from archkb.kb.outline import Box, outline
from archkb.kb.tables import GraphTables
from archkb.queries import model_view
from archkb.queries.diff import compare
from archkb.queries.diff.document import Chain, Document, document, json_schema, text
from archkb.queries.diff.page import page
from tests.queries.diff.diff_nets import META, spelt, transformer
from tests.queries.views import view_of

FIELDS = {
    "schema", "a", "b", "relation", "same", "similarity", "counts", "edits", "aspects", "stacks", "adapter", "tensors",
}  # fmt: skip


def made(b: dict[str, tuple[int, ...]], **wanted: bool) -> dict[str, Any]:
    left, right = view_of(transformer(4), name="a"), view_of(b, name="b")
    return json.loads(text(document(compare(left, right), left, right, **wanted)))


def test_the_first_version_has_these_fields() -> None:
    found = made(transformer(6))
    assert found.keys() == FIELDS
    assert found["schema"] == "archkb.diff/1"
    assert found["relation"] == "versions"
    assert not found["same"]
    assert found["counts"]["added"] > 0 == found["counts"]["removed"]
    assert any("depth 4 -> 6" in e["text"] for e in found["edits"])
    assert found["tensors"] is None


def test_every_field_is_described_and_required_ones_are_marked() -> None:
    schema = json_schema()
    assert schema["anyOf"] == [{"$ref": "#/$defs/Document"}, {"$ref": "#/$defs/Chain"}]
    assert schema["$defs"]["Document"]["properties"].keys() == FIELDS
    for name, found in schema["$defs"].items():
        assert "description" in found, name
        assert all("description" in field for field in found["properties"].values()), name


@pytest.mark.parametrize("b", [transformer(4), transformer(6), spelt(transformer(4), *META), {"c.weight": (7, 7)}])
def test_documents_read_back_equal(b: dict[str, tuple[int, ...]]) -> None:
    found = made(b, tensors=True)
    assert json.loads(Document.model_validate(found).model_dump_json(by_alias=True)) == found


def test_tensors_on_demand_are_the_changed_ones_or_all() -> None:
    same = made(transformer(4), tensors=True)
    assert (same["tensors"], same["same"], same["edits"]) == ([], True, [])
    assert len(made(transformer(4), tensors=True, everything=True)["tensors"]) == len(transformer(4))
    renamed = made(spelt(transformer(4), *META), tensors=True)["tensors"]
    assert {t["kind"] for t in renamed} == {"rename"}
    assert all(t["changes"] == ["renamed"] and 0 < t["confidence"] <= 1 and t["evidence"] for t in renamed)


def test_counts_add_up_to_the_first_model() -> None:
    counts = made({k: v for k, v in transformer(3).items() if "bias" not in k})["counts"]
    assert counts["unchanged"] + counts["removed"] == len(transformer(4))


def test_a_chain_holds_a_document_a_step() -> None:
    a, b, c = (view_of(transformer(n), name=f"v{n}") for n in (2, 3, 4))
    steps = [document(compare(x, y), x, y) for x, y in ((a, b), (b, c))]
    found = json.loads(text(Chain(models=["v2", "v3", "v4"], steps=steps)))
    assert found["schema"] == "archkb.diff-chain/1"
    assert [s["b"]["name"] for s in found["steps"]] == ["v3", "v4"]


def test_page_rows_and_document_stand_on_what_was_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    outlined = Counter[str]()

    def counting(tables: GraphTables) -> Box:
        outlined[tables.name] += 1
        return outline(tables)

    monkeypatch.setattr(model_view, "outline", counting)
    a, b, c = (view_of(transformer(n), name=f"v{n}") for n in (2, 3, 4))
    for old, new in ((a, b), (b, c)):
        diff = compare(old, new)
        assert page(diff, old, new) == page(diff, old, new)
        assert document(diff, old, new).relation == "versions"
    assert outlined == {"v2": 1, "v3": 1, "v4": 1}


def test_designs_have_aspects_and_no_edits() -> None:
    found = made({"c.weight": (7, 3, 3, 3), "c.bias": (7,)})
    assert found["relation"] == "designs"
    assert found["edits"] == found["stacks"] == []
    assert found["aspects"]
