"""A file of real size: only its header is read, and nothing of it is mapped. Measured by the kernel, not by us."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

PROBE = """
import json, sys
import archkb.ingest.sources.design_files, archkb.ingest.sources.safetensors, archkb.ingest.sources.tensor_names
from archkb.ingest.sources import read_header

def io():
    return {k: int(v) for k, v in (line.split(": ") for line in open("/proc/self/io"))}

path = sys.argv[1]
open(path, "rb").close()
before = io()
header = read_header(path)
after = io()
maps = open("/proc/self/maps").read()
print(json.dumps({
    "read": after["rchar"] - before["rchar"],
    "calls": after["syscr"] - before["syscr"],
    "mapped": path in maps,
    "tensors": len(header.tensors),
    "elements": sum(t.n_params for t in header.tensors),
    "bytes": sum(t.n_bytes for t in header.tensors),
    "size": header.size,
}))
"""


@pytest.mark.shared
@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="needs Linux's /proc/self/io")
def test_a_27_gb_file_is_read_with_its_header_alone(shared: Path, tmp_path: Path):
    tools = runpy.run_path(str(shared / "checkpoints" / "make_sparse.py"))
    model = tmp_path / "ltx-2-19b-dev-fp8.safetensors"
    manifest = str(shared / "checkpoints" / "ltx-2-19b-dev-fp8.json.gz")
    _, size = tools["build"](manifest, str(model), real=27_078_716_018)

    run = subprocess.run(
        [sys.executable, "-c", PROBE, str(model)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    seen = json.loads(run.stdout)

    with model.open("rb") as file:
        header = int.from_bytes(file.read(8), "little")
    assert size == model.stat().st_size == seen["size"] == 27_078_716_018
    assert header + 8 <= seen["read"] < 1_100_000
    assert not seen["mapped"]
    assert (seen["tensors"], seen["elements"], seen["bytes"]) == (6_404, 21_638_973_589, 27_077_673_866)
