"""One line of an edit script."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """One line of the script. `kind`: depth, added, removed, reshaped, retyped or packaging.

    `removed` and `added` are keys, `changed` pairs of keys (first model, second model): the tensors behind the line.
    """

    kind: str
    text: str
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    changed: tuple[tuple[str, str], ...] = ()

    @property
    def count(self) -> int:
        """Tensors behind the line."""
        return len(self.removed) + len(self.added) + len(self.changed)
