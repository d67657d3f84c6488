"""A corpus folder: one NAME.json.gz a model with its tensors and its true architecture.

Families are split by a hash of their group, so that no figure on the left-out fifth was chosen by taste.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from archkb.kb.errors import SourceError
from archkb.kb.values import TensorSpec

Record = Mapping[str, Any]

FOLDS = 3
"""Parts of the families that confidences are measured and judged on in turn."""

_DIGITS = re.compile(r"\d+")


def records(folder: Path) -> Iterator[Record]:
    """The corpus' records by file name; SourceError where there are none or one cannot be read."""
    files = sorted([*folder.glob("*.json.gz"), *folder.glob("*.json")])
    if not files:
        raise SourceError("no NAME.json.gz in this folder", path=str(folder), cure="name a corpus folder")
    for file in files:
        raw = file.read_bytes()
        try:
            record = json.loads(gzip.decompress(raw) if file.suffix == ".gz" else raw)
        except (ValueError, OSError, EOFError) as error:
            raise SourceError(f"no JSON: {error}", path=str(file)) from None
        if not isinstance(record, dict) or not {"name", "tensors", "truth"} <= record.keys():
            raise SourceError("a record needs name, tensors and truth", path=str(file))
        yield record


def specs(record: Record) -> tuple[TensorSpec, ...]:
    """The record's tensors in its order."""
    return tuple(TensorSpec(k, v["dtype"], tuple(v["shape"])) for k, v in record["tensors"].items())


def group_of(record: Record) -> str:
    """The name of the record's group of related models: never divided between what is measured and what judges."""
    return str(record.get("group") or record.get("family") or record["name"])


def patterns(record: Record) -> frozenset[str]:
    """The record's keys with every number written as {i}."""
    return frozenset(_DIGITS.sub("{i}", key) for key in record["tensors"])


def newness(record: Record) -> float:
    """Share of the record's key patterns that no model had on which rules were first written; 0 where none is told."""
    return float(record.get("novelty") or 0.0)


def fold_of(group: str, folds: int = FOLDS) -> int:
    """Which fold a group falls into: SHA-256 of its name modulo the number of folds.

    >>> fold_of("vit") in range(3)
    True
    """
    return int(hashlib.sha256(group.encode()).hexdigest(), 16) % folds


def is_left_out(record: Record) -> bool:
    """Whether the record's group falls into the left-out fifth: the first of five folds.

    >>> is_left_out({"group": "vit"}) in (True, False)
    True
    """
    return fold_of(group_of(record), 5) == 0


def hashed(segment: str) -> str:
    """A path segment without its meaning; numbers stay."""
    return segment if segment.isdigit() else "x" + hashlib.sha256(segment.encode()).hexdigest()[:8]


class Anonymiser:
    """Hashes every segment of every path of one record, and maps predictions back.

    Parameter names (`weight`, `bias`, `running_mean`) are segments too: nothing is left but numbers and shapes.
    """

    def __init__(self, record: Record) -> None:
        self._back: dict[str, str] = {}
        tensors = {}
        for key, value in record["tensors"].items():
            parts = key.split(".")
            blind = [hashed(p) for p in parts]
            for i in range(1, len(parts) + 1):
                self._back[".".join(blind[:i])] = ".".join(parts[:i])
            tensors[".".join(blind)] = value
        self.record: Record = {**record, "tensors": tensors}

    def path(self, blind: str) -> str:
        """The real path of a hashed one."""
        return self._back.get(blind, blind)

    def restore(self, prediction: Mapping[str, Any]) -> dict[str, Any]:
        """The prediction with real paths."""
        out = dict(prediction)
        out["modules"] = {self.path(p): v for p, v in prediction["modules"].items()}
        for task in ("stacks", "attention", "mlp"):
            out[task] = [{**item, "path": self.path(item["path"])} for item in prediction[task]]
        out["residual"] = [
            {**r, "block": self.path(r["block"]), "around": [self.path(a) for a in r["around"]]}
            for r in prediction["residual"]
        ]
        return out
