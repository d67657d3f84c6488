"""Published files by hash: family, version and licence of those that a shipped design writes out.

A file is known by its header, else by the names and shapes of its tree, else by its shapes alone: the same bases on
which the store calls two models the same.

python -m archkb.ingest.graph.known_releases          write the index anew, after a design was added
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

Said = Mapping[str, str]
NAME = "known_releases.json"


@cache
def _index() -> Mapping[str, Said]:
    text = (files("archkb.ingest") / "designs" / NAME).read_text(encoding="utf-8")
    index_file: dict[str, dict[str, str]] = json.loads(text)
    return index_file


def published(*hashes: str | None) -> Said:
    """`family`, `version` and `licence` of the published file with one of these hashes, the first that is known.

    `hashes`: of the header, the architecture and the shapes. Empty where no shipped design has any. Equal tensors are
    that file's or those of one made from it (converted, distilled, fine-tuned), so of the version only the number is
    said, and a licence only where family and version are: it is the one the design states for that release.
    """
    return next(
        (_index()[known_hash] for known_hash in hashes if known_hash is not None and known_hash in _index()), {}
    )


def index_text() -> str:
    """The index as the designs say it: hash -> family, version and licence, as far as all designs of it agree."""
    from archkb.ingest.sources import read_header
    from archkb.ingest.sources.design_files import shipped
    from archkb.ingest.tree.anonymous_names import infer_parameter_names
    from archkb.ingest.tree.hashes import signatures
    from archkb.ingest.tree.module_tree import build
    from archkb.kb.ids import header_hash
    from archkb.kb.relations.versions import number

    out: dict[str, dict[str, str]] = {}
    for name in shipped():
        header = read_header(f"design:{name}")
        first = header.declared.get("version", "").partition(" ")[0]
        release = {"family": header.declared.get("family", ""), "version": first if number(first) else ""}
        if all(release.values()):
            release["licence"] = header.declared.get("licence", "")
        release = {k: v for k, v in release.items() if v}
        signs = signatures(build(header.tensors, infer_parameter_names(header.tensors)))
        for known_hash in (header_hash(header.tensors), signs.architecture, signs.shapes):
            if known_hash is not None:
                agreed = out.setdefault(known_hash, release)
                out[known_hash] = {k: v for k, v in agreed.items() if release.get(k) == v}
    return json.dumps(out, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    (Path(__file__).parent.parent / "designs" / NAME).write_text(index_text(), encoding="utf-8")
