"""The scorer of diffs on pairs small enough to count by hand."""

from __future__ import annotations

from typing import Any

import pytest

from archkb.queries.bench.diff_score import DESIGN_FIGURES, TENSOR_FIGURES, score_pair
from archkb.queries.bench.free_stack import follow
from archkb.queries.bench.pairs import DiffPair, Entry
from archkb.queries.bench.siblings import merged_classes, sibling_classes
from archkb.queries.tensor_types import Spec
from tests.queries.bench.pairs import pair

A = {"q": (4, 4), "k": (4, 4), "fc": (8, 4), "old": (3,)}
B = {"qk": (8, 4), "fc": (9, 4), "new": (5,)}
TRUE = [(["q", "k"], ["qk"], "fuse"), (["fc"], ["fc"], "same")]


def _figures(found: DiffPair, entries: list[Any], **more: Any) -> dict[str, float]:
    return dict(score_pair(found, {"map": entries, **more}).figures)


def _perfect(found: DiffPair) -> dict[str, Any]:
    t = found.truth
    return {"map": t.map, "removed": t.removed, "added": t.added, "facts": t.facts}


def test_the_truth_is_right_in_every_figure() -> None:
    found = pair(A, B, TRUE)
    score = score_pair(found, _perfect(found))
    assert tuple(score.figures) == TENSOR_FIGURES
    assert {k for k, v in score.figures.items() if v != 1} == {"false_removed", "false_added"}
    assert score.exact
    assert found.truth.reshaped == (("fc", "fc"),)


def test_an_entry_weighs_its_tensors() -> None:
    f = _figures(pair(A, B, TRUE), [[["q", "k"], ["qk"], "rename"], [["fc"], ["new"], "rename"]])
    assert (f["precision"], f["recall"], f["kind_acc"]) == (3 / 5, 3 / 5, 0)
    assert (f["false_removed"], f["false_added"], f["clean"], f["exact"]) == (0, 1, 0, 0)
    assert (f["removed_f1"], f["added_f1"], f["reshaped_f1"]) == (1, 0, 0)


def test_half_a_fusion_is_wrong() -> None:
    f = _figures(pair(A, B, TRUE), [[["q"], ["qk"], "rename"], [["fc"], ["fc"], "rename"]])
    assert (f["precision"], f["recall"], f["kind_acc"]) == (2 / 4, 2 / 5, 1)
    assert (f["false_removed"], f["removed_f1"]) == (1, pytest.approx(2 / 3))


@pytest.mark.parametrize(
    "faulty",
    [
        [["fc"], ["nowhere"], "rename"],
        [["fc"], [], "rename"],
        [["q"], ["new"], "rename"],
        [["old", "old"], ["new"], "fuse"],
    ],
    ids=["unknown", "one-sided", "used", "doubled"],
)
def test_a_faulty_entry_counts_against_precision_alone(faulty: list[Any]) -> None:
    f = _figures(pair(A, B, TRUE), [*map(list, TRUE), faulty])
    assert f["recall"] == 1
    assert f["precision"] == 5 / (5 + len(faulty[0]) + len(faulty[1]))


def test_nothing_said_and_nothing_to_say() -> None:
    apart = pair({"x": (1,)}, {"y": (2,)}, [])
    assert _figures(apart, [])["exact"] == 1
    assert _figures(apart, [[["x"], ["y"], "rename"]])["f1"] == 0
    f = _figures(pair(A, B, TRUE), [])
    assert (f["precision"], f["recall"], f["f1"], f["false_removed"], f["false_added"]) == (0, 0, 0, 3, 2)


def test_given_changes_go_before_derived_ones() -> None:
    f = _figures(pair(A, B, TRUE), [list(e) for e in TRUE], reshaped=[], retyped=[["fc", "fc"]])
    assert (f["reshaped_f1"], f["retyped_f1"]) == (0, 0)


TWINS = {"m.q": (4, 4), "m.k": (4, 4), "m.o": (4, 8)}
SPELT = {"n.a": (4, 4), "n.b": (4, 4), "n.c": (4, 8)}
MAPPED = [(["m.q"], ["n.a"], "rename"), (["m.k"], ["n.b"], "rename"), (["m.o"], ["n.c"], "rename")]
CROSSED = [[["m.q"], ["n.b"], "rename"], [["m.k"], ["n.a"], "rename"], [["m.o"], ["n.c"], "rename"]]


def test_equal_siblings_are_told_apart_but_in_the_loose_figure() -> None:
    f = _figures(pair(TWINS, SPELT, MAPPED, kind="packaging"), CROSSED)
    assert (f["f1"], f["f1_loose"]) == (pytest.approx(1 / 3), 1)
    assert "f1_loose" not in _figures(pair(TWINS, SPELT, MAPPED, kind="surgery"), CROSSED)


def test_a_class_of_the_truth_leaves_the_choice() -> None:
    found = pair(TWINS, SPELT, MAPPED[1:], kind="surgery", equiv=[["n.a", "n.b"]])
    f = _figures(found, CROSSED[1:])
    assert (f["f1"], f["false_added"], f["added_f1"], f["exact"]) == (1, 0, 1, 1)


def test_classes_see_shapes_and_numbers_but_no_names() -> None:
    w, v = Spec("F32", (2, 2)), Spec("F16", (2, 2))
    found = sibling_classes({"a.0.x": w, "a.1.x": w, "b.0.x": w, "b.1.x": w, "c.0.x": w, "c.1.x": v, "d": w, "d.e": w})
    assert found["a.0.x"] == found["b.0.x"] != found["a.1.x"]
    assert len({found[k] for k in ("a.0.x", "c.0.x", "d")}) == 3
    assert found["d"] == found["d.e"]


def test_classes_join_where_the_truth_joins_them() -> None:
    w = Spec("F32", (2, 2))
    tensors = {"a.p": w, "a.q": w, "b.0": w, "c": Spec("F32", (7,))}
    assert merged_classes(tensors, ()) == (("a.p", "a.q"),)
    assert merged_classes(tensors, (("a.q", "b.0"),)) == (("a.p", "a.q", "b.0"),)


def _stack(name: str, depth: int, width: int = 4) -> dict[str, tuple[int, ...]]:
    return {f"{name}.{i}.w": (width, 4) for i in range(depth)}


def _deeper(free: bool = True) -> DiffPair:
    entries = [([f"h.{i}.w"], [f"l.{i}.w"], "rename") for i in range(2)]
    return pair(_stack("h", 2), _stack("l", 4), entries, **({"free_index": [{"a": "h", "b": "l"}]} if free else {}))


def _chosen(*blocks: int) -> list[Any]:
    return [[[f"h.{i}.w"], [f"l.{j}.w"], "rename"] for i, j in enumerate(blocks)]


def test_blocks_of_a_free_stack_may_go_anywhere_in_order() -> None:
    assert _figures(_deeper(), _chosen(1, 3))["exact"] == 1
    assert _figures(_deeper(free=False), _chosen(1, 3))["f1"] == 0
    assert _figures(_deeper(), _chosen(3, 2))["f1"] == 0
    assert _figures(_deeper(), _chosen(3))["f1"] == 0


def test_a_free_stack_keeps_its_shapes() -> None:
    wide = pair(_stack("h", 2), {**_stack("l", 3), "l.3.w": (8, 4)}, TRUE_STACK, free_index=[{"a": "h", "b": "l"}])
    assert _figures(wide, _chosen(0, 2))["f1"] == 1
    assert _figures(wide, _chosen(0, 3))["f1"] == 0.5


TRUE_STACK = [(["h.0.w"], ["l.0.w"], "rename"), (["h.1.w"], ["l.1.w"], "rename")]


def test_fewer_blocks_of_b_leave_any_block_of_a() -> None:
    found = pair(_stack("h", 3), _stack("l", 2), TRUE_STACK, free_index=[{"a": "h", "b": "l"}])
    followed = follow(found, [Entry(("h.0.w",), ("l.0.w",), "rename"), Entry(("h.2.w",), ("l.1.w",), "rename")])
    assert followed.removed == ("h.1.w",)
    assert _figures(found, [[["h.0.w"], ["l.0.w"], "x"], [["h.2.w"], ["l.1.w"], "x"]])["f1"] == 1


def test_designs_are_scored_by_facts() -> None:
    found = pair(A, B, [], kind="design", facts_flat={"a.blocks": 2, "a.width.video": 8, "b.blocks": 3})
    score = score_pair(found, {"map": [[["fc"], ["fc"], "same"]], "facts": {"a.blocks": 2, "b.blocks": 4, "b.more": 1}})
    assert tuple(score.figures) == DESIGN_FIGURES
    assert score.figures == {"false_map_share": 2 / 7, "facts_recall": 1 / 3, "facts_wrong": 1}
    assert not score.exact
    assert score_pair(found, {**_perfect(found), "map": []}).exact
