"""People read what a block is, programs its hash."""

from __future__ import annotations

from pathlib import Path

from archkb.kb.store import Store, open_store
from archkb.queries.output.render import render
from archkb.queries.questions.ask_store import ask, bind
from archkb.queries.questions.catalog import find_question
from archkb.queries.template_name import Part, name_of, told_apart
from tests.queries.conftest import Archkb
from tests.queries.questions.test_library import fill

HASH = "template-block"


def attention(name: str, width: int) -> Part:
    return Part("Attention", f"b.0.{name}", "Attention", width)


def conv(name: str, width: int) -> Part:
    return Part("Conv", f"b.0.{name}", "Conv3d", width)


def test_names_of_blocks() -> None:
    block = Part(None, "b.0", "Block", None, 1)
    assert name_of([[block, attention("a", 64), attention("b", 32), Part("FeedForward", "b.0.f", "MLP", 64)]]) == (
        "2 attentions, 1 feed-forward, 64"
    )
    assert name_of([[block, conv("c", 128), conv("d", 128)]]) == "2 × Conv3d 128, residual"
    assert name_of([[conv("c", 128)]]) == "Conv3d 128"
    assert (
        name_of([[conv("c", 128), conv("d", 256), Part("Norm", "b.0.n", "GroupNorm", 128)]]) == "2 × Conv3d 128 to 256"
    )
    assert name_of([[Part("Norm", "b.0.n", "RMSNorm", 8)]]) == "RMSNorm 8"
    assert name_of([[block]]) == ""


def test_a_form_of_several_templates_has_one_name() -> None:
    assert name_of([[conv("c", 128)], [conv("c", 256), conv("d", 256)]]) == "1 to 2 × Conv3d 128 to 256"


def test_two_templates_never_have_one_name() -> None:
    equal = {"a1": "Linear 8", "b2": "Linear 8", "c3": "Linear 8", "d4": "Linear 8"}
    firsts = {"a1": "h.0", "b2": "h.4", "c3": "h.5", "d4": "h.0"}
    named = told_apart(equal, {"a1": 64, "b2": 64, "c3": 65, "d4": 64}, firsts)
    assert len(set(named.values())) == 4
    assert not [name for name in named.values() if "#" in name]
    assert named["b2"] == "Linear 8 (64 parameters) as h.4"
    assert named["d4"] == "Linear 8 (64 parameters) as h.0 (2 of 2)"
    assert all("Linear 8" in name for name in named.values())


def test_tables_show_names_and_json_hashes(archkb: Archkb, small: Path) -> None:
    for question, model in (
        ("blocks", ["duo"]),
        ("stacks", ["duo"]),
        ("shared-blocks", ["duo"]),
        ("shared-templates", []),
    ):
        for form in ([], ["--markdown"]):
            out = archkb("ask", question, *model, *form, store=small).out
            assert "2 attentions, 1 feed-forward, 32" in out, question
            assert HASH not in out
        assert HASH in archkb("ask", question, *model, "--json", store=small).out
        assert HASH in archkb("ask", question, *model, "--csv", store=small).out


def test_every_store_gives_the_same_names(store: Store, tmp_path: Path) -> None:
    other = open_store(str(tmp_path / "other"))
    question = find_question("blocks")
    tables = []
    for one in (store, other):
        fill(one, [0, 1, 2, 3])
        tables.append(render(ask(one, question, bind(question, {"model": "duo"}), named=True)))
    other.close()
    assert tables[0] == tables[1]
    assert "2 attentions, 1 feed-forward, 32" in tables[0]
