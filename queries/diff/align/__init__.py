"""Two state dicts aligned by structure, shapes, roles and words: which tensor became which. Read `align`."""

from queries.diff.align.align_models import align, unaligned
from queries.diff.align.alignment import RULES, Alignment, Pair
from queries.tensor_types import Spec, Typed

__all__ = ["RULES", "Alignment", "Pair", "Spec", "Typed", "align", "unaligned"]
