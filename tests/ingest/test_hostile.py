"""Headers made to be costly: what they cost grows with their bytes, in time and in memory."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from archkb.ingest.graph import row_tables, rows
from archkb.ingest.graph.rows import to_tables
from archkb.ingest.pipeline import analyse
from archkb.ingest.sources import read_header
from archkb.ingest.sources.safetensors_header import read
from archkb.ingest.tree import module_tree
from archkb.ingest.tree.module_tree import One, build
from archkb.kb.columns import Columnar
from archkb.kb.errors import SourceError
from archkb.kb.tables import GraphTables, check
from archkb.kb.values import TensorSpec
from benchmarks import hostile


def seconds(act: Callable[[], object]) -> float:
    """The best of three runs: a busy machine only ever adds."""
    taken = []
    for _ in range(3):
        start = time.perf_counter()
        with suppress(SourceError):
            act()
        taken.append(time.perf_counter() - start)
    return min(taken)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "most"),
    [
        (hostile.trunk, 3),
        (hostile.numbered, 3),
        (hostile.few_branches, 3),
        (hostile.few_numbered_branches, 3),
        (hostile.branches, 3),
        (hostile.long_names, 2),
        (hostile.metadata, 2),
        (hostile.doubled, 2),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_no_header_costs_much_more_than_a_flat_one_of_as_many_bytes(
    tmp_path: Path, make: Callable[[], bytes], most: float
) -> None:
    text = make()
    costly = hostile.written(tmp_path, "costly", text)
    plain = hostile.written(tmp_path, "plain", hostile.flat(len(text)))

    def through(path: Path) -> None:
        to_tables(analyse(read_header(path)), name="m")

    assert seconds(lambda: through(costly)) <= most * seconds(lambda: through(plain))


@pytest.mark.slow
@pytest.mark.parametrize("make", [hostile.blocks, hostile.single])
def test_memory_stays_below_twenty_times_the_header(make: Callable[[int], hostile.Shapes]) -> None:
    few, many = (hostile.memory(make, n) for n in (50_000, 200_000))
    more = (many.ours_s - few.ours_s) / (many.baseline_s - few.baseline_s)
    assert more <= 20


@pytest.mark.parametrize(
    "entry",
    [
        {"shape": [2] * 300_000, "data_offsets": [0, 4]},
        {"shape": [2**64 - 1] * 30_000, "data_offsets": [0, 4]},
    ],
)
def test_a_shape_of_very_many_axes_is_refused_at_once(entry: dict[str, object]) -> None:
    raw = json.dumps({"w": {"dtype": "F32", **entry}}).encode()
    start = time.perf_counter()
    with pytest.raises(SourceError, match=r"axes\] overflows 64 bits") as caught:
        read(raw)
    assert time.perf_counter() - start < 5
    assert len(str(caught.value)) < 500


def test_metadata_keys_given_twice_are_found_in_one_pass() -> None:
    raw = hostile.doubled()
    start = time.perf_counter()
    with pytest.raises(SourceError, match="its field 'key000000' is given twice"):
        read(raw)
    assert time.perf_counter() - start < 5


def test_long_tables_kept_by_column_hold_the_same_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    header = read_header("design:aiprod-hwvae")
    whole = to_tables(analyse(header), name="m")
    monkeypatch.setattr(module_tree, "_MANY", 0)
    monkeypatch.setattr(rows, "LONG", 5)
    monkeypatch.setattr(rows, "_PIECE", 3)
    monkeypatch.setattr(row_tables.RowTables.__init__, "__defaults__", (5,))
    by_column = to_tables(analyse(header), name="m")
    check(by_column)
    assert any(isinstance(table.rows, Columnar) for table in (*by_column.nodes, *by_column.edges))
    assert by_column.model == whole.model
    assert _rows(by_column) == _rows(whole)
    assert by_column.nodes == whole.nodes


def _rows(tables: GraphTables) -> list[Sequence[object]]:
    return [tuple(table.rows) for table in (*tables.nodes, *tables.edges)]


def test_a_module_of_one_tensor_is_like_one_of_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module_tree, "_MANY", 0)
    one = build([TensorSpec("a.weight", "F32", (2,))]).nodes["a"].tensors
    assert isinstance(one, One)
    assert one == {"weight": TensorSpec("a.weight", "F32", (2,))}
    assert (list(one), len(one), one.get("bias"), "weight" in one) == (["weight"], 1, None, True)
    with pytest.raises(KeyError):
        one["bias"]
    two = build([TensorSpec("a.weight", "F32", (2,)), TensorSpec("a.bias", "F32", (2,))]).nodes["a"].tensors
    assert list(two) == ["bias", "weight"]
