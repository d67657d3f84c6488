"""What the file tells: its size against its tensors', their shapes, the metadata, the first levels of the names."""

from __future__ import annotations

import json
import struct
from math import prod
from pathlib import Path
from typing import Any

import pytest

from archkb.ingest.graph.rows import to_tables
from archkb.ingest.pipeline import analyse
from archkb.ingest.sources import read_header
from archkb.kb.store import Store
from archkb.kb.values import Header
from archkb.queries.output.answer import Answer
from archkb.queries.questions.ask_store import ask, bind
from archkb.queries.questions.catalog import find_question
from tests.nets import Shapes, header, repeated

NET = {
    **repeated("net.blocks", 3, {"fc.weight": (64, 32), "fc.bias": (64,)}),
    "head.weight": (10, 64),
    "scale": (),
    "none": (0, 4),
}


def safetensors(path: Path, tensors: Shapes, metadata: dict[str, str]) -> int:
    """Write a file of zeros; returns the bytes of its header, length included."""
    at, entries = 0, {}
    for key, shape in tensors.items():
        end = at + 4 * prod(shape)
        entries[key] = {"dtype": "F32", "shape": list(shape), "data_offsets": [at, end]}
        at = end
    text = json.dumps({"__metadata__": metadata, **entries}).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + bytes(at))
    return 8 + len(text)


def answered(store: Store, question: str, whole: Header, **given: str) -> Answer:
    store.replace(to_tables(analyse(whole), name="net"))
    shipped = find_question(question)
    return ask(store, shipped, bind(shipped, {"model": "net", **given}))


def one(store: Store, question: str, whole: Header) -> dict[str, Any]:
    (row,) = answered(store, question, whole).records()
    return row


def test_what_the_file_has_beside_its_tensors_is_the_header(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    beside = safetensors(path, NET, {})
    row = one(store, "file-layout", read_header(path))
    assert (row["files"], row["names"], row["form"]) == (1, ["net.safetensors"], "safetensors")
    assert (row["rest"], row["file_size"]) == (beside, path.stat().st_size)
    assert row["tensor_bytes"] == path.stat().st_size - beside
    assert row["shared"] is row["not_told"] is None


def test_a_header_alone_does_not_tell_the_size_on_disk(store: Store) -> None:
    answer = answered(store, "file-layout", header(NET))
    assert answer.sentence.endswith("the size on disk is unknown, as only the header was given.")
    assert answer.records()[0]["rest"] is None


def test_files_smaller_than_their_tensors_share_bytes(store: Store) -> None:
    whole = header({"a.weight": (8, 8), "b.weight": (8, 8)})
    smaller = Header(whole.tensors, {}, source="net.pth", format="torch", size=300)
    row = one(store, "file-layout", smaller)
    assert (row["rest"], row["shared"]) == (None, 512 - 300)


def test_tensors_are_counted_by_dimensions_scalars_and_empty_ones_among_them(store: Store) -> None:
    rows = {r["dimensions"]: r for r in answered(store, "tensor-shapes", header(NET)).records()}
    assert {d: r["tensors"] for d, r in rows.items()} == {0: 1, 1: 3, 2: 5}
    assert (rows[0]["smallest"], rows[0]["shape"], rows[0]["empty"]) == ("scale", [], None)
    assert (rows[2]["smallest"], rows[2]["empty"], rows[2]["shapes"]) == ("none", 1, 3)
    assert (rows[2]["not_of_32"], rows[2]["not_of_256"], rows[2]["below_1000"]) == (1, 5, 2)
    assert sum(r["params"] for r in rows.values()) == sum(prod(shape) for shape in NET.values())


def test_metadata_are_listed_as_they_are(store: Store) -> None:
    long = json.dumps({"model": "x" * 100})
    answer = answered(store, "metadata", header(NET, {"date": "2026-02-14", "config": long}))
    config, date = answer.records()
    assert config == {"key": "config", "characters": len(long), "holds": "JSON", "begins": long[:60]}
    assert (date["key"], date["begins"], date["holds"]) == ("date", "2026-02-14", None)
    assert "`date` (10 characters: 2026-02-14)" in answer.sentence


def test_each_level_of_the_tree_adds_up_to_what_lies_below_it(store: Store) -> None:
    rows = answered(store, "top-modules", header(NET)).records()
    first = {r["module"]: r["tensors"] for r in rows if r["level"] == 1}
    assert first == {"net": 6, "head": 1, "(root)": 2}
    assert sum(r["params"] for r in rows if r["level"] == 1) == sum(prod(shape) for shape in NET.values())
    assert {r["deepest"] for r in rows} == {4}
    deeper = answered(store, "top-modules", header(NET), levels="3").records()
    assert [(r["module"], r["count"], r["tensors"]) for r in deeper if r["level"] == 3] == [("net.blocks.{i}", 3, 6)]


def autoencoder(last: int, more: Shapes | None = None) -> Header:
    return header({
        "encoder.conv_in.weight": (32, 3, 3, 3), "encoder.down.0.conv.weight": (64, 32, 3, 3),
        "encoder.conv_out.weight": (last, 64, 3, 3), "decoder.conv_in.weight": (64, 8, 3, 3),
        "decoder.up.0.conv.weight": (32, 64, 3, 3), "decoder.conv_out.weight": (3, 32, 3, 3), **(more or {}),
    })  # fmt: skip


@pytest.mark.parametrize(
    ("last", "says"),
    [
        (16, "a mean and a log-variance of each channel"),
        (9, "a mean of each channel and one log-variance for all"),
        (8, "one value a channel, no variance"),
        (20, "neither once nor twice the latent, so unknown"),
    ],
)
def test_rows_of_the_last_layer_tell_the_posterior(store: Store, last: int, says: str) -> None:
    row = one(store, "posterior", autoencoder(last))
    assert (row["layer"], row["writes"], row["latent_channels"], row["posterior"]) == (
        "encoder.conv_out",
        last,
        8,
        says,
    )


def test_a_layer_beside_the_encoder_may_be_its_last(store: Store) -> None:
    more = {"quant_conv.weight": (16, 16, 1, 1), "post_quant_conv.weight": (8, 8, 1, 1)}
    rows = answered(store, "posterior", autoencoder(16, more)).records()
    assert [(r["layer"], r["writes"]) for r in rows] == [("encoder.conv_out", 16), ("quant_conv", 16)]


def test_a_net_without_an_encoder_has_no_posterior(store: Store) -> None:
    assert answered(store, "posterior", header(NET)).sentence.startswith("Unknown: no encoder")
