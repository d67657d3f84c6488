"""Stacks and block templates side by side, for stacks that stand at the same path in both models."""

from __future__ import annotations

from collections import Counter

from archkb.queries.diff.comparison import StackChange
from archkb.queries.model_view import Cells, ModelView


def compare_stacks(source: ModelView, target: ModelView) -> tuple[StackChange, ...]:
    """Every stack of either model that is not equal in both, outermost first."""
    left, right = ({str(s["path"]): s for s in view.labelled("Stack")} for view in (source, target))
    changes = (
        _compare(path, source, target, left.get(path), right.get(path)) for path in sorted(left.keys() | right.keys())
    )
    return tuple(c for c in changes if not c.same)


def _depth(stack: Cells | None) -> int | None:
    return None if stack is None else stack["stack_depth"]


def _blocks(view: ModelView, stack: Cells | None) -> dict[int, Cells]:
    if stack is None:
        return {}
    return {c["ordinal"]: c for c in view.children.get(stack["path"], ()) if c["ordinal"] is not None}


def _compare(path: str, source: ModelView, target: ModelView, left: Cells | None, right: Cells | None) -> StackChange:
    ours, theirs = _blocks(source, left), _blocks(target, right)
    gained: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    widened: Counter[str] = Counter()
    kept = 0
    for index in ours.keys() & theirs.keys():
        if ours[index]["template"] == theirs[index]["template"]:
            kept += 1
            continue
        before, after = _inside(source, ours[index]), _inside(target, theirs[index])
        gained.update(after.keys() - before.keys())
        lost.update(before.keys() - after.keys())
        widened.update(k for k in before.keys() & after.keys() if before[k] != after[k])
    return StackChange(
        path,
        _depth(left),
        _depth(right),
        kept,
        _names_times(gained),
        _names_times(lost),
        _names_times(widened),
    )


def _inside(view: ModelView, block: Cells) -> dict[str, tuple[int, ...]]:
    """Tensors of a block by relative key with their shapes; side-cars are left out."""
    cut = len(str(block["path"])) + 1
    return {key[cut:]: tuple(view.tensors[key]["shape"]) for key in view.keys_below.get(str(block["path"]), ())}


def _names_times(counted: Counter[str]) -> tuple[str, ...]:
    return tuple(f"{name} × {n}" for name, n in sorted(counted.items()))
