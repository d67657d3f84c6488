"""Every shipped question gives the rows of golden.json, on every store, whatever the order of ingestion.

`python -m tests.queries.questions.test_library` writes the golden rows anew from the embedded store; read the
difference.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from archkb.kb.store import Store, open_store
from archkb.queries.questions.ask_store import ask, bind
from archkb.queries.questions.catalog import open_catalog
from archkb.queries.questions.question import Question
from tests.queries.graphs import adapter, parts, small_models

GOLDEN = Path(__file__).parent.parent / "golden.json"
QUESTIONS = open_catalog().all()
MODELS = ("duo", "solo", "parts")
ALL = [0, 1, 2, 3, 4]
VALUES = {"text": "ATTN", "top": "7"}


def cases() -> list[tuple[Question, str | None]]:
    """Each question about each model, or about all."""
    return [(q, m) for q in QUESTIONS for m in (MODELS if q.needs_model else (None,))]


def rows_of(store: Store, question: Question, model: str | None) -> list[dict[str, Any]]:
    given = {p.name: VALUES[p.name] for p in question.params if p.name in VALUES}
    if model is not None:
        given["model"] = model
    answer = ask(store, question, bind(question, given))
    assert answer.columns == tuple(c.name for c in question.columns)
    return answer.records()


def everything(store: Store) -> dict[str, list[dict[str, Any]]]:
    return {f"{q.id} {m or ''}".strip(): rows_of(store, q, m) for q, m in cases()}


def fill(store: Store, order: list[int]) -> None:
    models = [*small_models(), adapter(), parts()]
    for i in order:
        store.replace(models[i])


def test_every_question_gives_its_golden_rows(store: Store) -> None:
    fill(store, ALL)
    golden = json.loads(GOLDEN.read_text())
    found = everything(store)
    assert found.keys() == golden.keys()
    for name, rows in found.items():
        assert name in golden, f"no golden rows for {name}; write them: python -m tests.queries.questions.test_library"
        assert rows == golden[name], name


def test_rows_and_their_order_do_not_depend_on_the_order_of_ingestion(store: Store) -> None:
    order = list(ALL)
    random.Random(7).shuffle(order)
    assert order != ALL
    fill(store, order)
    assert everything(store) == json.loads(GOLDEN.read_text())


@pytest.mark.parametrize(("question", "model"), cases(), ids=lambda x: x.id if isinstance(x, Question) else str(x))
def test_identity_tells_the_golden_rows_apart(question: Question, model: str | None) -> None:
    rows = json.loads(GOLDEN.read_text())[f"{question.id} {model or ''}".strip()]
    keys = [json.dumps([row[c] for c in question.identity]) for row in rows]
    assert len(set(keys)) == len(keys)


def test_every_question_has_rows_for_some_model() -> None:
    golden = json.loads(GOLDEN.read_text())
    for question in QUESTIONS:
        assert any(golden[k] for k in golden if k.split()[0] == question.id), question.id


def test_the_golden_rows_say_what_the_graph_was_built_to_say() -> None:
    golden = json.loads(GOLDEN.read_text())
    [cross] = golden["cross-attention duo"]
    assert (cross["queries"], cross["attends_to"], cross["q_dim"], cross["kv_dim"]) == ("video", "text", 32, 16)
    assert cross["blocks"] == [str(i) for i in range(12)]
    assert golden["cross-attention solo"] == []
    assert {(r["dtype"], r["count"]) for r in golden["mixed-precision duo"]} == {("F8_E4M3", 10), ("BF16", 2)}
    assert [(r["dtypes"], r["count"]) for r in golden["block-precision duo"]] == [("BF16", 2), ("F8_E4M3", 10)]
    assert [r["sublayer"] for r in golden["residual-edges duo"]] == ["attn1", "attn2", "ff"]
    assert {r["property"] for r in golden["unknowns solo"]} >= {"attends", "kind", "stream source"}
    adapters = [(r["base"], r["rank"], r["targets"], r["touched"], r["no_ops"]) for r in golden["adapters"]]
    assert adapters == [("duo", 4, 2, 2, 1), ("duo", 8, 1, 2, 1)]


@pytest.mark.slow
def test_the_real_model_is_answered_alike_by_every_store(store: Store, tmp_path: Path) -> None:
    from archkb.ingest.graph.rows import to_tables
    from archkb.ingest.pipeline import analyse
    from archkb.ingest.sources import read_header

    tables = to_tables(analyse(read_header("design:ltx-2-19b-dev-fp8")), name="ltx")
    store.replace(tables)
    other = open_store(str(tmp_path / "other"))
    other.replace(tables)
    for question in QUESTIONS:
        given = {p.name: VALUES[p.name] for p in question.params if p.name in VALUES}
        given |= {"model": "ltx"} if question.needs_model else {}
        params = bind(question, given)
        assert ask(store, question, params).rows == ask(other, question, params).rows, question.id
    other.close()


def write_golden() -> None:
    """Write golden.json from the embedded store."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"{folder}/store")
        fill(store, ALL)
        found = everything(store)
        store.close()
    blocks = [
        f" {json.dumps(name)}: [" + ",".join("\n  " + json.dumps(r, ensure_ascii=False) for r in rows) + "]"
        for name, rows in found.items()
    ]
    GOLDEN.write_text("{\n" + ",\n".join(blocks) + "\n}\n")


if __name__ == "__main__":
    sys.exit(write_golden())
