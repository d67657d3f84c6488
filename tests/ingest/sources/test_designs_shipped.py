"""The designs inside the package against the manifests they were written from, tensor by tensor."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from archkb.ingest.sources import read_header, shipped

MANIFESTS = {
    "ltx-2-19b-dev-fp8": "ltx-2-19b-dev-fp8",
    "ltx-2-19b-dev": "ltx-2-19b-dev",
    "ltx-2.3-22b-dev": "ltx-2.3-22b-dev",
    "ltx-2-spatial-upscaler-x2-1.0": "ltx-2-spatial-upscaler-x2-1.0",
    "aiprod-shdt": "aiprod-shdt-default",
    "aiprod-shdt-2026-02-14": "aiprod-shdt-9d0ce78",
    "aiprod-hwvae": "aiprod-hwvae",
}


def test_each_shipped_design_has_a_manifest_here():
    assert set(shipped()) == set(MANIFESTS)


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_design_equals_its_manifest(name: str, shared: Path):
    manifest = read_header(shared / "checkpoints" / f"{MANIFESTS[name]}.json.gz")

    design = read_header(f"design:{name}")

    assert sorted((t.key, t.dtype, t.shape) for t in design.tensors) == sorted(
        (t.key, t.dtype, t.shape) for t in manifest.tensors
    )
    assert design.metadata == manifest.metadata
    assert design.declared["name"] == name
    assert set(design.declared) == {"name", "family", "version", "source", "licence", "attribution"}


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_design_has_the_totals_of_the_ground_truth(name: str, shared: Path):
    truth = json.loads((shared / "checkpoints" / "GROUND_TRUTH.json").read_text())["manifests"][MANIFESTS[name]]

    tensors = read_header(f"design:{name}").tensors

    assert len(tensors) == truth["n_tensors"]
    assert sum(t.n_params for t in tensors) == truth["n_params"]
    assert sum(t.n_bytes for t in tensors) == truth["n_bytes"]
    assert Counter(t.dtype for t in tensors) == {d: n["tensors"] for d, n in truth["dtypes"].items()}


def test_the_numbers_of_ltx_2_fp8():
    tensors = read_header("design:ltx-2-19b-dev-fp8").tensors

    assert len(tensors) == 6_404
    assert sum(t.n_params for t in tensors) == 21_638_973_589
    assert sum(t.n_bytes for t in tensors) == 27_077_673_866
    assert Counter(t.dtype for t in tensors) == {"F32": 2_546, "BF16": 2_682, "F8_E4M3": 1_176}
