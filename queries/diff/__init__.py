"""What changed between two models, said the way an architect would."""

from archkb.queries.diff.compare import Aspect, Diff, compare
from archkb.queries.diff.edits import Edit
from archkb.queries.diff.key_changes import Change
from archkb.queries.diff.stack_pairs import StackChange

__all__ = ["Aspect", "Change", "Diff", "Edit", "StackChange", "compare"]
