"""Which model is meant: a shortened name, the one in use, a part of one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.queries.conftest import Archkb


@pytest.fixture
def two(archkb: Archkb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    place = tmp_path / "store"
    for design in ("aiprod-shdt", "aiprod-hwvae"):
        assert archkb("ingest", f"design:{design}", "--name", f"{design}-1.0-base", store=place).code == 0
    return place


def test_a_name_may_be_shortened_to_what_is_unique(archkb: Archkb, two: Path) -> None:
    called = archkb("ask", "size", "aiprod-shdt", "--json", store=two)
    assert called.rows[0]["model"] == "aiprod-shdt-1.0-base"
    assert "aiprod-hwvae-1.0-base" in archkb("explain", "AIPROD-hwvae", store=two).out
    assert archkb("ask", "which stacks are there", "aiprod-shdt-1.0", "--json", store=two).code == 0


def test_what_several_names_begin_with_is_asked_back(archkb: Archkb, two: Path) -> None:
    called = archkb("ask", "size", "aiprod", store=two)
    assert called.code == 2
    assert "could be several models" in called.err
    assert "aiprod-hwvae-1.0-base" in called.err


def test_a_default_is_kept_for_a_store_and_can_be_taken_back(archkb: Archkb, two: Path) -> None:
    assert archkb("ask", "size", store=two).code == 2
    assert archkb("use", "aiprod-hwvae", "--json", store=two).json == [{"model": "aiprod-hwvae-1.0-base"}]
    called = archkb("ask", "size", "--json", store=two)
    assert called.rows[0]["model"] == "aiprod-hwvae-1.0-base"
    assert "the one in use" in called.err
    assert archkb("use", "--json", store=two).json == [{"model": "aiprod-hwvae-1.0-base"}]
    assert archkb("use", "--none", store=two).code == 0
    assert archkb("ask", "size", store=two).code == 2


def test_a_model_that_is_not_there_is_no_default(archkb: Archkb, two: Path) -> None:
    assert archkb("use", "nobody", store=two).code == 2
    archkb("use", "aiprod-hwvae", store=two)
    archkb("forget", "aiprod-hwvae-1.0-base", "--yes", store=two)
    assert archkb("ask", "size", "--json", store=two).rows[0]["model"] == "aiprod-shdt-1.0-base"


def test_a_default_file_that_is_none_sets_nothing(archkb: Archkb, two: Path, tmp_path: Path) -> None:
    place = tmp_path / "config" / "archkb" / "default-models.json"
    place.parent.mkdir(parents=True)
    for text in ("", "[]", "{", '{"a": 1}'):
        place.write_text(text)
        assert archkb("ask", "size", store=two).code == 2
    assert archkb("use", "aiprod-hwvae", store=two).code == 0


def test_a_part_stands_where_a_model_may(archkb: Archkb, two: Path) -> None:
    page = archkb("explain", "aiprod-hwvae:decoder", store=two).out
    assert page.startswith("aiprod-hwvae-1.0-base:decoder: ")
    same = archkb("diff", "aiprod-hwvae:decoder", "design:aiprod-hwvae:vae_decoder", store=two)
    assert "identical" in same.out


@pytest.mark.parametrize("part", ["nothing", "up_blocks.7"])
def test_a_part_that_is_not_there_is_told_with_what_is(archkb: Archkb, two: Path, part: str) -> None:
    called = archkb("explain", f"aiprod-hwvae:{part}", store=two)
    assert called.code == 2
    assert f"'{part}'" in called.err
    assert "vae" in called.err


@pytest.mark.shared
def test_a_part_keeps_what_is_stated_of_it_and_no_more(archkb: Archkb, shared: Path) -> None:
    page = archkb("explain", f"{shared}/checkpoints/ltx-2-19b-dev.json.gz:vae").out
    assert "compression space 32" in page
    assert "contradiction" not in page
    assert "rope" not in page
