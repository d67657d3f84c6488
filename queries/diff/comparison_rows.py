"""Comparisons as rows for people: two models side by side, or a chain of versions as one table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from archkb.kb.paths import pattern
from archkb.kb.text import printable
from archkb.kb.wording import counted
from archkb.queries.diff.align.alignment import Alignment
from archkb.queries.diff.changes import tally
from archkb.queries.diff.comparison import Adaptation, Diff, StackChange
from archkb.queries.diff.edits.edit import Edit
from archkb.queries.diff.key_changes import named_changes
from archkb.queries.diff.similarity_words import similarity_text
from archkb.queries.output.answer import Answer

Row = tuple[Any, ...]

FEW = 3
"""Parts of a value that are shown whether they differ or not."""

_SIGNS = {"added": "+", "removed": "-", "packaging": "≈"}


def side_by_side(diff: Diff, *, named: bool, everything: bool = False, tensors: bool = False) -> Answer:
    """The comparison as rows (topic, aspect, a, b, change); the middle columns bear the models' names if `named`.

    Of two designs every aspect is shown, of others only what differs unless `everything` is wanted.
    """
    middle = (diff.a, diff.b) if named else ("a", "b")
    apart = diff.apart
    rows: list[Row] = list(_adapter_rows(diff.adaptation, diff.a)) if diff.adaptation else []
    rows += [_edit_row(e) for e in diff.edits]
    shown = (x for x in diff.aspects if diff.relation == "designs" or everything or x.change != "same")
    if diff.relation != "adapter" or everything:
        whole = diff.relation == "designs" or everything
        rows += [(x.topic, x.aspect, *((x.a, x.b) if whole else differing(x.a, x.b)), x.change) for x in shown]
    if everything and not apart:  # stacks are compared by path, which says nothing of two designs
        rows += [_stack_row(s) for s in diff.stacks]
    if tensors and not apart:
        rows += list(_name_rows(diff))
        rows += list(_pair_rows(diff.alignment))
    return Answer("diff", ("topic", "aspect", *middle, "change"), tuple(rows), notes=tuple(_notes(diff, apart)))


def differing(first: str | None, second: str | None) -> tuple[str | None, str | None]:
    """Two values without the parts that both have, which are counted; parts are what stands between semicolons.

    >>> differing("2 x q; 4 x k; 1 x v; 1 x o", "2 x q; 1 x v; 3 x o"), differing("x; y", "x; z")
    (('4 x k; 1 x o; 2 the same', '3 x o; 2 the same'), ('x; y', 'x; z'))
    """
    if first is None or second is None:
        return first, second
    ours, theirs = first.split("; "), second.split("; ")
    both = list((Counter(ours) & Counter(theirs)).elements())
    if not both or max(len(ours), len(theirs)) <= FEW:
        return first, second
    return tuple("; ".join([*_without(x, both), f"{len(both)} the same"]) for x in (ours, theirs))  # type: ignore[return-value]


def _without(parts: Sequence[str], some: Sequence[str]) -> list[str]:
    left = Counter(some)
    out = []
    for part in parts:
        if left[part]:
            left[part] -= 1
        else:
            out.append(part)
    return out


def script(answer: Answer, diff: Diff) -> tuple[str, Answer]:
    """The edit script as lines of text, each with a sign, and the comparison without it."""
    lines = [f"{_SIGNS.get(e.kind, '±')} {printable(e.text)}\n" for e in diff.edits]
    if diff.same or not any(row[0] == "change" for row in answer.rows):
        lines = []
    rest = tuple(row for row in answer.rows if row[0] != "change")
    return "".join(lines), replace(answer, rows=rest)


def over_time(steps: Sequence[Diff]) -> Answer:
    """A chain of versions as one table: per step its lines and what became of the tensors, then what ever changed.

    A line of a step stands in the column of the later model.
    """
    names = [steps[0].a, *(s.b for s in steps)]
    rows: list[Row] = []
    for i, step in enumerate(steps):
        lines = [("relation", step.relation)]
        if step.relation in ("versions", "resized", "packaging", "part"):
            lines = [(e.kind, e.text) for e in step.edits]
        rows += [("change", kind, *_at(i + 1, text, len(names))) for kind, text in lines]
    tallies = [tally(s.alignment) for s in steps]
    for what in tallies[0]:
        if any(t[what] for t in tallies):
            rows.append(("tensors", what, None, *(str(t[what]) for t in tallies)))
    rows.append(("similarity", "to the one before", None, *(f"{s.similarity.score:.2f}" for s in steps)))
    rows += list(_histories(steps))
    return Answer("over-time", ("topic", "aspect", *names), tuple(rows))


def _at(place: int, text: str, length: int) -> list[str | None]:
    return [text if i == place else None for i in range(length)]


def _histories(steps: Sequence[Diff]) -> Iterator[Row]:
    """Aspects that are not the same in all models, with their value in each."""
    order = dict.fromkeys((x.topic, x.aspect) for s in steps for x in s.aspects)
    first = {(x.topic, x.aspect): x.a for x in steps[0].aspects}
    later = [{(x.topic, x.aspect): x.b for x in s.aspects} for s in steps]
    for key in order:
        values = [first.get(key), *(found.get(key) for found in later)]
        if len(set(values)) > 1:
            yield (*key, *values)


def _notes(diff: Diff, apart: bool) -> Iterator[str]:
    if diff.relation == "part":
        small, big = (diff.a, diff.b) if diff.alignment.added else (diff.b, diff.a)
        yield f"{small} is a part of {big}"
    else:
        yield f"{diff.a} and {diff.b}: {_relation(diff)}"
    if diff.counterpart:
        yield diff.counterpart
    if not diff.same:
        differs = f"; differs in {'; '.join(diff.differs_in)}" if apart and diff.differs_in else ""
        yield f"similarity {similarity_text(diff.similarity)}{differs}"
    if not apart:
        alignment = diff.alignment
        paired = sum(len(p.a) for p in alignment.pairs)
        same = f", {alignment.unchanged:,} of them unchanged" if not diff.same else ""
        yield f"{paired:,} of {len(alignment.a):,} tensors have a partner in {diff.b}{same}"
        free = sum(p.ambiguous for p in alignment.pairs)
        if free:
            yield f"{free:,} of the pairs were chosen among equals that neither names nor shapes tell apart"
    if diff.descent:
        yield diff.descent
    if diff.adaptation:
        adaptation = diff.adaptation
        idle = sum(n.count for n in adaptation.no_ops)
        yield (
            f"{adaptation.adapter} changes {adaptation.touched:,} modules of {adaptation.base}, "
            f"{adaptation.share:.1%} of its parameters; "
            f"{idle:,} of its {adaptation.targets:,} targets change nothing there; "
            f"{counted(adaptation.untouched, 'other tensor')} of {adaptation.base} stay as they are"
        )


def _relation(diff: Diff) -> str:
    """What the two are to one another, in words. Shapes show one architecture; that two are versions must be named."""
    if diff.relation == "versions":
        return "two versions of one family" if diff.versions else "one architecture"
    return "one architecture in other sizes" if diff.relation == "resized" else diff.relation


def _adapter_rows(adaptation: Adaptation, first: str) -> Iterator[Row]:
    """What an adapter says of each group stands in its own column, what the base has in the base's."""

    def placed(own: str, base: str | None, change: str, what: str) -> Row:
        return ("adapter", what, *((own, base) if adaptation.adapter == first else (base, own)), change)

    for t in adaptation.touches:
        ranks = ", ".join(f"rank {'unknown' if r is None else r} × {n}" for r, n in t.ranks)
        where = f" ({t.where})" if t.where else ""
        yield placed(ranks, f"{t.touched} of {t.total} {t.kind}{where}", "touched", t.pattern)
    for n in adaptation.no_ops:
        yield placed(counted(n.count, "target"), None, f"no effect: {n.why}", n.pattern)
    for pattern_, count in adaptation.beside:
        yield placed(counted(count, "tensor"), None, "of no target: no low-rank pair", pattern_)


def _edit_row(edit: Edit) -> Row:
    gone = f"{len(edit.removed):,} removed" if edit.removed else ""
    new = f"{len(edit.added):,} added" if edit.added else ""
    changed = f"{len(edit.changed):,} changed" if edit.changed else ""
    return ("change", edit.text, gone or None, new or None, "; ".join(x for x in (edit.kind, changed) if x))


def _stack_row(stack: StackChange) -> Row:
    depths = [None if d is None else f"depth {d}" for d in (stack.depth_a, stack.depth_b)]
    facts = [f"{stack.kept} blocks alike"]
    for word, names in (("gained", stack.gained), ("lost", stack.lost), ("reshaped", stack.widened)):
        if names:
            facts.append(f"{word} {', '.join(names)}")
    return ("stack", stack.path, *depths, "; ".join(facts))


def _name_rows(diff: Diff) -> Iterator[Row]:
    """What came, went or changed under its own name."""
    for c in named_changes(diff.alignment):
        where = f" at {c.where}" if c.where else ""
        yield "tensor", c.pattern, c.before or None, c.after or None, f"{c.how} ×{c.count}{where}"


def _pair_rows(found: Alignment) -> Iterator[Row]:
    """Tensors that became others, by the patterns of their names."""
    groups: dict[tuple[str, str, str], int] = {}
    for p in found.pairs:
        if p.a != p.b:
            key = (_pattern(p.a), _pattern(p.b), p.kind)
            groups[key] = groups.get(key, 0) + 1
    for (a, b, kind), n in groups.items():
        yield "tensor", f"{kind} ×{n}", a, b, kind


def _pattern(keys: Sequence[str]) -> str:
    return " + ".join(dict.fromkeys(map(pattern, keys)))
