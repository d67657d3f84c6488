"""What changed between two models, said the way an architect would."""

from queries.diff.compare import Aspect, Diff, compare
from queries.diff.edits import Edit
from queries.diff.key_changes import Change
from queries.diff.stack_pairs import StackChange

__all__ = ["Aspect", "Change", "Diff", "Edit", "StackChange", "compare"]
