"""What changed, said by templates: one line for what happened alike in many blocks, its tensors on demand."""

from archkb.queries.diff.edits.edit import Edit
from archkb.queries.diff.edits.script import edits

__all__ = ["Edit", "edits"]
