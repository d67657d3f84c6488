"""What a store promises about whole models, on both stores."""

from __future__ import annotations

from dataclasses import replace as changed
from typing import Any

import pytest

from archkb.kb.errors import ArchkbError, NotFoundError
from archkb.kb.store import Counts, Store
from archkb.kb.store.read_back import canonical
from archkb.kb.tables import GraphTables
from tests.tables import model_tables


def count(store: Store, pattern: str = "(n)") -> int:
    return int(store.read(f"MATCH {pattern} RETURN count(*) AS n").rows[0][0])


def nodes(tables: GraphTables) -> int:
    return sum(len(table.rows) for table in tables.nodes)


def test_counts_and_model_info_of_a_new_model(store: Store) -> None:
    tables = model_tables(blocks=3)

    counts = store.replace(tables)

    assert counts.created_nodes == nodes(tables) == count(store, "(n) WHERE NOT n:Meta")
    spoken = 1  # the structure says which model speaks for it
    assert counts.created_edges == sum(len(table.rows) for table in tables.edges) + spoken
    assert counts.created_edges == count(store, "()-[r]->()")
    [info] = store.models()
    assert (info.uid, info.name, info.n_tensors, info.n_params) == ("toy-a", "toy", 9, 21_638_973_589)


def test_load_gives_back_what_was_given_with_every_value_and_type(store: Store) -> None:
    tables = model_tables(blocks=3)

    store.replace(tables)

    assert repr(canonical(store.load("toy"))) == repr(canonical(tables))


@pytest.mark.parametrize("value", [1.0, 0.1, 1e-9, 1e20, 3.0, 123456789.123456789])
def test_floats_stay_floats(store: Store, value: float) -> None:
    tables = model_tables(blocks=1)
    rows = [tuple(value if c == "kind_confidence" else v for c, v in zip(t.columns, r, strict=True))
            for t in tables.nodes if t.role == "Attention" for r in t.rows]  # fmt: skip
    given = changed(
        tables, nodes=tuple(changed(t, rows=tuple(rows)) if t.role == "Attention" else t for t in tables.nodes)
    )

    store.replace(given)

    assert repr(canonical(store.load("toy"))) == repr(canonical(given))


@pytest.mark.parametrize("shape", [[], [0], [1], [2**31], [2**53 + 1], [1, 2, 3, 4, 5]])
def test_shapes_survive_the_scalar_too(store: Store, shape: list[int]) -> None:
    tables = model_tables(blocks=1)
    given = changed(
        tables,
        nodes=tuple(
            changed(
                t,
                rows=tuple(
                    tuple(shape if c == "shape" else v for c, v in zip(t.columns, r, strict=True)) for r in t.rows
                ),
            )
            for t in tables.nodes
        ),
    )

    store.replace(given)

    assert canonical(store.load("toy")) == canonical(given)
    assert store.read("MATCH (t:Tensor) RETURN DISTINCT size(t.shape) AS n").rows == ((len(shape),),)


@pytest.mark.parametrize("text", ["", "'; DROP", "\\u0027", "line\nbreak\ttab", "emoji 🙂", '"{$rows}`'])
def test_texts_survive(store: Store, text: str) -> None:
    given = model_tables(blocks=1)
    given = changed(
        given,
        model={**given.model, "attribution": text},
        nodes=tuple(
            changed(
                t,
                rows=tuple(
                    tuple(text if c == "attribution" else v for c, v in zip(t.columns, r, strict=True)) for r in t.rows
                ),
            )
            for t in given.nodes
        ),
    )

    store.replace(given)

    assert canonical(store.load("toy")) == canonical(given)


def test_the_same_model_again_writes_nothing(store: Store) -> None:
    tables = model_tables()
    store.replace(tables)
    before = store.read("MATCH (n) RETURN count(n) AS n, max(id(n)) AS last").rows

    counts = store.replace(tables)

    assert counts == Counts(unchanged=True)
    assert store.read("MATCH (n) RETURN count(n) AS n, max(id(n)) AS last").rows == before


def test_a_new_version_takes_the_place_of_the_old_one_whole(store: Store) -> None:
    old, new = model_tables(blocks=5), model_tables(blocks=2, version="b")
    store.replace(old)

    counts = store.replace(new)

    shared = 3  # the template, the rule and the metadata, which both versions use
    assert counts.removed_nodes == nodes(old) - shared
    assert count(store, "(n) WHERE NOT n:Meta") == nodes(new)
    assert canonical(store.load("toy")) == canonical(new)


def test_a_template_only_the_old_version_used_goes_with_it(store: Store) -> None:
    store.replace(model_tables(shapes="old"))

    store.replace(model_tables(shapes="new", version="b"))

    assert store.read("MATCH (t:Template) RETURN t.uid AS uid").rows == (("t-new",),)


@pytest.mark.parametrize(
    ("other", "basis"),
    [
        ({}, "header"),
        ({"version": "b"}, "names"),
        ({"version": "b", "names": "other"}, "shapes"),
        ({"version": "b", "names": "other", "shapes": "other"}, None),
    ],
)
def test_the_same_architecture_under_another_name_is_recognised(
    store: Store, other: dict[str, Any], basis: str | None
) -> None:
    store.replace(model_tables("zoo"))

    counts = store.replace(model_tables("ape", **other))

    assert counts.same_as == ((f"zoo ({basis})",) if basis else ())
    found = store.read("MATCH (a:Model)-[r:SAME_AS]->(b:Model) RETURN a.name AS a, r.basis AS basis, b.name AS b").rows
    assert found == ((("ape", basis, "zoo"),) if basis and other else ()), "those of one structure are it by sharing it"


def test_shared_nodes_are_merged_and_never_changed(store: Store) -> None:
    store.replace(model_tables("a"))

    store.replace(model_tables("b"))

    assert store.read("MATCH (t:Template) RETURN t.uid AS uid, t.n_params AS n").rows == (("t-s", 9),)
    assert count(store, "(:Rule)") == 1


def test_forget_leaves_the_other_model_and_what_it_uses(store: Store) -> None:
    kept = model_tables("kept")
    store.replace(kept)
    store.replace(model_tables("gone", blocks=4))

    counts = store.forget("gone")

    assert counts.removed_nodes == nodes(model_tables("gone", blocks=4)) - 3
    assert canonical(store.load("kept")) == canonical(kept)
    store.forget("kept")
    assert count(store, "(n) WHERE NOT n:Meta") == 0
    assert store.models() == []


def test_forget_and_load_of_an_unknown_name_show_the_near_ones(store: Store) -> None:
    store.replace(model_tables("ltx-2-19b"))

    for act in (store.forget, store.load):
        with pytest.raises(NotFoundError, match="ltx-2-19b") as caught:
            act("ltx-2-19")
        assert caught.value.near == ("ltx-2-19b",)


def test_tables_the_schema_does_not_know_are_refused_before_anything_is_written(store: Store) -> None:
    tables = model_tables()
    edge = changed(tables.edges[0], rows=(("nobody", "nowhere", 0),))

    with pytest.raises(ArchkbError, match="an end is missing"):
        store.replace(changed(tables, edges=(edge,)))

    assert count(store, "(n) WHERE NOT n:Meta") == 0


def test_an_error_in_the_middle_leaves_nothing_behind(store: Store) -> None:
    old = model_tables()
    store.replace(old)

    def stop(what: str, done: int, total: int) -> None:
        if done > total // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.replace(model_tables(blocks=30, version="b"), progress=stop)

    assert canonical(store.load("toy")) == canonical(old)
    assert count(store, "(n) WHERE NOT n:Meta") == nodes(old)


def test_progress_counts_up_to_the_total(store: Store) -> None:
    seen: list[tuple[int, int]] = []

    counts = store.replace(model_tables(), progress=lambda what, done, total: seen.append((done, total)))

    totals = {total for _, total in seen}
    spoken = 1  # found when all is written
    assert totals == {counts.created_nodes + counts.created_edges - spoken}
    assert seen[-1][0] == totals.pop()
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_a_model_of_more_than_one_batch_a_table(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archkb.kb.store.statements.ROWS", 7)
    tables = model_tables(blocks=11)

    store.replace(tables)
    store.replace(model_tables(blocks=1, version="b"))
    store.replace(changed(tables))

    assert canonical(store.load("toy")) == canonical(tables)
    assert count(store, "(n) WHERE NOT n:Meta") == nodes(tables)
