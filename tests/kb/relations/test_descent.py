"""What shows that one model was made from another, and what does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archkb.ingest.graph.rows import to_tables
from archkb.ingest.pipeline import analyse
from archkb.kb.relations.descent import LEAST, evidence, shared_templates, suspicion
from archkb.kb.relations.fingerprint import Sketch
from archkb.kb.relations.lineage import Known, Link, between, descent_sentence
from archkb.kb.relations.rarity import Usual, usual
from archkb.kb.values import Header, TensorSpec

Shapes = dict[str, tuple[int, ...]]
HASH = "9f2c4be07a61d3358e0c"


def decoder(
    depth: int, *, hidden: int = 11008, kv: int = 4096, rows: int = 32000, numbers: range | None = None
) -> Shapes:
    """A decoder of width 4096 as published ones are spelt."""
    out: Shapes = {"model.embed_tokens.weight": (rows, 4096)}
    for i in numbers or range(depth):
        p = f"model.layers.{i}"
        out |= {f"{p}.self_attn.{x}_proj.weight": (kv if x in "kv" else 4096, 4096) for x in "qkvo"}
        out |= {f"{p}.mlp.{x}_proj.weight": (hidden, 4096) for x in ("gate", "up")}
        out |= {f"{p}.mlp.down_proj.weight": (4096, hidden), f"{p}.input_layernorm.weight": (4096,)}
        out[f"{p}.post_attention_layernorm.weight"] = (4096,)
    return out | {"model.norm.weight": (4096,), "lm_head.weight": (rows, 4096)}


def known(name: str, shapes: Shapes, metadata: dict[str, str] | None = None) -> Known:
    header = Header(tuple(TensorSpec(key, "BF16", shape) for key, shape in shapes.items()), metadata=metadata or {})
    return Known.of(to_tables(analyse(header), name=name).facts)


def descents(a: Known, b: Known) -> list[Link]:
    return [link for link in between(a, b) if link.type == "DERIVES_FROM"]


def sketch(model: Known) -> Sketch:
    assert model.sketch is not None
    return model.sketch


@pytest.mark.parametrize(
    ("a", "b"),
    [
        pytest.param(decoder(32), decoder(3), id="a full decoder of 7B against a sketch of it in 3 blocks"),
        pytest.param(decoder(32), decoder(2), id="a full decoder against one of another publisher with equal blocks"),
        pytest.param(
            decoder(32, hidden=14336, kv=1024), decoder(4, hidden=14336, kv=1024), id="one of grouped heads in 4 blocks"
        ),
        pytest.param(decoder(32), decoder(30), id="a little shallower"),
        pytest.param(decoder(32), decoder(32, rows=64000), id="another vocabulary"),
        pytest.param(decoder(32), decoder(32, rows=32064), id="a usual vocabulary a little larger"),
        pytest.param(decoder(32), decoder(40, rows=32017), id="an odd vocabulary, another depth"),
        pytest.param(decoder(32), {**decoder(32), "score.weight": (2, 4096)}, id="a head, which any model may have"),
    ],
)
def test_an_architecture_in_common_is_no_descent(a: Shapes, b: Shapes) -> None:
    first, second = known("a", a), known("b", b)
    assert not descents(first, second)
    assert shared_templates(sketch(first), sketch(second)) == (1, 1)
    assert descent_sentence(first, second) == "a shares 1 of 1 template with b; a header cannot tell descent"


def test_a_few_added_tokens_are_suspected_of_a_fine_tune() -> None:
    base, tuned = known("z", decoder(32)), known("a", decoder(32, rows=32017))
    for pair in ((base, tuned), (tuned, base)):
        (link,) = descents(*pair)
        assert (link.source, link.target, link.rule) == (tuned.uid, base.uid, "vocabulary")
        ordered, confidence, detail = link.properties
        assert not ordered
        assert 0.5 < confidence < 1
        assert detail.startswith("suspected, false-positive rate ")
        assert "a vocabulary of 32,017, which is 17 more than 32,000" in detail
    assert descent_sentence(base, tuned).startswith(
        "that a was made from z, or the other way round, is suspected, false-positive"
    )


def test_a_number_left_free_by_a_pruned_block_shows_it() -> None:
    numbers = [*range(11), *range(12, 32)]
    base, pruned = known("base", decoder(32)), known("pruned", decoder(31, numbers=numbers))  # type: ignore[arg-type]
    (link,) = descents(base, pruned)
    assert (link.source, link.rule) == (pruned.uid, "left-overs")
    assert "no model.layers.11 in one, of which the other has 32" in link.properties[-1]
    assert not descents(known("a", decoder(32)), known("b", decoder(31))), "numbered anew, nothing shows it"


def test_what_was_forgotten_of_cut_blocks_shows_it() -> None:
    rest = {f"model.layers.{i}.input_layernorm.weight": (4096,) for i in range(16, 32)}
    cut = known("cut", {**decoder(16), **rest})
    (link,) = descents(known("base", decoder(32)), cut)
    assert (link.source, link.rule) == (cut.uid, "left-overs")
    assert not descents(known("base", decoder(32)), known("short", decoder(16)))


def test_numbers_the_code_leaves_free_show_nothing() -> None:
    odd = decoder(16, numbers=range(0, 32, 2))
    assert not descents(known("a", odd), known("b", {**odd, "score.weight": (2, 4096)}))


def test_an_identifier_in_both_metadata_and_another_choice_show_it() -> None:
    said = {"training.run": HASH}
    a, b = known("a", decoder(32), said), known("b", {**decoder(32), "score.weight": (2, 4096)}, said)
    (link,) = descents(a, b)
    assert link.rule == "identifier"
    assert not descents(a, known("b", {**decoder(32), "score.weight": (2, 4096)}, {"training.run": HASH[::-1]}))
    tool = {"tool.commit": HASH}
    assert not descents(known("a", decoder(32), tool), known("b", {**decoder(32), "score.weight": (2, 4096)}, tool))


def test_rare_choices_at_once_show_it_and_one_alone_does_not() -> None:
    odd = {
        **decoder(8, hidden=11009),
        "model.quirkadapter.weight": (3011, 4096),
        "model.quirkadapter.table": (32771, 8),
    }
    both = known("a", odd), known("b", {**odd, "score.weight": (2, 4096)})
    (link,) = descents(*both)
    assert link.rule == "choices"
    assert {e.category for e in evidence(sketch(both[0]), sketch(both[1]), usual())} == {"names", "sizes", "vocabulary"}
    common = Usual(100, {"quirkadapter": 9}, {"11009": 9, "3011": 9, "32771": 9})
    assert suspicion(sketch(both[0]), sketch(both[1]), common) is None, "all of them are usual there"
    alone = {**decoder(8), "model.quirkadapter.weight": (3072, 4096)}
    assert not descents(known("a", alone), known("b", {**alone, "score.weight": (2, 4096)}))
    shallow = {k: s for k, s in odd.items() if ".layers." not in k or int(k.split(".")[2]) < 2}
    assert not descents(both[0], known("c", shallow)), "a sketch in a few blocks"


def test_the_limit_is_what_decides() -> None:
    a, b = (sketch(known("a", decoder(32, rows=rows))) for rows in (32000, 32017))
    assert suspicion(a, b, least=LEAST)
    assert suspicion(a, b, least=LEAST + 4) is None


def test_a_sketch_of_an_earlier_store_shows_nothing() -> None:
    a, b = known("a", decoder(32)), known("b", decoder(32, rows=32017))
    without = Sketch({k: v for k, v in sketch(b).parts.items() if k != "marks"}, sketch(b).scale)
    assert descents(a, b)
    assert not descents(a, replace(b, sketch=without))


def test_what_is_told_of_equals_and_of_versions() -> None:
    a, b = known("a", decoder(4)), known("b", decoder(4))
    assert descent_sentence(a, b) == "a and b are one architecture, by header; a header cannot tell descent"
    old, new = replace(a, family="net", version="1.0"), known("c", decoder(5))
    new = replace(new, family="net", version="1.1")
    assert descent_sentence(old, new) == "c is a version of a: family net, versions 1.0 and 1.1"
    assert descent_sentence(replace(a, sketch=None), b) == ""
