"""Which models of a store belong together: the same architecture, a version, a suspected descendant, a likeness.

Pure: what each model's own node says goes in, relationships come out. None of them depends on the order in which the
models were ingested.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from archkb.kb.relations.descent import shared_templates, suspicion
from archkb.kb.relations.fingerprint import Sketch
from archkb.kb.relations.known_columns import COLUMNS
from archkb.kb.relations.similarity import Similarity, sketch_similarity
from archkb.kb.relations.versions import differ, later
from archkb.kb.wording import counted

ALIKE = 0.5
"""Least score of a SIMILAR_TO."""
VERSIONS = 0.3
"""Least score of two models of one family that count as versions of each other: a family may hold a VAE too."""
MEASURED = {"left-overs": (156, 0), "vocabulary": (25, 4), "choices": (4, 0), "identifier": (0, 0)}
"""Suspicions by what decides, right and wrong, over families left out: of 369 models made from another and of UNRELATED
pairs (`archkb bench CORPUS_DIR --kin`, 569 models). No model of a corpus has metadata: identifiers are not measured."""
UNRELATED = 1089
"""Unrelated pairs of one architecture with a family left out."""
BASES = ("header", "names", "shapes")
"""What two models of one architecture may have in common, the strongest first."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a model and its structure say that lineage is inferred from. `sketch` holds the marks of both."""

    uid: str
    name: str
    family: str | None
    version: str | None
    role: str | None
    header_hash: str
    architecture: str | None
    shape_hash: str | None
    sketch: Sketch | None
    structure: str | None = None
    size_class: str | None = None

    @classmethod
    def of(cls, model: Mapping[str, Any]) -> Known:
        """From the properties of a Model and its Structure (:attr:`archkb.kb.tables.GraphTables.facts`)."""
        given: dict[str, Any] = {column: model.get(column) for column in COLUMNS}
        text, marks = given.pop("sketch"), given.pop("marks")
        return cls(**given, sketch=Sketch.from_text(text).with_marks(marks or ()) if text else None)


@dataclass(frozen=True, slots=True)
class Link:
    """One relationship between two models, by uid, with its properties in the schema's order.

    `rule`: which of the ways to infer this type it was; empty where there is one.
    """

    type: str
    source: str
    target: str
    properties: tuple[Any, ...]
    rule: str = ""


def links(mine: Known, others: Iterable[Known]) -> list[Link]:
    """All relationships between one model and the others."""
    return [link for other in others for link in between(mine, other)]


def between(a: Known, b: Known) -> Iterator[Link]:
    """The relationships of two models. Where nothing shows which came first, the name that sorts first does."""
    a, b = (a, b) if (a.name, a.uid) <= (b.name, b.uid) else (b, a)
    basis = same_basis(a, b)
    if basis:
        yield Link("SAME_AS", a.uid, b.uid, (basis,), basis)
    if a.sketch is None or b.sketch is None:
        return
    similarity = sketch_similarity(a.sketch, b.sketch)
    if similarity.score >= ALIKE:
        yield Link("SIMILAR_TO", a.uid, b.uid, (similarity.score, part_texts(similarity)))
    if basis:
        return
    version = _version(a, b, similarity)
    descent = None if version else _descent(a, b)
    yield from (link for link in (version, descent) if link)


def same_basis(a: Known, b: Known) -> str | None:
    """What the two have in common that makes them one architecture: header, names or shapes.

    Shapes make no two adapters one: rank and width are alike whichever modules they change.
    """
    ours, theirs = ((m.header_hash, m.architecture, None if m.role == "adapter" else m.shape_hash) for m in (a, b))
    return next((w for w, x, y in zip(BASES, ours, theirs, strict=True) if x is not None and x == y), None)


def part_texts(similarity: Similarity) -> list[str]:
    """The parts of a similarity as texts, the most alike first.

    >>> part_texts(Similarity(0.5, {"form": 0.25, "layers": 0.75}))
    ['layers 0.75', 'form 0.25']
    """
    return [f"{name} {value:.2f}" for name, value in sorted(similarity.parts.items(), key=lambda p: (-p[1], p[0]))]


def _version(a: Known, b: Known, similarity: Similarity) -> Link | None:
    """Two versions of one family, the later one first."""
    if not (a.family and b.family and a.family.casefold() == b.family.casefold() and a.role == b.role):
        return None
    if not (a.version and b.version) or not differ(a.version, b.version) or similarity.score < VERSIONS:
        return None
    first = later(a.version, b.version)
    new, old = (a, b) if first else (b, a)
    detail = f"family {a.family}, versions {old.version} and {new.version}"
    return Link("VERSION_OF", new.uid, old.uid, (first is not None, similarity.score, detail))


def _descent(a: Known, b: Known) -> Link | None:
    """A suspected descent, from the model that looks like the later; where nothing shows which, from the last by name.

    Which came first no header says for certain. Adapters are alike for being of one rank and base, so of two nothing
    is suspected.
    """
    assert a.sketch is not None
    assert b.sketch is not None
    descent = None if a.role == b.role == "adapter" else suspicion(a.sketch, b.sketch)
    if descent is None:
        return None
    new, old = (a, b) if descent.first_later else (b, a)
    right, wrong = MEASURED[descent.rule]
    confidence = round((right + 1) / (right + wrong + 2), 2)
    reason = f"suspected, {false_positives(descent.rule)}: {descent.detail}"
    return Link("DERIVES_FROM", new.uid, old.uid, (False, confidence, reason), descent.rule)


def descent_sentence(a: Known, b: Known) -> str:
    """What two headers say of one model's being made from the other, as a sentence; empty without sketches.

    Templates in common are an architecture in common. Where nothing else is shown, that a header cannot tell is said.
    """
    if a.sketch is None or b.sketch is None:
        return ""
    named = {a.uid: a.name, b.uid: b.name}
    for link in between(a, b):
        new, old = named[link.source], named[link.target]
        if link.type == "SAME_AS":
            return f"{a.name} and {b.name} are one architecture, by {link.properties[0]}; a header cannot tell descent"
        if link.type == "VERSION_OF":
            return f"{new} is a version of {old}: {link.properties[-1]}"
        if link.type == "DERIVES_FROM":
            return f"that {new} was made from {old}, or the other way round, is {link.properties[-1]}"
    return f"{a.name} {common(a.sketch, b.sketch)} with {b.name}; a header cannot tell descent"


def common(a: Sketch, b: Sketch) -> str:
    """How many of a's block templates b has too, in words.

    >>> common(Sketch({"blocks": {"x": 1, "y": 1}}, {}), Sketch({"blocks": {"x": 3}}, {}))
    'shares 1 of 2 templates'
    """
    both, ours = shared_templates(a, b)
    return f"shares {both} of {counted(ours, 'template')}"


def false_positives(rule: str) -> str:
    """How often two unrelated models of one architecture are suspected for that, in words.

    >>> false_positives("vocabulary")
    'false-positive rate 0.37% (4 of 1,089 unrelated pairs of one architecture)'
    """
    right, wrong = MEASURED[rule]
    if not right + wrong:
        return "false-positive rate not measured"
    rate = f"{wrong / UNRELATED:.2%}" if wrong else f"under {3 / UNRELATED:.2%}"  # the rule of three
    return f"false-positive rate {rate} ({wrong} of {UNRELATED:,} unrelated pairs of one architecture)"
