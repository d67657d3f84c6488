"""What makes two headers one structure: keys, dtypes, shapes, the configuration inference reads; nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from archkb.ingest.graph.rows import to_tables
from archkb.ingest.pipeline import analyse
from archkb.ingest.read_tables import infer, settings_uid, structure_uid, with_structure
from archkb.kb.store import Store
from archkb.kb.store.read_back import canonical
from archkb.kb.values import Header, TensorSpec
from tests.nets import header, repeated

BLOCK = {f"attn.{name}.weight": (64, 64) for name in ("to_q", "to_k", "to_v", "to_out")}
NET = header({**repeated("blocks", 3, BLOCK), "scale": (64,)})


def with_heads(heads: int, **more: object) -> Header:
    return replace(NET, metadata={"config": json.dumps({"num_heads": heads, "head_dim": 64 // heads, **more})})


def test_other_heads_are_another_structure_with_other_facts() -> None:
    eight, four = (to_tables(analyse(with_heads(heads)), name="m") for heads in (8, 4))
    assert eight.structure != four.structure
    assert [{a["heads"] for a in t.records("Module", "Attention")} for t in (eight, four)] == [{8}, {4}]


@pytest.mark.parametrize("more", [{"steps": 5}, {"_name_or_path": "x", "dropout": 0.1}])
def test_what_inference_does_not_read_makes_no_other_structure(more: dict[str, object]) -> None:
    plain, told = with_heads(8), with_heads(8, **more)
    other = replace(told, metadata={**told.metadata, "run": "3"}, source="elsewhere", declared={"family": "f"})
    assert structure_uid(plain) == structure_uid(told) == structure_uid(other)
    assert to_tables(analyse(plain), name="a").structure == structure_uid(plain)
    one, two = (to_tables(analyse(h), name="m") for h in (plain, other))
    inferred = [[t for t in m.nodes if t.primary in ("Structure", "Module", "Tensor", "Stream")] for m in (one, two)]
    assert inferred[0] == inferred[1]


def test_dtypes_and_shapes_are_part_of_it_and_the_order_of_keys_is_not() -> None:
    turned = replace(NET, tensors=tuple(reversed(NET.tensors)))
    assert structure_uid(turned) == structure_uid(NET)
    assert canonical(to_tables(analyse(turned), name="m")) == canonical(to_tables(analyse(NET), name="m"))
    others = [TensorSpec(NET.tensors[0].key, "BF16", NET.tensors[0].shape), NET.tensors[0]._replace(shape=(64, 128))]
    for other in others:
        assert structure_uid(replace(NET, tensors=(other, *NET.tensors[1:]))) != structure_uid(NET)


def test_a_known_header_is_written_without_inference_as_it_would_be_with_it(store: Store) -> None:
    first, second = with_heads(8), replace(with_heads(8), source="other.safetensors", declared={"family": "f"})
    uid = structure_uid(first)
    assert store.structure(uid, settings_uid(first, uid)) is None
    store.replace(infer(first, name="first"))
    known = store.structure(uid, settings_uid(second, uid))
    assert known is not None

    store.replace(with_structure(second, known, name="second"))

    assert canonical(store.load("second")) == canonical(infer(second, name="second"))
    assert store.health().faults == ()


def test_other_settings_share_the_structure_and_stay_apart(store: Store) -> None:
    plain, told = with_heads(8), with_heads(8, rope_theta=10000.0)
    for name, one in (("plain", plain), ("told", told)):
        store.replace(infer(one, name=name))
    assert store.read("MATCH (s:Structure) RETURN count(s) AS n").rows == ((1,),)
    for name, one in (("plain", plain), ("told", told)):
        assert canonical(store.load(name)) == canonical(infer(one, name=name))

    store.forget("told")

    assert canonical(store.load("plain")) == canonical(infer(plain, name="plain"))
    assert store.health().faults == ()


def test_a_known_header_costs_no_inference(store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from archkb.ingest import read_tables
    from archkb.queries.interface.ingest_source import ingest_source

    path, at, entries = tmp_path / "net.json", 0, {}
    for tensor in NET.tensors:
        entries[tensor.key] = {
            "dtype": tensor.dtype,
            "shape": list(tensor.shape),
            "data_offsets": [at, at + tensor.n_bytes],
        }
        at += tensor.n_bytes
    path.write_text(json.dumps(entries))
    ingest_source(str(path), store, name="first")
    monkeypatch.setattr(read_tables, "analyse", None)

    ingested = ingest_source(str(path), store, name="second")

    assert "same architecture as first (header)" in str(ingested.row[-1])
    assert store.load("second").spans() == store.load("first").spans() != {}
