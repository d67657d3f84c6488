"""Two models compared: by function, tensor by tensor through their alignment, and key by key. Read `compare`."""

from __future__ import annotations

from archkb.kb.paths import above, pattern
from archkb.kb.relations.lineage import Known, between, descent_sentence
from archkb.kb.relations.similarity import differences, sketch_similarity
from archkb.queries.diff.adapter_on_base import adaptation
from archkb.queries.diff.align import Alignment, align, unaligned
from archkb.queries.diff.aspects import ASPECTS
from archkb.queries.diff.comparison import APART, Aspect, Diff
from archkb.queries.diff.counterpart import counterpart_sentence
from archkb.queries.diff.edits import Edit, edits
from archkb.queries.diff.stack_pairs import compare_stacks
from archkb.queries.model_view import ModelView

ALIGNED = 0.5
"""Share of the smaller model's tensors that must have a partner for the two to count as one architecture."""
LEAST = 24
"""Tensors that must be paired where the two cover each other by less than half: of fewer, a few layers of usual widths
find a partner in any large model."""
SIZED = 1 / 3
"""Least share of the paired matrices that keep their shape in one architecture; of fewer, it is there in other sizes.
Between releases of one model it is .6 and more, between a base and a large model .28 and less."""


def compare(source: ModelView, target: ModelView, alignment: Alignment | None = None) -> Diff:
    """Compare two models. `alignment`: of the first's tensors with the second's, where it is known already."""
    adapted = adaptation(source, target)
    relation, aligned, script = (
        ("adapter", *_unpaired(source, target)) if adapted else _paired(source, target, alignment)
    )
    aspects = (Aspect(topic, name, read(source), read(target)) for topic, name, read in ASPECTS)
    only = f"only {source.name}", f"only {target.name}"
    return Diff(
        source.name,
        target.name,
        relation,
        tuple(x for x in aspects if x.a is not None or x.b is not None),
        compare_stacks(source, target),
        aligned,
        script,
        sketch_similarity(source.sketch, target.sketch),
        tuple(differences(source.sketch, target.sketch, only=only)),
        adapted,
        _descent(source, target) if relation in ("versions", "resized", "designs") else "",
        any(link.type == "VERSION_OF" for link in between(*_known(source, target))),
        counterpart_sentence(source, target) if relation in ("versions", "resized", "designs") else "",
    )


def _known(source: ModelView, target: ModelView) -> tuple[Known, Known]:
    return Known.of(source.tables.facts), Known.of(target.tables.facts)


def _descent(source: ModelView, target: ModelView) -> str:
    return descent_sentence(*_known(source, target))


def _paired(
    source: ModelView, target: ModelView, known_alignment: Alignment | None
) -> tuple[str, Alignment, tuple[Edit, ...]]:
    """What two models are to one another, with their alignment and its script; of designs neither says anything."""
    alignment = known_alignment if known_alignment is not None else align(source.specs, target.specs)
    script = edits(alignment)
    relation = _relation(source, target, alignment, script)
    return (relation, *_unpaired(source, target)) if relation in APART else (relation, alignment, script)


def _unpaired(source: ModelView, target: ModelView) -> tuple[Alignment, tuple[Edit, ...]]:
    return unaligned(source.specs, target.specs), ()


def _relation(source: ModelView, target: ModelView, alignment: Alignment, script: tuple[Edit, ...]) -> str:
    if source.model["header_hash"] == target.model["header_hash"]:
        return "identical"
    if all(e.kind in ("packaging", "retyped") for e in script):
        return "packaging"
    if _part(alignment, script):
        return "part"
    paired = min(sum(len(p.a) for p in alignment.pairs), sum(len(p.b) for p in alignment.pairs))
    smaller = max(1, min(len(alignment.a), len(alignment.b)))
    both = min(_covered(alignment, second) for second in (False, True)) >= ALIGNED
    if paired / smaller < ALIGNED or (paired < LEAST and not both):
        return "designs"
    if _keeps_sizes(alignment):
        return "versions"
    return "resized" if both else "designs"


def _keeps_sizes(alignment: Alignment) -> bool:
    """Whether the matrices that have a partner keep their shapes, a third of them at least."""
    changed = {key for pair in alignment.reshaped for key in pair.a}
    matrices = [key for pair in alignment.pairs for key in pair.a if len(alignment.a[key].shape) > 1]
    return sum(key not in changed for key in matrices) >= SIZED * len(matrices)


def _covered(alignment: Alignment, second: bool) -> float:
    """Share of a model's places that have a partner; a place is a key with {i} for its numbers, so depth is none."""
    places = {pattern(key) for key in (alignment.b if second else alignment.a)}
    paired = {pattern(key) for pair in alignment.pairs for key in (pair.b if second else pair.a)}
    return len(paired) / max(1, len(places))


def _part(alignment: Alignment, script: tuple[Edit, ...]) -> bool:
    """Whether one model is a part of the other: all else that differs are modules of the other, none in its blocks."""
    one_sided = not (alignment.removed and alignment.added) and all(
        e.kind in ("packaging", "retyped", "removed", "added") for e in script
    )
    matched = {path for p in alignment.pairs for k in (p.b if alignment.added else p.a) for path in above(k)}
    roots = (next((path for path in above(k) if path not in matched), k) for k in alignment.removed or alignment.added)
    return one_sided and not any(name.isdigit() for root in roots for name in root.split("."))
