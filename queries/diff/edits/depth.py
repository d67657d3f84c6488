"""Blocks gained or lost by stacks that both models have, as changes of depth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from archkb.kb.paths import pattern
from archkb.kb.wording import counted, ranges
from archkb.queries.diff.align import Alignment
from archkb.queries.diff.edits.edit import Edit
from archkb.queries.diff.edits.unmatched_subtrees import UnmatchedSubtrees
from archkb.queries.path_wording import merged, stream_free


@dataclass(slots=True)
class _Stack:
    """One stack: its path in either model, its depth in both, and the blocks only one has."""

    a: str
    b: str
    depths: tuple[int, int]
    gone: list[str]
    new: list[str]


def depths(gone: UnmatchedSubtrees, new: UnmatchedSubtrees, alignment: Alignment) -> Iterator[Edit]:
    """One line for stacks of one name; numbers of blocks are said where others of the stack come after them.

    Blocks of a stack that has no counterpart are left to others.
    """
    groups: dict[tuple[str, str], list[_Stack]] = {}
    for stack in _stacks(gone, new, alignment):
        inside = _inside(stack.gone, gone, "dropped") + _inside(stack.new, new, "inserted")
        template = stream_free(pattern(stack.b))
        groups.setdefault((template, inside), []).append(stack)
    for (_, inside), stacks in groups.items():
        removed = tuple(k for s in stacks for block in s.gone for k in gone.tensors[block])
        added = tuple(k for s in stacks for block in s.new for k in new.tensors[block])
        counts = [f"{counted(len(removed), 'tensor')} removed"] if removed else []
        counts += [f"{counted(len(added), 'tensor')} added"] if added else []
        yield Edit("depth", f"{_depths(stacks)}{inside} ({', '.join(counts)})", removed, added)


def _depths(stacks: Iterable[_Stack]) -> str:
    by_depth: dict[tuple[int, int], list[str]] = {}
    for s in stacks:
        by_depth.setdefault(s.depths, []).append(s.b)
    changes = []
    for (before, after), paths in by_depth.items():
        change = f"depth {before} -> {after}" if before != after else f"some of {before} blocks replaced"
        changes.append(f"{merged(paths)} {change}")
    return "; ".join(changes)


def _inside(blocks: Iterable[str], subtrees: UnmatchedSubtrees, verb: str) -> str:
    """Which blocks are new or gone before the last matched one."""
    inner: set[int] = set()
    stack = ""
    for block in blocks:
        stack, _, index = block.rpartition(".")
        inner.add(int(index))
    dot = f"{stack}."
    matched = (k[len(dot) :].partition(".")[0] for k in subtrees.twin if k.startswith(dot))
    end = max((int(i) for i in matched if i.isdigit()), default=-1)
    inner = {i for i in inner if i < end}
    return f", block{'s' if len(inner) > 1 else ''} {ranges(inner)} {verb}" if inner else ""


def _stacks(gone: UnmatchedSubtrees, new: UnmatchedSubtrees, alignment: Alignment) -> list[_Stack]:
    """Stacks that gained or lost whole blocks, those of both models brought together."""
    out: dict[tuple[str, str], _Stack] = {}
    for subtrees in (gone, new):
        for path, blocks in subtrees.blocks().items():
            twin = _twin(path, subtrees)
            if twin is None:
                continue
            source, target = (path, twin) if subtrees is gone else (twin, path)
            stack = out.setdefault(
                (source, target),
                _Stack(source, target, (_depth(source, alignment.a), _depth(target, alignment.b)), [], []),
            )
            (stack.gone if subtrees is gone else stack.new).extend(blocks)
    return list(out.values())


def _twin(stack: str, subtrees: UnmatchedSubtrees) -> str | None:
    """The stack of the other model that most tensors of this one's blocks went to, at the same depth of numbers."""
    level = sum(name.isdigit() for name in stack.split("."))
    dot = f"{stack}." if stack else ""
    votes: Counter[str] = Counter()
    for key, other in subtrees.twin.items():
        if key.startswith(dot) and key[len(dot) :].partition(".")[0].isdigit():
            parts = other.split(".")
            numbers = [i for i, p in enumerate(parts) if p.isdigit()]
            if len(numbers) == sum(p.isdigit() for p in key.split(".")):
                votes[".".join(parts[: numbers[level]])] += 1
    return max(votes, key=lambda s: (votes[s], s)) if votes else None


def _depth(stack: str, tensors: Iterable[str]) -> int:
    dot = f"{stack}." if stack else ""
    found = {k[len(dot) :].partition(".")[0] for k in tensors if k.startswith(dot)}
    return sum(f.isdigit() for f in found)
