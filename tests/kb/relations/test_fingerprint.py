"""Sketches of small nets, and how like two of them are."""

from __future__ import annotations

import pytest

from archkb.ingest.graph.rows import to_tables
from archkb.ingest.pipeline import analyse
from archkb.kb.relations.fingerprint import PARTS, Sketch, shares, sketch
from archkb.kb.relations.similarity import WEIGHTS, overlap, sketch_similarity
from archkb.kb.tables import GraphTables
from archkb.kb.values import Header, TensorSpec
from tests.queries.diff.diff_nets import META, spelt, transformer


def tables(shapes: dict[str, tuple[int, ...]], dtype: str = "F32", name: str = "net") -> GraphTables:
    header = Header(tuple(TensorSpec(key, dtype, shape) for key, shape in shapes.items()))
    return to_tables(analyse(header), name=name)


def of(shapes: dict[str, tuple[int, ...]], dtype: str = "F32") -> Sketch:
    return sketch(tables(shapes, dtype).nodes)


def test_shares_of_a_part_add_up_to_one() -> None:
    found = of(transformer(4))
    for name in PARTS:
        assert sum(shares(found.parts[name]).values()) == pytest.approx(1.0, abs=1e-12), name
    assert found.scale["depth"] == 4


def test_the_structure_node_holds_the_sketch_as_text() -> None:
    net = tables(transformer())
    assert Sketch.from_text(net.facts["sketch"]) == sketch(net.nodes)


def test_a_model_is_like_itself_whatever_its_dtype() -> None:
    same = sketch_similarity(of(transformer()), of(transformer(), "BF16"))
    assert same.score == 1.0


@pytest.mark.parametrize("n", [3, 7, 15_000])
def test_a_model_of_many_small_tensors_is_like_itself_and_no_more(n: int) -> None:
    found = of({f"part{i}.{'abc'[i % 3]}{i}": (64,) for i in range(n)})
    same = sketch_similarity(found, found)
    assert len(found.parts["spelling"]) == n
    assert (same.score, set(same.parts.values())) == (1.0, {1.0})


def test_a_little_less_than_everything_is_not_rounded_to_everything() -> None:
    assert overlap({"x": 1_000_000, "y": 1}, {"x": 1_000_001}) == 0.9999
    a = of(transformer())
    b = Sketch(a.parts, {**a.scale, "elements": a.scale["elements"] + 1})
    assert sketch_similarity(a, b).score == 0.9999


def test_a_sketch_of_an_earlier_store_is_read_and_compared() -> None:
    new = of(transformer())
    rounded = {name: {k: round(v, 5) for k, v in shares(part).items()} for name, part in new.parts.items()}
    old = Sketch.from_text(Sketch(rounded, new.scale).text)
    assert sketch_similarity(old, old).score == 1.0
    assert sketch_similarity(old, new).score == pytest.approx(1.0, abs=1e-3)
    assert sketch_similarity(old, new) == sketch_similarity(new, old)


def test_names_alone_change_spelling_and_words() -> None:
    found = sketch_similarity(of(transformer()), of(spelt(transformer(), *META)))
    assert found.parts["layers"] == 1.0
    assert found.parts["blocks"] == 1.0
    assert found.parts["spelling"] < 0.9
    assert 0.5 < found.score < 1


def test_more_blocks_are_nearer_than_other_widths() -> None:
    net = of(transformer(4))
    deeper, wider = of(transformer(6)), of(transformer(4, hidden=512))
    assert sketch_similarity(net, deeper).score > sketch_similarity(net, wider).score > 0.3


def test_likeness_is_symmetric_and_zero_where_nothing_is_shared() -> None:
    a, b = of(transformer()), of({"c.weight": (7, 3, 3, 3), "c.bias": (7,)})
    assert sketch_similarity(a, b) == sketch_similarity(b, a)
    assert sketch_similarity(a, b).score < 0.1
    assert overlap({"x": 1.0}, {"y": 1.0}) == 0


def test_every_part_has_a_weight() -> None:
    assert {*PARTS, "scale"} == WEIGHTS.keys()
    assert sum(WEIGHTS.values()) == pytest.approx(1.0)


def test_a_model_without_layers_has_an_empty_sketch() -> None:
    empty = of({"step": ()})
    assert empty.parts["layers"] == {}
    assert sketch_similarity(empty, of(transformer())).score < 0.3
