"""Blocks that kept their names but for their number: a block was put into a stack, or taken out of it, before others.

Said only where the blocks' shapes tell, in a stack of unlike blocks; among like ones no header shows which is new.
"""

from __future__ import annotations

from collections.abc import Mapping

from archkb.queries.diff.align.model.optimal_pairs import weighted_lcs
from archkb.queries.tensor_types import Spec

KEPT, GAINED = 0.8, 0.2
"""Least shares of the smaller stack's blocks that go together by shape in order, and more so than by their number."""
LONGEST = 400
"""Most blocks of a stack that is compared."""

Tensors = Mapping[str, Spec]
Stacks = dict[str, dict[int, list[str]]]


def renumbered(source: Tensors, target: Tensors) -> dict[str, str]:
    """Key -> key for blocks whose number changed and nothing else, and those of their stack whose number did not."""
    source_stacks, target_stacks = _stacks(source), _stacks(target)
    out: dict[str, str] = {}
    for stack in sorted(source_stacks.keys() & target_stacks.keys()):
        left, right = source_stacks[stack], target_stacks[stack]
        if len(left) == len(right) or max(len(left), len(right)) > LONGEST:
            continue
        block_forms = [
            [
                (old, frozenset((key[len(stack) + len(str(old)) + 1 :], tensors[key].shape) for key in side[old]))
                for old in sorted(side)
            ]
            for side, tensors in ((left, source), (right, target))
        ]
        shorter = min(map(len, block_forms))
        pairs = weighted_lcs([[float(form == other) for _, other in block_forms[1]] for _, form in block_forms[0]])
        # order is believed where it keeps nearly all blocks, and many more than their numbers do
        form_of = dict(block_forms[1])
        by_number = sum(form == form_of.get(old) for old, form in block_forms[0])
        if len(pairs) < KEPT * shorter or len(pairs) - by_number < max(2, GAINED * shorter):
            continue
        for source_at, target_at in pairs:
            old, new = block_forms[0][source_at][0], block_forms[1][target_at][0]
            out |= {key: f"{stack}{new}{key[len(stack) + len(str(old)) :]}" for key in left[old]}
    return out


def _stacks(tensors: Tensors) -> Stacks:
    """Keys by the path before their first number, with the dot, and that number."""
    out: Stacks = {}
    for key in tensors:
        parts = key.split(".")
        at = next((i for i, component in enumerate(parts[:-1]) if component.isdecimal()), None)
        if at is not None and str(int(parts[at])) == parts[at]:
            stack = "".join(f"{component}." for component in parts[:at])
            out.setdefault(stack, {}).setdefault(int(parts[at]), []).append(key)
    return out
