"""How often the nearest model is of the same family, and how often what is said of two models stays within one.

Relationships are those a store would hold: what `kb.lineage.between` says of each pair.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations

from kb.likeness import likeness
from kb.lineage import BASES, Known, Link, between
from kb.tables import GraphTables
from kb.values import TensorSpec
from queries.bench.corpus import Record, is_left_out, specs

Tables = Callable[[tuple[TensorSpec, ...]], GraphTables]

QUESTIONS = (
    "nearest",
    *(f"SAME_AS by {basis}" for basis in BASES),
    "SIMILAR_TO",
    "VERSION_OF",
    "DERIVES_FROM by score",
    "DERIVES_FROM by holding",
)
"""The nearest model, then relationships of two models by type, and by rule where a type has several."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A model of the corpus as a store would know it. `family`: the group the corpus puts it in."""

    known: Known
    family: str
    left_out: bool

    @property
    def name(self) -> str:
        """The model's name in the corpus."""
        return self.known.name


@dataclass(frozen=True, slots=True)
class Share:
    """`right` of `asked` in one group of families, of one of the questions."""

    question: str
    group: str
    right: int
    asked: int


def sketches(records: Iterable[Record], tables: Tables) -> Iterator[Kept]:
    """The corpus' models, each under its own name."""
    for record in records:
        family = str(record.get("group") or record.get("family") or record["name"])
        found = Known.of(tables(specs(record)).model)
        yield Kept(replace(found, uid=record["name"], name=record["name"]), family, is_left_out(record))


def shares(models: Iterable[Kept]) -> list[Share]:
    """Of models that have relatives in the corpus, those whose nearest is one; of pairs related, those of a family.

    A pair counts as left out when either of its families is.
    """
    kept = list(models)
    sizes = Counter(m.family for m in kept)
    nearest: dict[str, tuple[float, str, str]] = {}
    found: dict[str, list[tuple[bool, bool]]] = {question: [] for question in QUESTIONS}
    for a, b in combinations(kept, 2):
        score = _score(a, b)
        for m, other in ((a, b), (b, a)):
            here = (score, other.name, other.family)
            nearest[m.name] = max(nearest.get(m.name, here), here)
        for link in between(a.known, b.known):
            found[_question(link)].append((a.family == b.family, a.left_out or b.left_out))
    found["nearest"] = [(nearest[m.name][2] == m.family, m.left_out) for m in kept if sizes[m.family] > 1]
    return [share for question, answers in found.items() for share in _groups(question, answers)]


def _score(a: Kept, b: Kept) -> float:
    if a.known.sketch is None or b.known.sketch is None:
        return 0.0
    return likeness(a.known.sketch, b.known.sketch).score


def _question(link: Link) -> str:
    return f"{link.type} by {link.rule}" if link.rule else link.type


def _groups(question: str, found: list[tuple[bool, bool]]) -> Iterator[Share]:
    for group, wanted in (("all", (True, False)), ("left out", (True,)), ("not left out", (False,))):
        chosen = [right for right, left_out in found if left_out in wanted]
        yield Share(question, group, sum(chosen), len(chosen))
