"""The page on a model: components, blocks once, evidence on demand, and what is unknown with its reason."""

from __future__ import annotations

import pytest

from ingest.assemble import analyse
from ingest.rows import to_tables
from ingest.sources import read_header
from kb.errors import NotFoundError
from kb.tables import GraphTables
from kb.values import Header
from queries.explain import explain
from tests.queries.conftest import Archkb


@pytest.fixture(scope="module")
def shdt() -> GraphTables:
    return to_tables(analyse(read_header("design:aiprod-shdt")), name="shdt")


def test_the_page_says_what_the_model_is(shdt: GraphTables) -> None:
    text = "\n".join(line.text for line in explain(shdt))
    assert "diffusion_transformer" in text
    assert "32 blocks, of 2 templates" in text
    assert "blocks 0, 4, 8, 12, 16, 20, 24, 28" in text
    assert text.count("ff: plain feed-forward, 2048 → 8192") == 2


def test_every_inferred_line_has_evidence(shdt: GraphTables) -> None:
    lines = [x for x in explain(shdt, "blocks.0") if "attention" in x.text or "feed-forward" in x.text]
    assert len(lines) == 4
    assert all(x.evidence and all(b.rule and b.detail for b in x.evidence) for x in lines)


def test_a_path_that_is_not_there(shdt: GraphTables) -> None:
    with pytest.raises(NotFoundError, match="no module"):
        explain(shdt, "blocks.99")


def test_what_is_unknown_is_said_with_its_reason() -> None:
    found = to_tables(analyse(read_header("design:aiprod-shdt")), name="shdt")
    hidden = to_tables(analyse(_without_metadata()), name="shdt")
    assert not any(x.text.startswith("unknown: heads") for x in explain(found))
    (line,) = [x for x in explain(hidden) if x.text.startswith("unknown: heads")]
    assert "96" in line.text
    assert line.evidence[0].value is None


def _without_metadata() -> Header:
    from dataclasses import replace

    return replace(read_header("design:aiprod-shdt"), metadata={})


def test_the_command(archkb: Archkb) -> None:
    archkb("ingest", "design:aiprod-hwvae")
    page = archkb("explain", "aiprod-hwvae")
    assert page.code == 0
    assert "vae.encoder: vae_encoder" in page.out
    assert "·" not in page.out
    assert "·" in archkb("explain", "aiprod-hwvae", "vae.encoder", "--evidence").out
    assert archkb("explain", "aiprod-hwvae", "--json").json[0]["level"] == 0
    assert archkb("explain", "aiprod-hwvae", "no.such").code == 2
