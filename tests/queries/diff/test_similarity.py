"""How like two versions are is said so that it alarms nobody."""

from __future__ import annotations

from archkb.queries.diff.compare import compare
from archkb.queries.diff.comparison_rows import side_by_side
from archkb.queries.diff.similarity_words import similarity_text
from tests.queries.diff.diff_nets import transformer
from tests.queries.views import view_of


def test_blocks_in_which_one_thing_changed_are_said_as_such() -> None:
    a = transformer(4)
    b = a | {f"model.layers.{i}.self_attn.gate.weight": (4, 64) for i in range(4)}
    diff = compare(view_of(a), view_of(b))
    assert diff.similarity.parts["blocks"] < 0.2
    assert similarity_text(diff.similarity).rpartition(", ")[2].startswith("blocks without any change 0.0")
    notes = side_by_side(diff, named=True).notes
    assert any(
        f"{len(a)} of {len(a)} tensors have a partner in net, {len(a)} of them unchanged" in note for note in notes
    )


def test_parts_that_both_have_are_counted_and_not_shown() -> None:
    a = transformer(4) | {f"extra{i}.weight": (8, i + 2) for i in range(4)}
    b = a | {"more.weight": (5, 5)}
    rows = side_by_side(compare(view_of(a), view_of(b)), named=True).rows
    (row,) = [r for r in rows if r[1] == "layers outside the stacks"]
    assert row[2:4] == ("7 the same", "more: Linear 5→5; 7 the same")
