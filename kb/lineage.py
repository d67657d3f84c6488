"""Which models of a store belong together: the same architecture, a version, a likely descendant, a likeness.

Pure: what each model's own node says goes in, relationships come out. None of them depends on the order in which the
models were ingested.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kb.likeness import Likeness, likeness
from kb.sketch import Sketch

ALIKE = 0.5
"""Least score of a SIMILAR_TO."""
VERSIONS = 0.3
"""Least score of two models of one family that count as versions of each other: a family may hold a VAE too."""
DESCENDANT, CONTAINED = 0.9, 0.98
"""Least score, or least share of one model's elements that the other has by name and shape, of a suspected descent."""
_CONFIDENCE = {"score": 0.73, "contained": 0.41}
"""Share of such pairs that are of one family, over the pairs of 362 models of published libraries (19 of 26 and 29 of
71; `archkb bench CORPUS_DIR --kin`). Names of families are a strict judge: LongT5 and T5 count as wrong there."""
BASES = ("header", "names", "shapes")
"""What two models of one architecture may have in common, the strongest first."""

_DOTTED = re.compile(r"\d+(?:\.\d+)+")
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


@dataclass(frozen=True, slots=True)
class Known:
    """What a Model node says that lineage is inferred from."""

    uid: str
    name: str
    family: str | None
    version: str | None
    role: str | None
    header_hash: str
    architecture: str | None
    shape_hash: str | None
    sketch: Sketch | None

    @classmethod
    def of(cls, model: Mapping[str, Any]) -> Known:
        """From a Model node's properties."""
        given: dict[str, Any] = {column: model.get(column) for column in COLUMNS}
        text = given.pop("sketch")
        return cls(**given, sketch=Sketch.from_text(text) if text else None)


COLUMNS = ("uid", "name", "family", "version", "role", "header_hash", "architecture", "shape_hash", "sketch")
"""Properties :meth:`Known.of` reads."""


@dataclass(frozen=True, slots=True)
class Link:
    """One relationship between two models, by uid, with its properties in the schema's order."""

    type: str
    source: str
    target: str
    properties: tuple[Any, ...]


def links(mine: Known, others: Iterable[Known]) -> list[Link]:
    """All relationships between one model and the others."""
    return [link for other in others for link in between(mine, other)]


def between(a: Known, b: Known) -> Iterator[Link]:
    """The relationships of two models. Where nothing shows which came first, the name that sorts first does."""
    a, b = (a, b) if (a.name, a.uid) <= (b.name, b.uid) else (b, a)
    basis = same_basis(a, b)
    if basis:
        yield Link("SAME_AS", a.uid, b.uid, (basis,))
    if a.sketch is None or b.sketch is None:
        return
    like = likeness(a.sketch, b.sketch)
    if like.score >= ALIKE:
        yield Link("SIMILAR_TO", a.uid, b.uid, (like.score, spelt(like)))
    if basis:
        return
    version = _version(a, b, like)
    descent = None if version else _descent(a, b, like)
    yield from (link for link in (version, descent) if link)


def same_basis(a: Known, b: Known) -> str | None:
    """What the two have in common that makes them one architecture: header, names or shapes."""
    ours, theirs = ((m.header_hash, m.architecture, m.shape_hash) for m in (a, b))
    return next((w for w, x, y in zip(BASES, ours, theirs, strict=True) if x is not None and x == y), None)


def spelt(like: Likeness) -> list[str]:
    """The parts of a likeness as texts, the most alike first.

    >>> spelt(Likeness(0.5, {"form": 0.25, "layers": 0.75}))
    ['layers 0.75', 'form 0.25']
    """
    return [f"{name} {value:.2f}" for name, value in sorted(like.parts.items(), key=lambda p: (-p[1], p[0]))]


def _version(a: Known, b: Known, like: Likeness) -> Link | None:
    """Two versions of one family, the later one first."""
    if not (a.family and b.family and a.family.casefold() == b.family.casefold() and a.role == b.role):
        return None
    if not (a.version and b.version) or like.score < VERSIONS:
        return None
    x, y = number(a.version), number(b.version)
    if x is not None and x == y:
        return None  # variants of one version
    ordered = x is not None and y is not None and len(x) == len(y)
    new, old = (a, b) if ordered and x > y else (b, a)  # type: ignore[operator]
    detail = f"family {a.family}, versions {old.version} and {new.version}"
    return Link("VERSION_OF", new.uid, old.uid, (ordered, like.score, detail))


def number(version: str) -> tuple[int, ...] | None:
    """A version as numbers to sort by, None where it is no dotted number and no date.

    >>> number("v2.3 22B dev"), number("2026-02-14"), number("1361170")
    ((2, 3, 0), (2026, 2, 14), None)
    """
    date = _DATE.search(version)
    if date:
        return tuple(map(int, date.groups()))
    dotted = _DOTTED.search(version)
    found = tuple(map(int, dotted.group().split("."))) if dotted else None
    return (*found, 0, 0)[:3] if found else None


def _descent(a: Known, b: Known, like: Likeness) -> Link | None:
    """One model is likely made from the other: one holds the other whole, or nearly all is alike.

    Which of them came first no header says. The one that holds the other is where the relationship starts.
    """
    assert a.sketch is not None
    assert b.sketch is not None
    in_b, in_a = held(a.sketch, b.sketch), held(b.sketch, a.sketch)
    if max(in_a, in_b) >= CONTAINED and min(in_a, in_b) < CONTAINED:
        new, old, share = (a, b, in_a) if in_a > in_b else (b, a, in_b)
        said = f"{share:.1%} of the elements of {old.name} are in {new.name} by shape and the tensor's last names"
        said += "; the one was added to, or the other cut out"
        return Link("DERIVES_FROM", new.uid, old.uid, (False, _CONFIDENCE["contained"], said))
    if like.score >= DESCENDANT:
        said = f"likeness {like.score:.2f} ({', '.join(spelt(like))})"
        return Link("DERIVES_FROM", b.uid, a.uid, (False, _CONFIDENCE["score"], said))
    return None


def held(a: Sketch, b: Sketch) -> float:
    """Share of a's elements that b has as many of, by the last names of their tensors and their shapes."""
    ours, theirs = a.scale.get("elements", 0.0), b.scale.get("elements", 0.0)
    spelling = b.parts.get("spelling", {})
    both = sum(min(s * ours, spelling.get(name, 0.0) * theirs) for name, s in a.parts.get("spelling", {}).items())
    return both / ours if ours else 0.0
