"""What changed between two models, said the way an architect would."""

from archkb.queries.diff.compare import compare
from archkb.queries.diff.comparison import Aspect, Diff, StackChange
from archkb.queries.diff.edits import Edit
from archkb.queries.diff.key_changes import Change

__all__ = ["Aspect", "Change", "Diff", "Edit", "StackChange", "compare"]
