"""Relationships between models, from what their nodes say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archkb.kb.relations.descent import held, shared_templates
from archkb.kb.relations.lineage import Known, Link, between, links, same_basis
from archkb.kb.schema import relation_properties
from tests.kb.relations.test_fingerprint import tables
from tests.queries.diff.diff_nets import transformer

Shapes = dict[str, tuple[int, ...]]


def known(name: str, shapes: Shapes, *, family: str | None = None, version: str | None = None) -> Known:
    return replace(Known.of(tables(shapes, name=name).facts), family=family, version=version)


def lora(name: str, *projections: str, rank: int = 4) -> Known:
    halves = {"lora_A": (rank, 64), "lora_B": (64, rank)}
    return known(
        name,
        {f"layers.{i}.attn.{p}.{h}.weight": s for i in range(4) for p in projections for h, s in halves.items()},
    )


def versions(a: str, b: str) -> list[Link]:
    """The VERSION_OF of two nets of one family, of which 'a' has the first version and 'b' the second."""
    nets = known("a", transformer(4), family="net", version=a), known("b", transformer(6), family="net", version=b)
    return [link for link in between(*nets) if link.type == "VERSION_OF"]


def descents(a: Shapes, b: Shapes) -> list[Link]:
    return [link for link in between(known("a", a), known("b", b)) if link.type == "DERIVES_FROM"]


def types(found: list[Link]) -> list[str]:
    return [link.type for link in found]


def test_two_spellings_are_the_same_by_shapes() -> None:
    a = known("a", transformer())
    b = known("b", {k.replace("self_attn", "attention"): shape for k, shape in transformer().items()})
    found = list(between(a, b))
    assert found[0] == Link("SAME_AS", a.uid, b.uid, ("shapes",), "shapes")
    assert types(found) == ["SAME_AS", "SIMILAR_TO"]


def test_versions_point_from_the_later_to_the_earlier() -> None:
    old = known("z", transformer(4), family="Net", version="1.9")
    new = known("a", transformer(6), family="net", version="v1.10 large")
    (version,) = [link for link in between(old, new) if link.type == "VERSION_OF"]
    assert (version.source, version.target) == (new.uid, old.uid)
    assert version.properties[0] is True
    assert "1.9" in version.properties[2]


@pytest.mark.parametrize(
    ("a", "b"), [("first", "second"), ("2026-02-14", "2.3"), ("2.3", "1361170"), ("0.5B beta", "1.5B alpha")]
)
def test_versions_no_number_orders_say_so(a: str, b: str) -> None:
    (version,) = versions(a, b)
    assert version.properties[0] is False


@pytest.mark.parametrize(
    ("a", "b"),
    [("1.2.3.5", "1.2.3.4"), ("2.10", "2.9 22B"), ("2026-03-01", "2026-02-14"), ("2.0.1", "2.0"), ("v2.1", "7.5B 2.0")],
)
def test_the_later_of_two_numbers_comes_first(a: str, b: str) -> None:
    for found, later in ((versions(a, b), known("a", transformer(4))), (versions(b, a), known("b", transformer(6)))):
        (version,) = found
        assert (version.source, version.properties[0]) == (later.uid, True)


@pytest.mark.parametrize(
    ("a", "b"),
    [("2.0 base", "2.0 large"), ("dev", "dev"), ("dev", "Dev "), ("0.5B", "1.5B"), ("dev 350M", "dev 1.5b")],
)
def test_one_version_in_two_variants_or_sizes_is_no_version_of_itself(a: str, b: str) -> None:
    assert not versions(a, b)


def test_a_model_that_holds_another_is_not_for_that_suspected() -> None:
    part = {k: shape for k, shape in transformer(4).items() if k.startswith("model.layers.")}
    whole = {**{f"language.{k}": v for k, v in part.items()}, "vision.conv.weight": (640, 3, 14, 14)}
    a, b = known("part", part), known("whole", whole)
    assert not descents(part, whole)
    assert a.sketch
    assert b.sketch
    assert held(a.sketch, b.sketch) > 0.99 > held(b.sketch, a.sketch)
    assert shared_templates(a.sketch, b.sketch) == (1, 1)


def test_blocks_of_one_width_show_no_descent() -> None:
    blocks = {k: s for k, s in transformer(4).items() if k.startswith("model.layers.")}
    assert not descents(blocks, {**blocks, "vision.conv.weight": (640, 3, 14, 14)})
    assert not descents(transformer(4), {**transformer(4), "x.bias": (64, 8)}), "however high the score"


def test_two_adapters_of_one_rank_are_neither_the_same_nor_derived() -> None:
    q, k, both = lora("q", "q_proj"), lora("k", "k_proj"), lora("both", "q_proj", "k_proj")
    assert q.role == "adapter"
    for a, b in ((q, k), (q, both), (k, both)):
        assert not {"SAME_AS", "DERIVES_FROM"} & {*types(list(between(a, b)))}
    named = replace(q, shape_hash="x"), replace(k, shape_hash="x")
    assert same_basis(*named) is None, "as an earlier store has it"
    assert same_basis(q, lora("again", "q_proj")) == "header"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ({"norm.weight": (64,)}, {"scale": (64,)}),
        ({"a": ()}, {"b": ()}),
        ({"embed.weight": (1000, 64)}, {"head.weight": (1000, 64)}),
        ({"net.embed.weight": (1000, 64)}, {"net.head.weight": (1000, 64)}),
        ({"a.weight": (64, 64), "a.bias": (64,)}, {"b.weight": (64, 64), "b.bias": (64,)}),
    ],
)
def test_a_few_equal_shapes_are_not_one_architecture(a: Shapes, b: Shapes) -> None:
    assert same_basis(known("a", a), known("b", b)) is None


@pytest.mark.parametrize("shapes", [{"embed.weight": (1000, 64)}, {"scale": (64,), "layers.0.weight": (64, 64)}])
def test_a_prefix_all_keys_share_makes_no_other_architecture(shapes: Shapes) -> None:
    wrapped = {f"model.net.{key}": shape for key, shape in shapes.items()}
    assert same_basis(known("a", shapes), known("b", wrapped)) == "names"


def test_unlike_models_have_no_relation() -> None:
    assert links(known("a", transformer()), [known("b", {"c.weight": (7, 3, 3, 3)})]) == []


ODD = {**transformer(), "quirk.weight": (32771, 64), "quirk.table": (1001, 64)}
BOTH_WAYS = {
    "same": (transformer(), transformer(), None),
    "versions": (transformer(4), transformer(6), "new old"),
    "versions without a number": (transformer(4), transformer(6), "unordered"),
    "left-overs": (
        transformer(6),
        {k: s for k, s in transformer(6).items() if "embed" not in k and ".layers.4." not in k},
        None,
    ),
    "choices": ({**ODD, "x.bias": (64, 8)}, {**ODD, "y.bias": (8, 64)}, None),
}


def test_relations_start_at_the_same_model_whichever_was_written_first() -> None:
    starts = {}
    for case, (x, y, said) in BOTH_WAYS.items():
        words = {"new old": ("1.1", "1.0"), "unordered": ("first", "second"), None: (None, None)}[said]
        a, b = (known(n, s, family="net", version=v) for n, s, v in zip("ab", (x, y), words, strict=True))
        assert links(a, [b]) == links(b, [a]), case
        starts[case] = {link.type: "a" if link.source == a.uid else "b" for link in links(b, [a])}
    assert starts == {
        "same": {"SAME_AS": "a", "SIMILAR_TO": "a"},
        "versions": {"SIMILAR_TO": "a", "VERSION_OF": "a"},
        "versions without a number": {"SIMILAR_TO": "a", "VERSION_OF": "b"},
        "left-overs": {"SIMILAR_TO": "a", "DERIVES_FROM": "b"},
        "choices": {"SIMILAR_TO": "a", "DERIVES_FROM": "b"},
    }


def test_of_two_models_of_one_name_the_uid_decides() -> None:
    a, b = (known("net", {**ODD, key: shape}) for key, shape in (("x.bias", (64, 8)), ("y.bias", (8, 64))))
    first, second = sorted((a.uid, b.uid))
    for found in (between(a, b), between(b, a)):
        assert {link.type: link.source for link in found} == {"SIMILAR_TO": first, "DERIVES_FROM": second}


def test_properties_are_those_of_the_schema() -> None:
    a = known("a", transformer(4), family="net", version="1.0")
    b = known("b", transformer(6), family="net", version="1.1")
    for link in between(a, b):
        assert len(link.properties) == len(relation_properties(link.type))


def test_a_model_without_a_sketch_is_only_compared_by_hash() -> None:
    a, b = known("a", transformer()), known("b", transformer())
    assert types(list(between(replace(a, sketch=None), b))) == ["SAME_AS"]
