"""Published files by the hash of their header: family and version of those that a shipped design writes out.

python -m ingest.known          write the index anew, after a design was added
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

Said = Mapping[str, str]
NAME = "headers.json"


@cache
def _index() -> Mapping[str, Said]:
    text = (files("ingest") / "designs" / NAME).read_text(encoding="utf-8")
    found: dict[str, dict[str, str]] = json.loads(text)
    return found


def published(header_hash: str) -> Said:
    """`family` and `version` of the published file with this header; empty where no shipped design has it.

    Equal names, dtypes and shapes of all tensors are that file's or those of one made from it (distilled, fine-tuned),
    so of the version only the number is said.
    """
    return _index().get(header_hash, {})


def index_text() -> str:
    """The index as the designs say it: hash of the header -> family and version."""
    from ingest.sources import read_header
    from ingest.sources.design import shipped
    from kb.ids import header_hash
    from kb.versions import number

    out = {}
    for name in shipped():
        header = read_header(f"design:{name}")
        first = header.declared.get("version", "").partition(" ")[0]
        said = {"family": header.declared.get("family", ""), "version": first if number(first) else ""}
        out[header_hash(header.tensors)] = {k: v for k, v in said.items() if v}
    return json.dumps(out, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    (Path(__file__).parent / "designs" / NAME).write_text(index_text(), encoding="utf-8")
