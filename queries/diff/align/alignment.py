"""What an alignment is: pairs of key sets, how each was found, and what is left over on either side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from archkb.queries.tensor_types import Spec

PairKind = Literal["same", "rename", "fuse", "split", "transpose"]
Rule = Literal["name", "prefix", "shape", "tree", "scale", "order", "fused", "experts", "role", "sidecar"]
Grade = Literal["", "good", "fair", "poor", "weak", "nearly", "resized", "ambiguous"]
"""How well a pair was found by its rule, where that has measured precisions of its own; empty, as well as may be."""


class Pair(NamedTuple):
    """Keys of the first model that became keys of the second.

    `kind`: same (one key, same name), rename, fuse (n to 1), split (1 to n) or transpose (two axes exchanged).
    `rule` names an entry of :data:`RULES`, `evidence` says in a sentence what was seen. `ambiguous`: equal siblings
    that neither names nor structure tell apart; but for the order of the files (rule `order`) any choice is as good.
    """

    a: tuple[str, ...]
    b: tuple[str, ...]
    kind: PairKind
    rule: Rule
    evidence: str
    confidence: float
    ambiguous: bool = False

    @property
    def mirrored(self) -> Pair:
        """The same pair seen from the other side."""
        exchanged: dict[PairKind, PairKind] = {"fuse": "split", "split": "fuse"}
        kind = exchanged.get(self.kind, self.kind)
        return self._replace(a=self.b, b=self.a, kind=kind)


RULES: Mapping[Rule, str] = {
    "name": "both models have the key",
    "prefix": "the keys are equal below a moved or renamed prefix",
    "shape": "found inside matched parts by equal shape, role, neighbours and name tokens",
    "tree": "the parts have one tree of shapes and numbers; names only choose among equal siblings",
    "scale": "the parts have one tree of shapes once sizes that changed together are exchanged",
    "order": "equal siblings that nothing else tells apart, taken in the order both files keep",
    "fused": "rows of several tensors add up to one tensor of the same role",
    "experts": "a numbered list of equal tensors became one tensor with one axis more",
    "role": "same role in matched parts, another size",
    "sidecar": "side-cars of a matched weight",
}
"""Rule id -> what it says."""


MEASURED: Mapping[tuple[Rule, Grade], float] = {
    ("name", ""): 0.98,  # 47686 tensors in 194 pairs of models
    ("prefix", ""): 0.97,  # 9320 in 83
    ("shape", ""): 0.95,  # no rival and words alike: 1536 in 57
    ("shape", "good"): 0.93,  # 3245 in 62
    ("shape", "fair"): 0.89,  # 4336 in 60
    ("shape", "poor"): 0.84,  # 3384 in 83
    ("shape", "weak"): 0.42,  # a rival nearly as good and other words: 121 in 6
    ("shape", "ambiguous"): 0.78,  # 1223 in 17
    ("tree", ""): 0.98,  # one tree: 6270 in 41
    ("tree", "nearly"): 0.94,  # 15522 in 130
    ("tree", "ambiguous"): 0.78,  # 2021 in 29
    ("scale", ""): 0.97,  # 4220 in 46, names hashed
    ("order", ""): 0.90,  # 11211 in 97
    ("fused", ""): 0.95,  # words much alike: 1118 in 28
    ("fused", "weak"): 0.77,  # 176 in 9
    ("fused", "resized"): 0.95,  # all of 436 in 39 edits of corpus models were right; no surer than other fusions
    ("experts", ""): 0.97,  # all of 52 in 7 were right
    ("role", ""): 0.78,  # 1658 in 12
    ("role", "ambiguous"): 0.48,  # 252 in 5
}
"""(rule, grade) of a pair -> the share of such pairs that are right, rounded down: the confidence it carries.

Measured on 348 pairs of models with known maps (published packagings, versions, both at once, made edits), of which 135
were never looked at while rules were written. Each pair of models counts the same, however many tensors it has. Pairs
flagged as ambiguous are wrong about four times as often as others (0.13 and 0.03). A side-car is as sure as the weight
it serves.
"""


@dataclass(frozen=True)
class Alignment:
    """Two state dicts aligned. Every key of either is in exactly one pair, or removed (first) or added (second)."""

    a: Mapping[str, Spec]
    b: Mapping[str, Spec]
    pairs: tuple[Pair, ...]
    removed: tuple[str, ...]
    added: tuple[str, ...]

    @cached_property
    def one_to_one(self) -> tuple[Pair, ...]:
        """Pairs of one tensor each."""
        return tuple(p for p in self.pairs if len(p.a) == len(p.b) == 1)

    @cached_property
    def reshaped(self) -> tuple[Pair, ...]:
        """Pairs of one tensor each whose shape differs by more than an exchange of axes."""
        return tuple(
            p for p in self.one_to_one if p.kind != "transpose" and self.a[p.a[0]].shape != self.b[p.b[0]].shape
        )

    @cached_property
    def retyped(self) -> tuple[Pair, ...]:
        """Pairs of one tensor each whose dtype differs."""
        return tuple(p for p in self.one_to_one if self.a[p.a[0]].dtype != self.b[p.b[0]].dtype)

    @cached_property
    def unchanged(self) -> int:
        """Tensors with one name, one shape and one dtype in both models."""
        return sum(p.a == p.b and self.a[p.a[0]] == self.b[p.b[0]] for p in self.one_to_one)

    @property
    def empty(self) -> bool:
        """Whether nothing differs: same keys, shapes and dtypes."""
        return not (self.removed or self.added) and self.unchanged == len(self.pairs)

    @property
    def mirrored(self) -> Alignment:
        """The alignment of the second model with the first."""
        return Alignment(self.b, self.a, tuple(p.mirrored for p in self.pairs), self.added, self.removed)
