"""How often the nearest model is of the same family, how often what is said of two models stays within one, and how
often a descent is suspected of models that have nothing to do with each other.

Relationships are those a store would hold: what `archkb.kb.relations.lineage.between` says of each pair.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations

from archkb.kb.relations.descent import RULES, shared_templates
from archkb.kb.relations.lineage import BASES, Known, Link, between
from archkb.kb.relations.similarity import sketch_similarity
from archkb.kb.tables import GraphTables
from archkb.kb.values import TensorSpec
from archkb.queries.bench.corpus import Record, is_left_out, specs
from archkb.queries.bench.descent_scores import Trial

Tables = Callable[[tuple[TensorSpec, ...]], GraphTables]

QUESTIONS = (
    "nearest",
    *(f"SAME_AS by {basis}" for basis in BASES),
    "SIMILAR_TO",
    "VERSION_OF",
    *(f"DERIVES_FROM by {rule}" for rule in RULES),
)
"""The nearest model, then relationships of two models by type, and by rule where a type has several."""
UNRELATED = "unrelated, suspected"
"""Question of the negative class: of pairs that share a block template and no family, those a descent is suspected of.
Its share is a false-positive rate."""
DESCENT = "descendants, suspected"
"""Question of the positive class: of models made from another, those a descent is suspected of."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A model of the corpus as a store would know it.

    `family`: the group the corpus puts it in, which may be an architecture of many; `line`: its family there.
    """

    known: Known
    family: str
    left_out: bool
    line: str = ""

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
        read = Known.of(tables(specs(record)).facts)
        named = replace(read, uid=record["name"], name=record["name"])
        yield Kept(named, family, is_left_out(record), str(record.get("family") or family))


def shares(models: Iterable[Kept]) -> list[Share]:
    """Of models that have relatives in the corpus, those whose nearest is one; of pairs related, those of a family.

    A pair counts as left out when either of its families is.
    """
    kept = list(models)
    sizes = Counter(m.family for m in kept)
    nearest: dict[str, tuple[float, str, str]] = {}
    answers_by: dict[str, list[tuple[bool, bool]]] = {question: [] for question in (*QUESTIONS, f"{UNRELATED}: corpus")}
    for a, b in combinations(kept, 2):
        score = _score(a, b)
        for m, other in ((a, b), (b, a)):
            candidate = (score, other.name, other.family)
            nearest[m.name] = max(nearest.get(m.name, candidate), candidate)
        related = list(between(a.known, b.known))
        for link in related:
            answers_by[_question(link)].append((a.family == b.family, a.left_out or b.left_out))
        types = {link.type for link in related}
        if a.line != b.line and "SAME_AS" not in types and _one_architecture(a, b):
            answers_by[f"{UNRELATED}: corpus"].append(("DERIVES_FROM" in types, a.left_out or b.left_out))
    answers_by["nearest"] = [(nearest[m.name][2] == m.family, m.left_out) for m in kept if sizes[m.family] > 1]
    return [share for question, answers in answers_by.items() for share in _groups(question, answers)]


def recalled(tried: Iterable[Trial]) -> list[Share]:
    """Of variants, by kind: strangers that are suspected, descendants that are; and how many suspicions are right.

    A descendant that is told as the same architecture has a row of its own: no descent is asked of it.
    """
    answers_by: dict[str, list[tuple[bool, bool]]] = {}
    for trial in tried:
        what = DESCENT if trial.related else UNRELATED
        if trial.related and trial.same:
            what = "descendants, told as the same"
        right = trial.rule is not None or trial.same
        answers_by.setdefault(f"{what}: {trial.variant}", []).append((right, trial.left_out))
        if trial.rule is not None:
            answers_by.setdefault(f"suspicions, right: {trial.rule}", []).append((trial.related, trial.left_out))
    return [share for question, answers in sorted(answers_by.items()) for share in _groups(question, answers)]


def rates(measured: Iterable[Share]) -> Iterator[str]:
    """The false-positive rate over all unrelated pairs and the recall of descents, by group of families; in words."""
    kept = list(measured)
    for group in ("not left out", "left out"):
        for question, name in ((UNRELATED, "false positives"), (DESCENT, "descents found")):
            chosen = [s for s in kept if s.group == group and s.question.startswith(f"{question}:")]
            right, asked = sum(s.right for s in chosen), sum(s.asked for s in chosen)
            if asked:
                yield f"{name}, families {group}: {right:,} of {asked:,} pairs ({right / asked:.2%})"


def _one_architecture(first: Kept, second: Kept) -> bool:
    if first.known.sketch is None or second.known.sketch is None:
        return False
    return shared_templates(first.known.sketch, second.known.sketch)[0] > 0


def _score(first: Kept, second: Kept) -> float:
    if first.known.sketch is None or second.known.sketch is None:
        return 0.0
    return sketch_similarity(first.known.sketch, second.known.sketch).score


def _question(link: Link) -> str:
    return f"{link.type} by {link.rule}" if link.rule else link.type


def _groups(question: str, answers: list[tuple[bool, bool]]) -> Iterator[Share]:
    for group, wanted in (("all", (True, False)), ("left out", (True,)), ("not left out", (False,))):
        chosen = [right for right, left_out in answers if left_out in wanted]
        yield Share(question, group, sum(chosen), len(chosen))
