"""Many sources at once: the same store however many processes extract, and no file stops another."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from archkb.ingest.extraction import PackedHeader, Request, extract_packed, read_packed, unpacked_tables
from archkb.kb.errors import StoreError
from archkb.kb.store import Store, open_store
from archkb.queries.interface import ingest_many as module
from archkb.queries.interface import parallel_extraction
from archkb.queries.interface.ingest_many import STRUCTURES, Outcome, ingest_many
from archkb.queries.interface.parallel_extraction import AHEAD, extracted
from archkb.queries.interface.source_names import distinct_names

EXPORT = (
    "MATCH (n) WHERE NOT n:Meta RETURN labels(n) AS labels, properties(n) AS props",
    "MATCH (a)-[r]->(b) RETURN a.uid AS a, type(r) AS type, properties(r) AS props, b.uid AS b",
)


def write_header(path: Path, width: int = 8, blocks: int = 2, **metadata: str) -> str:
    """A small transformer's header; returns its path."""
    out: dict[str, Any] = {"__metadata__": metadata}
    at = 0
    for i in range(blocks):
        for part in ("attn.to_q", "attn.to_k", "attn.to_v", "attn.to_out"):
            size = 4 * width * width
            out[f"blocks.{i}.{part}.weight"] = {
                "dtype": "F32", "shape": [width, width], "data_offsets": [at, at + size]
            }  # fmt: skip
            at += size
    path.write_text(json.dumps(out))
    return str(path)


@pytest.fixture
def requests(tmp_path: Path) -> list[Request]:
    """Twelve sources: four structures, of which each comes three times, and a file that is none."""
    paths = [
        write_header(tmp_path / f"m{i:02}.json", width=8 * (1 + i % 4), title=f"model {i}", n=str(i // 4))
        for i in range(12)
    ]
    (tmp_path / "bad.json").write_text("{")
    paths.insert(5, str(tmp_path / "bad.json"))
    return [Request(path, Path(path).stem) for path in paths]


def kept(store: Store) -> list[list[str]]:
    """All nodes and relationships as text, whatever the order they are stored in."""
    return [sorted(repr(row) for row in store.read(query).rows) for query in EXPORT]


def filled(folder: Path, requests: Sequence[Request], jobs: int) -> tuple[list[Outcome], list[list[str]]]:
    store = open_store(str(folder))
    outcomes = list(ingest_many(requests, store, jobs=jobs))
    rows = kept(store)
    store.close()
    return outcomes, rows


def test_four_processes_write_what_one_writes(requests: list[Request], tmp_path: Path) -> None:
    alone, together = (filled(tmp_path / f"jobs{jobs}", requests, jobs) for jobs in (1, 4))

    assert together[1] == alone[1]
    assert [o.request.name for o in together[0]] == [r.name for r in requests]
    assert [o.ingested and o.ingested.row for o in together[0]] == [o.ingested and o.ingested.row for o in alone[0]]
    assert [o.request.name for o in together[0] if o.error] == ["bad"]
    assert "bad.json" in str(together[0][5].error)
    assert str(together[0][5].error) == str(alone[0][5].error)


def test_a_structure_is_inferred_once_and_one_of_the_store_not_at_all(requests: list[Request]) -> None:
    good = [r for r in requests if r.name != "bad"]
    models = list(extracted(good, 3, known=()))

    assert [m.tables is not None for m in models] == [True] * 4 + [False] * 8
    known = [m.header.key for m in models[:2] if m.header]
    assert [m.tables is not None for m in extracted(good, 2, known)] == [False, False, True, True] + [False] * 8
    assert unpacked_tables(models[0].tables or b"").name == "m00"


def test_what_is_there_already_is_not_written_again(requests: list[Request], embedded_store: Store) -> None:
    first = list(ingest_many(requests[:4], embedded_store, jobs=2))
    again = list(ingest_many(requests, embedded_store, jobs=2))

    assert not any(o.ingested.there for o in first if o.ingested)
    assert [o.ingested.there for o in again if o.ingested] == [True] * 4 + [False] * 8
    assert len(embedded_store.read(STRUCTURES).rows) == 4


def test_a_structure_that_could_not_be_kept_is_inferred_by_the_next_that_has_it(
    tmp_path: Path, embedded_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    twins = [Request(write_header(tmp_path / f"{n}.json", title=n), n) for n in ("a", "b")]
    replace = embedded_store.replace

    def refusing(tables: Any, progress: Any = None) -> Any:
        if tables.name == "a":
            raise StoreError("no")
        return replace(tables, progress)

    monkeypatch.setattr(embedded_store, "replace", refusing)
    outcomes = list(ingest_many(twins, embedded_store, jobs=2))

    assert [o.error is None for o in outcomes] == [False, True]
    assert outcomes[1].ingested
    assert outcomes[1].ingested.row[1] == 8


def test_a_store_that_refuses_everything_ends_it(
    requests: list[Request], embedded_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> Any:
        raise StoreError("the disk is full")

    monkeypatch.setattr(embedded_store, "replace", full)
    outcomes = ingest_many(requests, embedded_store, jobs=1)
    assert [next(outcomes).error is None for _ in range(3)] == [False] * 3
    with pytest.raises(StoreError, match="full"):
        next(outcomes)


def test_a_fault_of_the_program_is_told_as_the_files(
    requests: list[Request], embedded_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(source: str, *_: Any, **__: Any) -> Any:
        raise RecursionError(f"too deep {source}")

    monkeypatch.setattr(module, "ingest_source", failing)
    outcomes = list(ingest_many(requests, embedded_store))
    assert len(outcomes) == len(requests)
    assert "RecursionError: too deep" in str(outcomes[0].error)


def test_a_process_that_dies_costs_one_file(requests: list[Request], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel_extraction, "read_packed", deadly_read)
    monkeypatch.setattr(parallel_extraction, "extract_packed", deadly_extract)

    models = list(extracted([Request("deadly", "deadly"), *requests[:2]], 1, known=()))

    assert [m.request.name for m in models] == ["deadly", "m00", "m01"]
    assert "the process that read it died" in str(models[0].error)
    assert [m.error for m in models[1:]] == [None, None]
    assert all(m.tables for m in models[1:])


def deadly_read(request: Request) -> PackedHeader:
    """Reading in a worker that one source kills."""
    if request.source == "deadly":
        os._exit(1)
    return read_packed(request)


def deadly_extract(request: Request) -> tuple[PackedHeader, bytes]:
    """Both steps, killed likewise."""
    deadly_read(request)
    return extract_packed(request)


def test_few_are_on_the_way_at_once(tmp_path: Path) -> None:
    path = write_header(tmp_path / "a.json")
    asked = []

    def endless() -> Any:
        while True:
            asked.append(1)
            yield Request(path, f"a{len(asked)}")

    models = extracted(endless(), 2, known=())
    for _ in range(5):
        next(models)
    models.close()
    assert len(asked) <= 5 + 2 * AHEAD + 1


def test_a_worker_imports_no_engine_and_no_driver(tmp_path: Path) -> None:
    with parallel_extraction._pool(1) as pool:
        pool.submit(parallel_extraction.read_packed, Request(write_header(tmp_path / "a.json"), "a")).result()
        modules = pool.submit(eval, "set(__import__('sys').modules)").result()

    assert "archkb.ingest.pipeline" in modules
    assert not modules & {"arcadedb", "neo4j", "torch", "networkx", "typer"}


def test_many_small_files(tmp_path: Path, embedded_store: Store) -> None:
    requests = [Request(write_header(tmp_path / f"{i}.json", n=str(i)), f"m{i}") for i in range(150)]
    outcomes = list(ingest_many(requests, embedded_store, jobs=2))

    assert all(o.error is None for o in outcomes)
    assert len(embedded_store.models()) == 150


def test_names_are_distinct_whatever_the_paths() -> None:
    assert distinct_names(["/a/x/m.json", "/b/x/m.json", "/b/y/m.json", "m.safetensors"])[:3] == [
        "a-x-m", "b-x-m", "y-m"
    ]  # fmt: skip
    assert distinct_names(["a/m.json", "b/m.json", "c/a-m.json"])[1:] == ["b-m", "c-a-m"]
    assert distinct_names(["design:m", "a/m.json"]) == ["m", "a-m"]
    assert distinct_names(["a/m.json", "b/m.json"], ["mine", None]) == ["mine", "m"]
