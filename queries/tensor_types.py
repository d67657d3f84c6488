"""What a comparison needs to know of a tensor: its dtype and its shape."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Spec(NamedTuple):
    """What a header says of one tensor. Anything with a dtype and a shape will do in its place."""

    dtype: str
    shape: tuple[int, ...]


class Typed(Protocol):
    """A tensor's description: its dtype's name and its shape in elements."""

    @property
    def dtype(self) -> str:
        """Name of the dtype."""
        ...

    @property
    def shape(self) -> tuple[int, ...]:
        """Elements along each axis, as stored."""
        ...
