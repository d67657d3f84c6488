"""Which models of a store belong together: the same architecture, a version, a likely descendant, a likeness.

Pure: what each model's own node says goes in, relationships come out. None of them depends on the order in which the
models were ingested.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kb.likeness import Likeness, likeness
from kb.sketch import FEWEST, Sketch, shares
from kb.versions import differ, later

ALIKE = 0.5
"""Least score of a SIMILAR_TO."""
VERSIONS = 0.3
"""Least score of two models of one family that count as versions of each other: a family may hold a VAE too."""
DESCENDANT, CONTAINED = 0.95, 0.98
"""Least score, or least share of one model's elements that the other has by name and shape, of a suspected descent."""
FEATURES = 0.95
"""Least share of the sorts of tensors (last names and shape) of a contained model that the other has too. Blocks of one
width are most of the elements of any two models; embeddings, ends and biases tell whose they are."""
SORTS, MATRICES, PART = 5, 2, 0.01
"""Fewest sorts of tensors and of matrices a model must have, and the least share of the other it must be, to be
contained in it: a norm is in every model of its width."""
_CONFIDENCE = {"score": 0.93, "holding": 0.64}
"""Smoothed share of the suspected pairs that are of one family, over all pairs of 362 models of published libraries (13
of 13 and 17 of 26; `archkb bench CORPUS_DIR --kin`). Names of families are a strict judge: a Llama inside Idefics and a
ResNet inside DETR count as wrong there."""
BASES = ("header", "names", "shapes")
"""What two models of one architecture may have in common, the strongest first."""


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
    like = likeness(a.sketch, b.sketch)
    if like.score >= ALIKE:
        yield Link("SIMILAR_TO", a.uid, b.uid, (like.score, spelt(like)))
    if basis:
        return
    version = _version(a, b, like)
    descent = None if version else _descent(a, b, like)
    yield from (link for link in (version, descent) if link)


def same_basis(a: Known, b: Known) -> str | None:
    """What the two have in common that makes them one architecture: header, names or shapes.

    Shapes make no two adapters one: rank and width are alike whichever modules they change.
    """
    ours, theirs = ((m.header_hash, m.architecture, None if m.role == "adapter" else m.shape_hash) for m in (a, b))
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
    if not (a.version and b.version) or not differ(a.version, b.version) or like.score < VERSIONS:
        return None
    first = later(a.version, b.version)
    new, old = (a, b) if first else (b, a)
    detail = f"family {a.family}, versions {old.version} and {new.version}"
    return Link("VERSION_OF", new.uid, old.uid, (first is not None, like.score, detail))


def _descent(a: Known, b: Known, like: Likeness) -> Link | None:
    """One model is likely made from the other: one holds the other whole, or nearly all is alike.

    Which of them came first no header says. The one that holds the other is where the relationship starts. Adapters
    are alike for being of one rank and base, so of two nothing is suspected.
    """
    assert a.sketch is not None
    assert b.sketch is not None
    if a.role == b.role == "adapter":
        return None
    in_b, in_a = held(a.sketch, b.sketch), held(b.sketch, a.sketch)
    if max(in_a, in_b) >= CONTAINED and min(in_a, in_b) < CONTAINED:
        new, old, share = (a, b, in_a) if in_a > in_b else (b, a, in_b)
        assert new.sketch is not None
        assert old.sketch is not None
        if _is_part(old.sketch, new.sketch):
            said = f"{share:.1%} of the elements of {old.name} are in {new.name} by shape and the tensor's last names"
            said += "; the one was added to, or the other cut out"
            return Link("DERIVES_FROM", new.uid, old.uid, (False, _CONFIDENCE["holding"], said), "holding")
    if like.score >= DESCENDANT:
        said = f"likeness {like.score:.2f} ({', '.join(spelt(like))})"
        return Link("DERIVES_FROM", b.uid, a.uid, (False, _CONFIDENCE["score"], said), "score")
    return None


def held(a: Sketch, b: Sketch) -> float:
    """Share of a's elements that b has as many of, by the last names of their tensors and their shapes."""
    ours, theirs = _spelling(a), _spelling(b)
    both = sum(min(n, theirs.get(name, 0.0)) for name, n in ours.items())
    return both / a.scale["elements"] if ours else 0.0


def _is_part(part: Sketch, whole: Sketch) -> bool:
    """Whether a model most of whose elements another holds is likely all in there, and no piece any model might have.

    Sorts of tensors that would be too small a share of the whole to be in its sketch are not asked for.
    """
    size = whole.scale.get("elements", 0.0)
    sorts = {name for name, n in _spelling(part).items() if n >= FEWEST * size}
    matrices = sum(">" in name for name in part.parts.get("layers", {}))
    if len(sorts) < SORTS or matrices < MATRICES or part.scale.get("elements", 0.0) < PART * size:
        return False
    return len(sorts & _spelling(whole).keys()) >= FEATURES * len(sorts)


def _spelling(sketch: Sketch) -> dict[str, float]:
    """Elements by the last names of their tensors and their shapes."""
    elements = sketch.scale.get("elements", 0.0)
    return {name: share * elements for name, share in shares(sketch.parts.get("spelling", {})).items()}
