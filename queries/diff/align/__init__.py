"""Two state dicts aligned by structure, shapes, roles and words: which tensor became which. Read `align`."""

from archkb.queries.diff.align.align_models import align, unaligned
from archkb.queries.diff.align.alignment import RULES, Alignment, Pair
from archkb.queries.tensor_types import Spec, Typed

__all__ = ["RULES", "Alignment", "Pair", "Spec", "Typed", "align", "unaligned"]
