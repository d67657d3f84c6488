"""How often the nearest model is of the same family, and how often a suspected descent stays within one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from kb.likeness import likeness
from kb.lineage import CONTAINED, DESCENDANT, held
from kb.sketch import Sketch, kept_sketch
from kb.tables import GraphTables
from kb.values import TensorSpec
from queries.bench.corpus import Record, is_left_out, specs

Tables = Callable[[tuple[TensorSpec, ...]], GraphTables]


@dataclass(frozen=True, slots=True)
class Kept:
    """A model of the corpus with its sketch. `family`: the group the corpus puts it in."""

    name: str
    family: str
    left_out: bool
    sketch: Sketch


@dataclass(frozen=True, slots=True)
class Share:
    """`right` of `asked` in one group of families. `question`: nearest, by score or by holding."""

    question: str
    group: str
    right: int
    asked: int


def sketches(records: Iterable[Record], tables: Tables) -> Iterator[Kept]:
    """The corpus' models, each with its sketch."""
    for record in records:
        family = str(record.get("group") or record.get("family") or record["name"])
        yield Kept(record["name"], family, is_left_out(record), kept_sketch(tables(specs(record))))


def shares(models: Iterable[Kept]) -> list[Share]:
    """Of models that have relatives in the corpus, those whose nearest is one; of pairs suspected, those of a family.

    A pair counts as left out when either of its families is.
    """
    kept = list(models)
    sizes = Counter(m.family for m in kept)
    scores: dict[str, list[tuple[float, Kept]]] = {m.name: [] for m in kept}
    suspected: dict[str, list[tuple[bool, bool]]] = {"by score": [], "by holding": []}
    for a, b in combinations(kept, 2):
        score = likeness(a.sketch, b.sketch).score
        scores[a.name].append((score, b))
        scores[b.name].append((score, a))
        for rule, holds in _suspects(a.sketch, b.sketch, score).items():
            if holds:
                suspected[rule].append((a.family == b.family, a.left_out or b.left_out))
    nearest = [
        (max(scores[m.name], key=lambda s: (s[0], s[1].name))[1].family == m.family, m.left_out)
        for m in kept
        if sizes[m.family] > 1
    ]
    return [*_groups("nearest", nearest), *(s for rule, found in suspected.items() for s in _groups(rule, found))]


def _suspects(a: Sketch, b: Sketch, score: float) -> Mapping[str, bool]:
    shares = sorted((held(a, b), held(b, a)))
    holds = shares[1] >= CONTAINED > shares[0]
    return {"by holding": holds, "by score": score >= DESCENDANT and not holds}


def _groups(question: str, found: list[tuple[bool, bool]]) -> Iterator[Share]:
    for group, wanted in (("all", (True, False)), ("left out", (True,)), ("not left out", (False,))):
        chosen = [right for right, left_out in found if left_out in wanted]
        yield Share(question, group, sum(chosen), len(chosen))
