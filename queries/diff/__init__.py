"""What changed between two models, said the way an architect would."""

from queries.diff.compare import Aspect, Diff, compare
from queries.diff.edits import Edit
from queries.diff.names import Change
from queries.diff.stacks import StackChange

__all__ = ["Aspect", "Change", "Diff", "Edit", "StackChange", "compare"]
