"""The Python interface: what it answers, how it shows itself, what it imports and when it is closed."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

import archkb
from archkb.kb.store import open_store
from archkb.queries.interface.notebook_values import Table
from tests.queries.graphs import small_models

HEAVY = {"torch", "neo4j", "arcadedb", "networkx", "yaml", "pydantic", "numpy", "pandas", "pyarrow", "rapidfuzz"}


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory) -> archkb.KnowledgeBase:
    uri = str(tmp_path_factory.mktemp("kb") / "store")
    store = open_store(uri)
    for tables in small_models():
        store.replace(tables)
    store.close()
    return archkb.connect(uri)


def test_importing_it_imports_nothing_heavy() -> None:
    code = "import sys, archkb; archkb.connect, archkb.read; print(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not HEAVY & {name.partition(".")[0] for name in done.stdout.split()}


def test_its_names_are_listed_and_others_are_none() -> None:
    assert {"connect", "read", "ArchkbError"} <= set(dir(archkb))
    assert archkb.__version__
    with pytest.raises(AttributeError, match="no attribute 'conect'"):
        archkb.conect  # noqa: B018


def test_the_store_is_the_named_one_then_the_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHKB_STORE", "elsewhere")
    assert archkb.connect().uri == "elsewhere"
    assert archkb.connect(Path("here")).uri == "here"
    monkeypatch.delenv("ARCHKB_STORE")
    assert archkb.connect().uri == ".archkb"


def test_models_and_answers_are_tables(kb: archkb.KnowledgeBase) -> None:
    assert [row["name"] for row in kb.models().to_dicts()] == ["duo", "solo", "solo-copy"]
    answer = kb.ask("cross-attention", model="duo")
    assert len(answer) == 1
    assert answer.to_dicts()[0]["count"] == 12
    assert "MATCH" in answer.cypher
    assert str(answer).startswith("12 cross-attentions: 12 to text.")
    with pytest.raises(FrozenInstanceError):
        answer.rows = ()  # type: ignore[misc]


def test_free_words_find_their_question_or_list_what_they_could_mean(kb: archkb.KnowledgeBase) -> None:
    assert kb.ask("which blocks do cross-attention?", model="duo").question == "cross-attention"
    with pytest.raises(archkb.ArchkbError, match="could mean several questions"):
        kb.ask("what about attention?", model="duo")


def test_errors_name_near_misses(kb: archkb.KnowledgeBase) -> None:
    with pytest.raises(archkb.ArchkbError, match="'duo'"):
        kb.ask("stacks", model="due")
    with pytest.raises(archkb.ArchkbError, match="none is named"):
        kb.ask("stacks")
    with pytest.raises(archkb.ArchkbError, match="no parameter 'tip'"):
        kb.ask("largest-tensors", model="duo", tip=3)


def test_parameters_are_python_values(kb: archkb.KnowledgeBase) -> None:
    assert len(kb.ask("largest-tensors", model="duo", top=2)) == 2
    query = "MATCH (m:Model) WHERE m.name IN $names RETURN m.name AS name ORDER BY name"
    assert kb.cypher(query, names=["duo", "solo"]).rows == (("duo",), ("solo",))


def test_a_query_only_reads_and_says_why_it_found_nothing(kb: archkb.KnowledgeBase) -> None:
    with pytest.raises(archkb.ArchkbError):
        kb.cypher("CREATE (:Thing)")
    nothing = kb.cypher("MATCH (a:Attention {model: 'duo'}) RETURN a.path AS path")
    assert not nothing.rows
    assert any("{structure: m.structure}" in note for note in nothing.notes)


def test_html_is_escaped() -> None:
    table = Table("q", ("<b>",), (("<script>alert(1)</script>",),), notes=("<i>",))
    html = table._repr_html_()
    assert "<script>" not in html
    assert "<i>" not in html
    assert "&lt;script&gt;" in html


def test_rows_go_to_arrow_and_pandas(kb: archkb.KnowledgeBase) -> None:
    sizes = kb.ask("size-by-component", model="duo")
    assert sizes.to_arrow().column("params").to_pylist() == [row["params"] for row in sizes.to_dicts()]
    assert list(sizes.to_pandas().columns) == list(sizes.columns)


@pytest.mark.parametrize(("method", "package"), [("to_arrow", "pyarrow"), ("to_pandas", "pandas")])
def test_a_missing_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch, method: str, package: str) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(archkb.ArchkbError, match="pip install"):
        getattr(Table("q", ("a",), ((1,),)), method)()


def test_a_comparison_is_drawn_in_a_frame_of_its_own(kb: archkb.KnowledgeBase) -> None:
    comparison = kb.diff("design:aiprod-shdt-2026-02-14", "design:aiprod-shdt")
    assert comparison.to_dict()["schema"] == "archkb.diff/1"
    assert comparison.relation == "versions"
    assert comparison.lines[0] in str(comparison)
    html = comparison._repr_html_()
    assert html.startswith("<iframe sandbox ")
    assert "&lt;svg" in html


def test_a_page_has_lines_with_evidence(kb: archkb.KnowledgeBase) -> None:
    page = kb.explain("duo")
    assert str(page).startswith("duo: diffusion_transformer")
    assert {"property", "rule", "basis", "confidence"} <= page.to_dicts()[0]["evidence"][0].keys()


def test_nobody_is_kept_from_writing_between_calls(kb: archkb.KnowledgeBase) -> None:
    with archkb.connect(kb.uri) as other:
        kb.models()
        assert other.ingest("design:aiprod-hwvae", name="vae").to_dicts()[0]["status"] == "written"
        assert "vae" in str(kb.models())
        assert kb.similar("vae").question == "similar"
        store = open_store(kb.uri)
        store.forget("vae")
        store.close()


def test_one_header_without_a_store() -> None:
    reading = archkb.read("design:aiprod-hwvae")
    assert reading.graph().number_of_nodes() > len(reading.header.tensors)
    assert str(reading).startswith("aiprod-hwvae")
    assert reading._repr_html_().startswith("<pre>")
