"""Design files on disk, and those that ship inside the package."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from archkb.ingest.sources.design.spec import parse_design
from archkb.ingest.sources.files import read_small, read_start
from archkb.ingest.sources.safetensors_header import MAX_LENGTH
from archkb.kb.errors import NotFoundError, SourceError
from archkb.kb.near_misses import nearest
from archkb.kb.values import Header

SCHEME = "design:"
"""How the name of a shipped design begins, in place of a path."""

_TENSORS = re.compile(rb"^\W*tensors\W*:", re.MULTILINE)
_SEARCHED = 1 << 20
"""Bytes at the beginning of a file in which a design's key is looked for."""


def read_design(path: str | Path) -> Header:
    """A design file. Raises SourceError with file and line, see
    :func:`archkb.ingest.sources.design.spec.parse_design`.
    """
    raw = read_small(path, MAX_LENGTH)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        raise SourceError(
            "the file is not UTF-8", path=str(path), offset=err.start, cure="save it as UTF-8 text"
        ) from None
    return parse_design(text, path=str(path))


def is_design(path: str | Path) -> bool:
    """Whether a YAML file has the key every design has; SourceError where it cannot be read."""
    return _TENSORS.search(read_start(path, _SEARCHED)) is not None


def shipped() -> tuple[str, ...]:
    """Names of the designs inside the package, sorted; each reads as `design:NAME`."""
    folder = files("archkb.ingest") / "designs"
    return tuple(sorted(f.name.removesuffix(".yaml") for f in folder.iterdir() if f.name.endswith(".yaml")))


def read_shipped(name: str) -> Header:
    """A design of the package, by its name with or without `design:`. Raises NotFoundError with the near misses."""
    bare = name.removeprefix(SCHEME)
    if bare not in shipped():
        near = nearest(bare, shipped())
        cure = f"the shipped designs are {', '.join(shipped())}"
        raise NotFoundError(f"no design {bare!r} ships with archkb", near=near, cure=cure)
    text = (files("archkb.ingest") / "designs" / f"{bare}.yaml").read_text(encoding="utf-8")
    return parse_design(text, path=f"{SCHEME}{bare}")
