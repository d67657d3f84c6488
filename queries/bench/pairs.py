"""A folder of pairs: one NAME.json.gz with two models' headers and what is true of the step from one to the other."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from archkb.kb.errors import SourceError
from archkb.kb.values import DTYPE_BITS
from archkb.queries.tensor_types import Spec

KINDS = ("packaging", "version", "surgery", "design")
"""Kinds of pairs: two spellings of one model, two versions, made edits, and two designs with no true tensor map."""

_CURE = "write it as README.md of the pairs says, or leave it out of the folder"

Tensors = Mapping[str, Spec]


class Entry(NamedTuple):
    """Keys of a that became keys of b. `kind`: same, rename, fuse, split or transpose."""

    a: tuple[str, ...]
    b: tuple[str, ...]
    kind: str

    @property
    def size(self) -> int:
        """Tensors on both sides: what the entry weighs."""
        return len(self.a) + len(self.b)


class FreeStack(NamedTuple):
    """A stack of equal blocks whose depth changes: prefixes of its blocks' indices in a and in b."""

    a: str
    b: str


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of a pair.

    `free` are stacks whose blocks may be matched in any increasing order, `equiv` classes of b keys that no structure
    tells apart, `facts` (designs) values by a key such as `a.attn[blocks.{i}.attn].q_dim`.
    """

    map: tuple[Entry, ...]
    removed: tuple[str, ...]
    added: tuple[str, ...]
    reshaped: tuple[tuple[str, str], ...]
    retyped: tuple[tuple[str, str], ...]
    free: tuple[FreeStack, ...] = ()
    equiv: tuple[tuple[str, ...], ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DiffPair:
    """Two headers in their order, and the truth. `kind` is one of :data:`KINDS`."""

    name: str
    kind: str
    a: Tensors
    b: Tensors
    truth: Truth


def pair_files(folder: Path) -> list[Path]:
    """The pairs of a folder by file name; SourceError where there are none."""
    files = sorted(folder.glob("*.json.gz"))
    if not files:
        raise SourceError("no NAME.json.gz in this folder", path=str(folder), cure="name a folder of pairs")
    return files


def read_pair(file: Path) -> DiffPair:
    """One pair; SourceError, with the file, where it is no JSON or has another form."""
    try:
        record = json.loads(gzip.decompress(file.read_bytes()))
    except (ValueError, OSError, EOFError) as error:
        raise SourceError(f"no gzipped JSON: {error}", path=str(file), cure=_CURE) from None
    try:
        return pair_of(record)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        what = f"lacks {error}" if isinstance(error, KeyError) else f"not of a pair's form: {error}"
        raise SourceError(what, path=str(file), cure=_CURE) from None


def pair_of(record: Mapping[str, Any]) -> DiffPair:
    """The pair a record holds; KeyError, TypeError or ValueError where it holds none."""
    if record["kind"] not in KINDS:
        raise ValueError(f"kind is {record['kind']!r}, not one of {', '.join(KINDS)}")
    source, target, true = _tensors(record["a"]), _tensors(record["b"]), record["truth"]
    entries = tuple(Entry(tuple(x), tuple(y), str(kind)) for x, y, kind in true["map"])
    if not all(e.a and e.b for e in entries):
        raise ValueError("an entry of the truth's map has an empty side")
    stray = [k for side, own in ((0, source), (1, target)) for e in entries for k in e[side] if k not in own]
    if stray:
        raise ValueError(f"truth maps {stray[0]!r}, which the header on that side lacks")
    odd = {t.dtype for side in (source, target) for t in side.values()} - DTYPE_BITS.keys()
    if odd and record["kind"] == "design":
        raise ValueError(f"unknown dtype {min(odd)!r}, so no facts can be read")
    truth = Truth(
        entries,
        tuple(true["removed"]),
        tuple(true["added"]),
        _couples(true["reshaped"]),
        _couples(true["retyped"]),
        tuple(FreeStack(f["a"], f["b"]) for f in true.get("free_index", ())),
        tuple(tuple(group) for group in true.get("equiv", ())),
        true.get("facts_flat", {}),
    )
    return DiffPair(str(record["name"]), record["kind"], source, target, truth)


def _tensors(given: Mapping[str, Any]) -> dict[str, Spec]:
    out = {}
    for key, value in given.items():
        shape = tuple(value["shape"])
        if not isinstance(value["dtype"], str):
            raise TypeError(f"{key} has the dtype {value['dtype']!r}")
        if not all(type(n) is int and n >= 0 for n in shape):
            raise ValueError(f"{key} has the shape {list(shape)}")
        out[key] = Spec(value["dtype"], shape)
    return out


def _couples(given: Sequence[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((a, b) for a, b in given)
