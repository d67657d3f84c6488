"""A pair without names: every segment of every key that is no number becomes a hash, another one on either side."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from archkb.queries.bench.pairs import DiffPair, Tensors
from archkb.queries.bench.siblings import merged_classes


class BlindPair:
    """`pair` has hashed keys; :meth:`restore` maps a prediction back; `scored` is the pair to score it against.

    No name of one side can match one of the other, so nothing tells equal siblings apart: in `scored` they are classes
    of the truth's `equiv`, and any choice among them is right.
    """

    def __init__(self, pair: DiffPair) -> None:
        self._segments = {side: _hashes(keys, side) for side, keys in (("a", pair.a), ("b", pair.b))}
        self._names = {side: {h: s for s, h in found.items()} for side, found in self._segments.items()}
        self.pair = replace(pair, a=self._hidden(pair.a, "a"), b=self._hidden(pair.b, "b"))
        self.scored = replace(pair, truth=replace(pair.truth, equiv=merged_classes(pair.b, pair.truth.equiv)))

    def restore(self, prediction: Mapping[str, Any]) -> dict[str, Any]:
        """The prediction with real keys, in the map and in the patterns of facts."""
        out = dict(prediction)
        out["map"] = [
            [[self._real(k, "a") for k in a], [self._real(k, "b") for k in b], kind] for a, b, kind in prediction["map"]
        ]
        out["removed"] = [self._real(k, "a") for k in prediction["removed"]]
        out["added"] = [self._real(k, "b") for k in prediction["added"]]
        if "facts" in prediction:
            out["facts"] = {self._real_fact(k): v for k, v in prediction["facts"].items()}
        return out

    def _hidden(self, tensors: Tensors, side: str) -> Tensors:
        hashes = self._segments[side]
        return {".".join(hashes.get(s, s) for s in k.split(".")): spec for k, spec in tensors.items()}

    def _real(self, path: str, side: str) -> str:
        names = self._names[side]
        return ".".join(names.get(s, s) for s in path.split("."))

    def _real_fact(self, key: str) -> str:
        head, bracket, rest = key.partition("[")
        pattern, _, tail = rest.partition("]")
        return f"{head}[{self._real(pattern, key[0])}]{tail}" if bracket else key


def _hashes(keys: Iterable[str], salt: str) -> dict[str, str]:
    segments = {s for k in keys for s in k.split(".") if not s.isdigit()}
    return {s: "x" + hashlib.sha256(f"{salt}:{s}".encode()).hexdigest()[:12] for s in segments}
