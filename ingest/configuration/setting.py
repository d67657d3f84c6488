"""A setting: one thing a configuration states, what it speaks of, and what the shapes say of it."""

from __future__ import annotations

from typing import Literal, NamedTuple

Verdict = Literal["agrees", "contradicts", "unchecked"]
"""Whether the shapes show what is stated, show something else, or show neither."""

Stated = str | int | float | bool | list[int] | list[str]


class Statement(NamedTuple):
    """What one key of a configuration says, before it is held against anything.

    `where`: the way to it, `config.transformer.norm_eps`. `way`: words on it that name a part of the model. `prefix`:
    such words of the key itself.
    """

    name: str
    topic: str
    value: Stated
    where: str
    way: frozenset[str]
    prefix: frozenset[str] = frozenset()


class Setting(NamedTuple):
    """A statement with the module it speaks of (path, "" for the whole model) and the verdict of the shapes.

    `shapes`: what they show, as text; None where they show nothing. `detail`: by which tensors or modules.
    """

    statement: Statement
    path: str
    verdict: Verdict
    shapes: str | None
    detail: str
