"""Blocks that kept their names but for their number: a block was put into a stack, or taken out of it, before others.

Said only where the blocks' shapes tell, in a stack of unlike blocks; among like ones no header shows which is new.
"""

from __future__ import annotations

from collections.abc import Mapping

from archkb.queries.diff.align.trees.common_subtree import chain
from archkb.queries.tensor_types import Spec

KEPT, GAINED = 0.8, 0.2
"""Least shares of the smaller stack's blocks that go together by shape in order, and more so than by their number."""
LONGEST = 400
"""Most blocks of a stack that is compared."""

Tensors = Mapping[str, Spec]
Stacks = dict[str, dict[int, list[str]]]


def renumbered(a: Tensors, b: Tensors) -> dict[str, str]:
    """Key -> key for blocks whose number changed and nothing else, and those of their stack whose number did not."""
    ours, theirs = _stacks(a), _stacks(b)
    out: dict[str, str] = {}
    for stack in sorted(ours.keys() & theirs.keys()):
        left, right = ours[stack], theirs[stack]
        if len(left) == len(right) or max(len(left), len(right)) > LONGEST:
            continue
        forms = [
            [(i, frozenset((k[len(stack) + len(str(i)) + 1 :], some[k].shape) for k in side[i])) for i in sorted(side)]
            for side, some in ((left, a), (right, b))
        ]
        small = min(map(len, forms))
        pairs = chain([[float(x == y) for _, y in forms[1]] for _, x in forms[0]])
        same = dict(forms[1])
        by_number = sum(form == same.get(i) for i, form in forms[0])
        if len(pairs) < KEPT * small or len(pairs) - by_number < max(2, GAINED * small):
            continue
        for x, y in pairs:
            i, j = forms[0][x][0], forms[1][y][0]
            out |= {k: f"{stack}{j}{k[len(stack) + len(str(i)) :]}" for k in left[i]}
    return out


def _stacks(tensors: Tensors) -> Stacks:
    """Keys by the path before their first number, with the dot, and that number."""
    out: Stacks = {}
    for key in tensors:
        parts = key.split(".")
        at = next((i for i, p in enumerate(parts[:-1]) if p.isdecimal()), None)
        if at is not None and str(int(parts[at])) == parts[at]:
            stack = "".join(f"{p}." for p in parts[:at])
            out.setdefault(stack, {}).setdefault(int(parts[at]), []).append(key)
    return out
