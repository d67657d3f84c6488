"""Published files are recognised by their header."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files

from archkb.ingest.graph.known_releases import NAME, index_text, published
from archkb.ingest.graph.rows import to_tables
from archkb.ingest.pipeline import analyse
from archkb.ingest.sources import read_header
from archkb.kb.relations.lineage import Known, between
from archkb.kb.values import Header


def test_the_index_is_what_the_designs_say() -> None:
    text = (files("archkb.ingest") / "designs" / NAME).read_text(encoding="utf-8")
    assert text == index_text(), "run: python -m archkb.ingest.graph.known_releases"


def bare(name: str, rename: str = "") -> Header:
    """A design's tensors as a file would hold them, with nothing said of it."""
    design = read_header(f"design:{name}")
    tensors = tuple(t._replace(key=f"{rename}{t.key}") for t in design.tensors)
    return replace(design, tensors=tensors, declared={}, metadata={}, source="mine.safetensors", format="safetensors")


def test_a_licence_is_that_of_the_family_and_version_and_not_of_one_the_user_names() -> None:
    header = bare("ltx-2.3-22b-dev")
    stated = read_header("design:ltx-2.3-22b-dev").declared["licence"]
    assert to_tables(analyse(header), name="mine").model["licence"] == stated
    ours = replace(header, declared={"family": "ours"})
    assert to_tables(analyse(ours), name="mine").model["licence"] is None
    nameless = bare("aiprod-hwvae")
    model = to_tables(analyse(nameless), name="mine").model
    assert (model["family"], model["version"], model["licence"]) == ("AIPROD HWVAE", None, None)


def test_of_a_licence_in_the_metadata_the_title_is_kept() -> None:
    header = replace(bare("aiprod-hwvae"), metadata={"License": "\n# Some Licence 2.0\n\n1. Whoever ...\n" * 90})
    assert to_tables(analyse(header), name="mine").model["licence"] == "Some Licence 2.0"


def test_versions_of_known_architectures_are_a_chain() -> None:
    old = to_tables(analyse(bare("ltx-2-19b-dev", "wrapped.")), name="one").facts
    new = to_tables(analyse(bare("ltx-2.3-22b-dev", "another.")), name="two").facts
    assert (old["family"], old["version"], new["version"]) == ("LTX-2", "2.0", "2.3")
    [link] = [link for link in between(Known.of(old), Known.of(new)) if link.type == "VERSION_OF"]
    assert (link.source, link.target, link.properties[0]) == (new["uid"], old["uid"], True)


def told(header: Header) -> tuple[object, object]:
    model = to_tables(analyse(header), name="mine").model
    return model["family"], model["version"]


def test_a_file_with_the_header_of_a_published_one_is_of_its_family() -> None:
    design = read_header("design:ltx-2-spatial-upscaler-x2-1.0")
    file = replace(design, declared={}, metadata={}, source="mine.safetensors", format="safetensors")

    assert told(file) == ("LTX latent upsampler", "1.0")
    assert told(replace(file, declared={"family": "ours"})) == ("ours", "1.0")
    assert told(replace(file, metadata={"model_version": "7"}))[1] == "7"
    assert told(replace(file, tensors=file.tensors[1:])) == (None, None)


def test_an_unknown_header_says_nothing() -> None:
    assert published("0" * 64) == {}
    assert published("0" * 64, None, "0" * 20) == {}
    assert all(set(said) <= {"family", "version", "licence"} for said in json.loads(index_text()).values())
