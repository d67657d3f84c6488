"""Which block of a stack a module lies in, and where in the block; a stack may be made of stages that are stacks.

>>> split("2.3.attn.proj", {"2.3"}), split("7.ff", {"7"}), split("7", {"7"})
(('2.3', 'attn.proj'), ('7', 'ff'), ('7', ''))
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from archkb.kb.paths import natural
from archkb.kb.wording import listed, runs
from archkb.queries.model_view import ModelView

MOST = 4
"""Runs of blocks that are named; the others are counted."""


def block_indices(view: ModelView, stack: str) -> frozenset[str]:
    """Indices of the blocks of the stack at this path: `3`, or `2.3` where the stack's children are stacks."""
    indices: set[str] = set()
    for child in view.children.get(stack, ()):
        inner = [x for x in view.children.get(str(child["path"]), ()) if x["ordinal"] is not None]
        if child["label"] == "Stack" and inner:
            indices |= {f"{child['name']}.{x['name']}" for x in inner}
        else:
            indices.add(str(child["name"]))
    return frozenset(indices)


def split(path: str, indices: Collection[str]) -> tuple[str, str]:
    """(index of the block, path in the block) of a path below a stack."""
    first, _, rest = path.partition(".")
    second, _, below = rest.partition(".")
    nested = f"{first}.{second}"
    return (nested, below) if nested in indices else (first, rest)


def spell(indices: Iterable[str]) -> str:
    """Indices of blocks as runs.

    >>> spell(["0", "1", "5"]), spell(["1.0", "1.1", "2.3"]), spell(str(2 * i) for i in range(6))
    ('0-1, 5', '1.0-1.1, 2.3', '0, 2, 4, 6 and 2 more')
    """
    numbers: dict[str, list[int]] = {}
    named: list[str] = []
    for index in sorted(set(indices), key=natural):
        stage, dot, last = index.rpartition(".")
        if last.isdigit():
            numbers.setdefault(stage + dot, []).append(int(last))
        else:
            named.append(index)
    texts = [
        "-".join(stage + end for end in run.split("-")) for stage, members in numbers.items() for run in runs(members)
    ]
    return listed([*texts, *named], MOST)
