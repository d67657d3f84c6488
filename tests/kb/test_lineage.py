"""Relationships between models, from what their nodes say."""

from __future__ import annotations

from dataclasses import replace

from kb.lineage import Known, Link, between, held, links, number
from kb.schema import relation_properties
from tests.kb.test_sketch import tables
from tests.queries.diff.nets import transformer

Shapes = dict[str, tuple[int, ...]]


def known(name: str, shapes: Shapes, *, family: str | None = None, version: str | None = None) -> Known:
    return replace(Known.of(tables(shapes, name=name).model), family=family, version=version)


def types(found: list[Link]) -> list[str]:
    return [link.type for link in found]


def test_two_spellings_are_the_same_by_shapes() -> None:
    a = known("a", transformer())
    b = known("b", {k.replace("self_attn", "attention"): shape for k, shape in transformer().items()})
    found = list(between(a, b))
    assert found[0] == Link("SAME_AS", a.uid, b.uid, ("shapes",))
    assert types(found) == ["SAME_AS", "SIMILAR_TO"]


def test_versions_point_from_the_later_to_the_earlier() -> None:
    old = known("z", transformer(4), family="Net", version="1.9")
    new = known("a", transformer(6), family="net", version="v1.10 large")
    (version,) = [link for link in between(old, new) if link.type == "VERSION_OF"]
    assert (version.source, version.target) == (new.uid, old.uid)
    assert version.properties[0] is True
    assert "1.9" in version.properties[2]


def test_versions_no_number_orders_say_so() -> None:
    a = known("a", transformer(4), family="net", version="first")
    b = known("b", transformer(6), family="net", version="second")
    (version,) = [link for link in between(a, b) if link.type == "VERSION_OF"]
    assert version.properties[0] is False


def test_one_version_in_two_variants_is_no_version_of_itself() -> None:
    a = known("a", transformer(4), family="net", version="2.0 base")
    b = known("b", transformer(6), family="net", version="2.0 large")
    assert "VERSION_OF" not in types(list(between(a, b)))


def test_a_model_that_holds_another_likely_derives_from_it() -> None:
    part = {k: shape for k, shape in transformer(4).items() if k.startswith("model.layers.")}
    whole = {**{f"language.{k}": v for k, v in part.items()}, "vision.conv.weight": (640, 3, 14, 14)}
    a, b = known("part", part), known("whole", whole)
    (descent,) = [link for link in between(a, b) if link.type == "DERIVES_FROM"]
    assert (descent.source, descent.target) == (b.uid, a.uid)
    ordered, confidence, said = descent.properties
    assert not ordered, "one may have been cut out of the other"
    assert 0 < confidence < 1
    assert said.startswith("100.0% of the elements of part")
    assert a.sketch
    assert b.sketch
    assert held(a.sketch, b.sketch) > 0.99 > held(b.sketch, a.sketch)


def test_unlike_models_have_no_relation() -> None:
    assert links(known("a", transformer()), [known("b", {"c.weight": (7, 3, 3, 3)})]) == []


def test_relations_do_not_depend_on_which_model_came_first() -> None:
    a, b = known("a", transformer(4)), known("b", transformer(5))
    assert list(between(a, b)) == list(between(b, a))


def test_properties_are_those_of_the_schema() -> None:
    a = known("a", transformer(4), family="net", version="1.0")
    b = known("b", transformer(6), family="net", version="1.1")
    for link in between(a, b):
        assert len(link.properties) == len(relation_properties(link.type))


def test_a_model_without_a_sketch_is_only_compared_by_hash() -> None:
    a, b = known("a", transformer()), known("b", transformer())
    assert types(list(between(replace(a, sketch=None), b))) == ["SAME_AS"]


def test_numbers_of_versions() -> None:
    assert number("2.0 19B dev") == (2, 0, 0)
    assert number("1361170") is None
