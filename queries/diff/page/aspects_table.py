"""The comparison by function: a table whose rows become cards where the window is narrow, and the stacks below it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from archkb.kb.paths import above, pattern
from archkb.kb.wording import counted
from archkb.queries.diff.compare import Aspect, Diff
from archkb.queries.diff.comparison_rows import side_by_side
from archkb.queries.diff.page.html_text import folded, opens, safe
from archkb.queries.diff.page.marks import SIGNS, WORDS
from archkb.queries.diff.stack_pairs import StackChange
from archkb.queries.output.render import shown

MOST = 3
"""Lines of a value that are shown at once."""
ROWS = 40
"""Rows of tensors that are shown at once."""
LONG = 60
"""Characters from which on a value with commas is a list."""

_MARKS = {
    "same": ("same", SIGNS["same"], WORDS["same"]),
    "differs": ("changed", SIGNS["changed"], "differs"),
    "only the first": ("removed", SIGNS["removed"], WORDS["removed"]),
    "only the second": ("added", SIGNS["added"], WORDS["added"]),
    "unknown": ("same", "?", "the same as far as it is known of both"),
}
"""Change of an aspect -> class of its row, sign and word."""


def function(diff: Diff, *, tensors: bool) -> str:
    """HTML of aspects, those that differ first, and of stacks; with `tensors` of changed keys too."""
    differ = [x for x in diff.aspects if x.change != "same"]
    same = [x for x in diff.aspects if x.change == "same"]
    out = _table(diff, differ) if differ else "<p>Nothing differs.</p>"
    if same:
        out += opens(f"{counted(len(same), 'aspect')} the same in both", _table(diff, same))
    if any(s.depth_a and s.depth_b for s in diff.stacks):  # else the two are spelt in two ways
        out += _stacks(diff.stacks)
    return out + (_tensors(diff) if tensors else "")


def rows(head: Sequence[str], body: Iterable[tuple[str, Sequence[str]]], css: str = "") -> str:
    """A table of HTML cells, each row with a class. A cell bears its column's name for the narrow form."""
    names = [safe(h) for h in head]
    out = []
    for mark, cells in body:
        first, *rest = cells
        said = "".join(
            f'<td role="cell" data-of="{name}">{c}</td>'
            for name, c in zip(names[1:], rest, strict=False)
            if c is not None
        )
        out.append(f'<tr role="row" class="{mark}"><th role="rowheader" scope="row">{first}</th>{said}</tr>')
    kind = css or f"c{len(names)}"
    top = "".join(f'<th role="columnheader" scope="col">{name}</th>' for name in names)
    return (
        f'<table role="table" class="{kind}"><thead role="rowgroup"><tr role="row">{top}</tr></thead>'
        f'<tbody role="rowgroup">{"".join(out)}</tbody></table>'
    )


def _table(diff: Diff, aspects: Sequence[Aspect]) -> str:
    return rows(("aspect", diff.a, diff.b), (_aspect(x) for x in aspects))


def _aspect(x: Aspect) -> tuple[str, list[str]]:
    mark, sign, word = _MARKS[x.change]
    a, b = lines(x.a), lines(x.b)
    head = f'<small><span class="sign" title="{word}">{sign}</span> {safe(x.topic)}</small> {safe(x.aspect)}'
    return mark, [head, *(_value(own, other) for own, other in ((a, b), (b, a)))]


def lines(value: str | None) -> list[str]:
    """A value as the lines it is a list of.

    >>> lines("2 × q: self; 2 × x: cross"), lines("4,052 tensors, 21.6B parameters"), lines(None)
    (['2 × q: self', '2 × x: cross'], ['4,052 tensors, 21.6B parameters'], [])
    >>> lines("tables 1 × 2; 3 × 4")
    ['tables 1 × 2', 'tables 3 × 4']
    """
    if value is None:
        return []
    if "; " in value:
        return list(_headed(value.split("; ")))
    return value.split(", ") if len(value) > LONG else [value]


def _headed(found: Iterable[str]) -> Iterator[str]:
    """A word that stands before the first of several numbers, before each."""
    word = ""
    for line in found:
        head = re.match(r"([a-z]+ )\d", line)
        word = head[1] if head else word if line[:1].isdigit() else ""
        yield line if head else word + line


def _value(own: Sequence[str], other: Sequence[str]) -> str:
    """Lines that only this side has; those of both are folded."""
    if not own:
        return '<span class="soft">—</span>'
    if len(own) == 1:
        return safe(own[0])
    both = [x for x in own if x in other] if list(own) != list(other) else []
    items = [f"<li>{safe(x)}</li>" for x in own if x not in both]
    out = folded(items, MOST) if items else ""
    if both:
        out += opens(f"{counted(len(both), 'line')} the same in both", f"<ul>{_items(both)}</ul>")
    return out


def _items(texts: Iterable[str]) -> str:
    return "".join(f"<li>{safe(x)}</li>" for x in texts)


def _stacks(found: Sequence[StackChange]) -> str:
    """A line a stack, like ones together; what is inside a stack of one model alone is left out."""
    alone = {s.path for s in found if None in (s.depth_a, s.depth_b)}
    groups: dict[tuple[object, ...], list[StackChange]] = {}
    for s in found:
        if not any(path in alone for path in above(s.path)):
            key = (pattern(s.path), s.depth_a, s.depth_b, s.kept, s.gained, s.lost, s.widened)
            groups.setdefault(key, []).append(s)
    items = [_stack(group) for group in groups.values()]
    return f"<h3>Stacks, by their path</h3>{folded(items, 12, 'stacks')}" if items else ""


def _stack(group: Sequence[StackChange]) -> str:
    s = group[0]
    name = s.path if len(group) == 1 else f"{pattern(s.path)} (× {len(group)})"
    mark = "added" if s.depth_a is None else "removed" if s.depth_b is None else "changed"
    if s.depth_a is None or s.depth_b is None:
        said = f"{WORDS[mark]}, {counted(s.depth_a or s.depth_b or 0, 'block')}"
    else:
        depth = f"{s.depth_a} → {s.depth_b} blocks" if s.depth_a != s.depth_b else counted(s.depth_a, "block")
        said = f"{depth}, {s.kept or 'none'} of {min(s.depth_a, s.depth_b)} at one index alike"
    more = "".join(_inside(verb, names) for verb, names in (("+", s.gained), ("−", s.lost), ("±", s.widened)) if names)
    return (
        f'<li class="{mark}"><span class="sign" title="{WORDS[mark]}">{SIGNS[mark]}</span> <b>{safe(name)}</b> '
        f"<span>{said}</span>{more}</li>"
    )


def _inside(sign: str, names: Sequence[str]) -> str:
    verb = {"+": "only in the second", "−": "only in the first", "±": "of another shape"}[sign]
    return opens(f"{sign} {counted(len(names), 'tensor')} of a block {verb}", f"<ul>{_items(merged(names))}</ul>")


def merged(names: Iterable[str]) -> Iterator[str]:
    """Weight and bias of a layer as one: names are `PATH × N`.

    >>> list(merged(["q.bias × 48", "q.weight × 48", "t × 1"]))
    ['q (bias, weight) × 48', 't × 1']
    """
    groups: dict[tuple[str, str], list[str]] = {}
    for name in names:
        found = re.fullmatch(r"(.*)\.(weight|bias) × (\d+)", name, re.DOTALL)
        groups.setdefault((found[1], found[3]) if found else (name, ""), []).append(found[2] if found else "")
    for (path, n), ends in groups.items():
        if not n:
            yield path
        else:
            yield f"{path} ({', '.join(ends)}) × {n}" if len(ends) > 1 else f"{path}.{ends[0]} × {n}"


def _tensors(diff: Diff) -> str:
    answer = side_by_side(diff, named=True, tensors=True)
    found = [("", [safe(c) or "—" for c in r[1:]]) for r in shown(answer) if r[0] == "tensor"]
    if not found:
        return ""
    head = ("tensor", diff.a, diff.b, "what")
    title = f"{counted(len(found), 'kind')} of changed tensors"
    table = rows(head, found[:ROWS])
    if len(found) > ROWS:
        table += opens(f"and {len(found) - ROWS:,} more", rows(head, found[ROWS:]))
    return f"<h3>Tensors</h3>{opens(title, table)}"
