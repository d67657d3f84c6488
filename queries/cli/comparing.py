"""`diff`: two models side by side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from queries.answer import Answer
from queries.cli import complete
from queries.cli.options import with_store_and_output
from queries.cli.run import Run, uid_of

if TYPE_CHECKING:
    from queries.diff import Diff, Edit, StackChange

DIFFERENT = 1
"""Exit code when the two are not the same."""

_A = Annotated[str, typer.Argument(metavar="A", help="A model in the store.", autocompletion=complete.models)]
_B = Annotated[str, typer.Argument(metavar="B", help="The model to compare with.", autocompletion=complete.models)]


_ALL = Annotated[bool, typer.Option("--all", help="Also what is the same in both.")]
_TENSORS = Annotated[bool, typer.Option("--tensors", help="Also each key that was added, removed or changed.")]


@with_store_and_output
def diff(run: Run, a: _A, b: _B, everything: _ALL = False, tensors: _TENSORS = False) -> None:
    """Compare two models: what changed in a few lines, then components, stacks, attention, precision and sizes.

    Names do not matter: tensors are paired by structure, so two spellings of one model are the same architecture. Two
    designs with little in common are shown side by side by function. The exit code is 0 where nothing differs and 1
    where something does.

    \b
    Examples:
      archkb diff ltx-2-19b-dev ltx-2-19b-dev-fp8
      archkb diff ltx-2-19b-dev ltx-2.3-22b-dev --tensors
      archkb diff ltx-2-19b-dev-fp8 aiprod-shdt --markdown
    """
    from queries.diff import compare

    with run.store() as store:
        for name in (a, b):
            uid_of(store, name)
        found = compare(store.load(a), store.load(b))
    named = run.format in ("table", "markdown")
    run.show(side_by_side(found, named=named, everything=everything, tensors=tensors))
    if not found.same:
        raise typer.Exit(DIFFERENT)


def side_by_side(diff: Diff, *, named: bool, everything: bool = False, tensors: bool = False) -> Answer:
    """The comparison as rows (topic, aspect, a, b, change); the middle columns bear the models' names if `named`.

    Of two designs every aspect is shown, of versions only what differs unless `everything` is wanted.
    """
    middle = (diff.a, diff.b) if named else ("a", "b")
    designs = diff.relation == "designs"
    rows: list[tuple[Any, ...]] = [] if designs else [_edit_row(e) for e in diff.edits]
    shown = (x for x in diff.aspects if designs or everything or x.change != "same")
    rows += [(x.topic, x.aspect, x.a, x.b, x.change) for x in shown]
    notes = [f"{diff.a} and {diff.b}: {diff.relation}"]
    if not designs:  # stacks are compared by path, which says nothing of two designs
        rows += [_stack_row(s) for s in diff.stacks if everything]
        paired = sum(len(p.a) for p in diff.alignment.pairs)
        notes.append(f"{paired:,} of {len(diff.alignment.a):,} tensors have a partner in {diff.b}")
    if diff.names is not None and tensors:
        rows += list(_name_rows(diff))
        notes.append(f"{diff.names.unchanged} tensors are the same by name, shape and dtype")
    return Answer("diff", ("topic", "aspect", *middle, "change"), tuple(rows), notes=tuple(notes))


def _edit_row(e: Edit) -> tuple[Any, ...]:
    gone = f"{len(e.removed):,} removed" if e.removed else ""
    new = f"{len(e.added):,} added" if e.added else ""
    changed = f"{len(e.changed):,} changed" if e.changed else ""
    return ("change", e.text, gone or None, new or None, "; ".join(x for x in (e.kind, changed) if x))


def _stack_row(s: StackChange) -> tuple[Any, ...]:
    depths = [None if d is None else f"depth {d}" for d in (s.depth_a, s.depth_b)]
    said = [f"{s.kept} blocks alike"]
    for word, names in (("gained", s.gained), ("lost", s.lost), ("reshaped", s.widened)):
        if names:
            said.append(f"{word} {', '.join(names)}")
    return ("stack", s.path, *depths, "; ".join(said))


def _name_rows(diff: Diff) -> Iterator[tuple[Any, ...]]:
    if diff.names is None:
        return
    for c in diff.names.changes:
        where = f" at {c.where}" if c.where else ""
        yield "tensor", c.pattern, c.before or None, c.after or None, f"{c.how} ×{c.count}{where}"
