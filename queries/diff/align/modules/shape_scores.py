"""How well the shapes of two modules agree: the same, turned, or the same in units of two widths."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from archkb.queries.diff.align.model.shapes import squeezed
from archkb.queries.diff.align.model.weight_tree import Form, Module

if TYPE_CHECKING:
    from archkb.queries.diff.align.model.optimal_pairs import Matrix


class ShapeScores:
    """What agreeing shapes are worth in an assignment; 0 is no agreement, and then no words bring two modules together.

    Set by hand on the shared pairs of docs/accuracy.md. Their order is the rule: the same, with axes of one element,
    turned, permuted; then the same in units of the two widths (SCALED and up), then sharing some axes (below SCALED).
    """

    SAME, SQUEEZED, TURNED, PERMUTED = 4.0, 3.8, 3.6, 3.0
    SAME_ROLES, SAME_FORM = 0.3, 0.3
    """Added where the modules have tensors of the same roles, and of the same shapes too."""
    SCALED, SCALED_EQUAL_AXES = 2.3, 0.5
    """The same in units of the widths, and what the share of equal axes adds to it."""
    AXES, AXES_SAME_ROLES, AXES_MOST = 1.0, 0.25, 2.2
    """As many axes, to which the share of equal ones is added; with tensors of the same roles; and at most."""


UNSCALED = "?"
"""A size that is no simple multiple or fraction of a width."""


SMALL = 16
"""Sizes up to this one are no multiples of a width."""


def shape_score(source: Module, target: Module) -> float:
    """How well two modules' tensors agree, by :class:`ShapeScores`; 0 not at all."""
    source_shape, target_shape = source.main, target.main
    if source_shape == target_shape:
        score = ShapeScores.SAME
    elif squeezed(source_shape) == squeezed(target_shape):
        score = ShapeScores.SQUEEZED
    elif squeezed(source_shape) == squeezed(target_shape)[::-1]:
        score = ShapeScores.TURNED
    elif len(source_shape) == len(target_shape) and sorted(source_shape) == sorted(target_shape):
        score = ShapeScores.PERMUTED
    else:
        return 0.0
    same_roles = ShapeScores.SAME_ROLES if source.shapes.keys() == target.shapes.keys() else 0.0
    return score + same_roles + (ShapeScores.SAME_FORM if source.form == target.form else 0.0)


def scaled_shape_score(source: Module, target: Module, widths: tuple[int, int]) -> float:
    """How well two modules agree that differ in size: same axes, equal ones, the same in units of the widths."""
    source_shape, target_shape = squeezed(source.main), squeezed(target.main)
    if len(source_shape) != len(target_shape) or not source_shape:
        return 0.0
    if source_shape == target_shape:
        return shape_score(source, target)
    equal_axes = sum(p == q for p, q in zip(source_shape, target_shape, strict=True)) / len(source_shape)
    scaled_shapes = [tuple(scaled(d, w) for d in s) for s, w in zip((source_shape, target_shape), widths, strict=True)]
    same_roles = ShapeScores.AXES_SAME_ROLES if source.shapes.keys() == target.shapes.keys() else 0.0
    score = ShapeScores.AXES + equal_axes + same_roles
    if scaled_shapes[0] == scaled_shapes[1] and UNSCALED not in scaled_shapes[0]:
        return max(score, ShapeScores.SCALED + ShapeScores.SCALED_EQUAL_AXES * equal_axes)
    return min(score, ShapeScores.AXES_MOST)


def scaled(size: int, width: int) -> str:
    """A size in units of a width: a multiple, a fraction, itself where it is small, or :data:`UNSCALED`."""
    if size % width == 0:
        return f"{size // width}w"
    if size <= SMALL:
        return str(size)
    return f"w/{width // size}" if width % size == 0 else UNSCALED


def commonest_width(modules: Sequence[Module]) -> int:
    """The commonest size of an axis."""
    commonest = Counter(d for m in modules for s in m.shapes.values() for d in s if d > SMALL).most_common(1)
    return commonest[0][0] if commonest else 1


def shape_scores(left: Sequence[Module], right: Sequence[Module], sizes: bool) -> Matrix:
    """:func:`shape_score` of each with each, rows for `left`; with `sizes`, :func:`scaled_shape_score`."""
    import numpy as np

    if sizes:
        widths = commonest_width(left), commonest_width(right)

        def score(source: Module, target: Module) -> float:
            return scaled_shape_score(source, target, widths)
    else:
        score = shape_score
    source_forms: dict[Form, int] = {}
    target_forms: dict[Form, int] = {}
    source_index = np.array([source_forms.setdefault(m.form, len(source_forms)) for m in left])
    target_index = np.array([target_forms.setdefault(m.form, len(target_forms)) for m in right])
    source_of = {m.form: m for m in reversed(left)}
    target_of = {m.form: m for m in reversed(right)}
    by_form = np.array([[score(source_of[p], target_of[q]) for q in target_forms] for p in source_forms])
    return by_form[np.ix_(source_index, target_index)] if by_form.size else np.zeros((len(left), len(right)))
