"""Components, sizes and the comparison's row count each parameter once and agree, on real headers too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from archkb.ingest.graph.rows import to_tables
from archkb.ingest.pipeline import analyse
from archkb.ingest.sources import read_header
from archkb.kb.store import Store, open_store
from archkb.kb.tables import GraphTables
from archkb.kb.values import Header
from archkb.queries.component_shares import shares
from archkb.queries.model_view import ModelView
from archkb.queries.questions.ask_store import ask, bind
from archkb.queries.questions.catalog import open_catalog
from tests.nets import below, header, repeated

BLOCK = {"attn.to_q.weight": (64, 64), "attn.to_k.weight": (64, 64), "attn.to_v.weight": (64, 64)}
CONNECTOR = below("text_connector", repeated("blocks", 2, BLOCK))
TIME = {"time_embed.linear_1.weight": (64, 32), "time_embed.linear_2.weight": (64, 64)}
AT_ROOT = {**repeated("transformer_blocks", 4, BLOCK), **TIME, **CONNECTOR, "table": (6, 64)}


def answered(store: Store, tables: GraphTables, question: str) -> list[dict[str, Any]]:
    asked = open_catalog().get(question)
    return ask(store, asked, bind(asked, {"model": tables.name})).records()


def held_to_account(store: Store, source: Header) -> list[dict[str, Any]]:
    """The rows of sizes, after they were held against the model, its components, layers and the comparison."""
    tables = to_tables(analyse(source), name="m")
    store.replace(tables)
    sizes, parts, kinds = (answered(store, tables, q) for q in ("size-by-component", "components", "layer-kinds"))
    for column, whole in (("params", "n_params"), ("bytes", "n_bytes"), ("tensors", "n_tensors")):
        assert sum(row[column] for row in sizes) == tables.model[whole], column
    assert sum(row["share"] for row in sizes) == pytest.approx(1)
    assert sum(row["params"] for row in kinds) == tables.model["n_params"]
    assert [(r["component"], r["inside"], r["role"]) for r in parts] == [
        (r["component"], r["inside"], r["role"]) for r in sizes
    ]
    listed = {(s.path or "(root)", s.inside, s.role, s.tensors, s.params, s.bytes) for s in shares(ModelView(tables))}
    assert listed == {tuple(r[c] for c in ("component", "inside", "role", "tensors", "params", "bytes")) for r in sizes}
    return sizes


def test_a_transformer_at_the_root_is_a_component_beside_its_connector(store: Store) -> None:
    sizes = held_to_account(store, header(AT_ROOT))
    assert {r["component"]: r["role"] for r in sizes} == {
        "(root)": "diffusion_transformer",
        "text_connector": "text_connector",
    }
    wrapped = held_to_account(store, header(below("model.net", AT_ROOT)))
    assert {(r["component"], r["inside"], r["role"]) for r in wrapped} == {
        ("model.net", None, "diffusion_transformer"),
        ("model.net.text_connector", "model.net", "text_connector"),
    }
    assert max(r["with_inner"] for r in wrapped) == sum(r["params"] for r in wrapped)


def test_what_lies_beside_the_components_is_a_row(store: Store) -> None:
    convolutions = {"conv_in.weight": (32, 3, 3, 3), **repeated("blocks", 2, {"conv.weight": (32, 32, 3, 3)})}
    net = {**below("encoder", convolutions), **below("decoder", convolutions), "quant_conv.weight": (8, 8, 1, 1)}
    sizes = held_to_account(store, header(net))
    assert {r["component"]: r["role"] for r in sizes} == {
        "(root)": None,
        "encoder": "vae_encoder",
        "decoder": "vae_decoder",
    }
    [rest] = [r for r in sizes if r["component"] == "(root)"]
    assert rest["params"] == 64


def test_a_model_of_one_part_is_its_own_component(store: Store) -> None:
    [row] = held_to_account(store, header({**repeated("transformer_blocks", 4, BLOCK), **TIME}))
    assert (row["component"], row["role"], row["share"]) == ("(root)", "diffusion_transformer", 1.0)


@pytest.mark.shared
@pytest.mark.slow
def test_all_real_headers_are_accounted_for(shared: Path, tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store"))
    for file in sorted((shared / "checkpoints").glob("*.json.gz")):
        held_to_account(store, read_header(file))
    store.close()
