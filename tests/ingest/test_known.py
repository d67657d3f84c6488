"""Published files are recognised by their header."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files

from ingest.assemble import analyse
from ingest.known import NAME, index_text, published
from ingest.rows import to_tables
from ingest.sources import read_header
from kb.values import Header


def test_the_index_is_what_the_designs_say() -> None:
    text = (files("ingest") / "designs" / NAME).read_text(encoding="utf-8")
    assert text == index_text(), "run: python -m ingest.known"


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
    assert all(set(said) <= {"family", "version"} for said in json.loads(index_text()).values())
