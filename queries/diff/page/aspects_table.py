"""The comparison by function: a table whose rows become cards where the window is narrow, and the stacks below it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from archkb.kb.paths import above, pattern
from archkb.kb.wording import counted
from archkb.queries.diff.comparison import Aspect, Diff, StackChange
from archkb.queries.diff.comparison_rows import side_by_side
from archkb.queries.diff.page.html_text import folded, opens, safe
from archkb.queries.diff.page.marks import SIGNS, WORDS, MarkName
from archkb.queries.output.render import shown

MOST = 3
"""Lines of a value that are shown at once."""
ROWS = 40
"""Rows of tensors that are shown at once."""
LONG = 60
"""Characters from which on a value with commas is a list."""

_MARKS: Mapping[str, tuple[MarkName, str, str]] = {
    "same": ("same", SIGNS["same"], WORDS["same"]),
    "differs": ("changed", SIGNS["changed"], "differs"),
    "only the first": ("removed", SIGNS["removed"], WORDS["removed"]),
    "only the second": ("added", SIGNS["added"], WORDS["added"]),
    "unknown": ("same", "?", "the same as far as it is known of both"),
}
"""Change of an aspect -> class of its row, sign and word."""


def aspects_table(diff: Diff, *, tensors: bool) -> str:
    """HTML of aspects, those that differ first, and of stacks; with `tensors` of changed keys too."""
    differ = [aspect for aspect in diff.aspects if aspect.change != "same"]
    same = [aspect for aspect in diff.aspects if aspect.change == "same"]
    out = _table(diff, differ) if differ else "<p>Nothing differs.</p>"
    if same:
        out += opens(f"{counted(len(same), 'aspect')} the same in both", _table(diff, same))
    if any(stack.depth_a and stack.depth_b for stack in diff.stacks):  # else the two are spelt in two ways
        out += _stacks(diff.stacks)
    return out + (_tensors(diff) if tensors else "")


def rows(head: Sequence[str], body: Iterable[tuple[str, Sequence[str]]], css: str = "") -> str:
    """A table of HTML cells, each row with a class. A cell bears its column's name for the narrow form."""
    names = [safe(h) for h in head]
    out = []
    for mark, cells in body:
        first, *rest = cells
        data_cells = "".join(
            f'<td role="cell" data-of="{name}">{cell}</td>'
            for name, cell in zip(names[1:], rest, strict=False)
            if cell is not None
        )
        out.append(f'<tr role="row" class="{mark}"><th role="rowheader" scope="row">{first}</th>{data_cells}</tr>')
    kind = css or f"c{len(names)}"
    top = "".join(f'<th role="columnheader" scope="col">{name}</th>' for name in names)
    return (
        f'<table role="table" class="{kind}"><thead role="rowgroup"><tr role="row">{top}</tr></thead>'
        f'<tbody role="rowgroup">{"".join(out)}</tbody></table>'
    )


def _table(diff: Diff, aspects: Sequence[Aspect]) -> str:
    return rows(("aspect", diff.a, diff.b), (_aspect(x) for x in aspects))


def _aspect(aspect: Aspect) -> tuple[str, list[str]]:
    mark, sign, word = _MARKS[aspect.change]
    source_lines, target_lines = lines(aspect.a), lines(aspect.b)
    head = f'<small><span class="sign" title="{word}">{sign}</span> {safe(aspect.topic)}</small> {safe(aspect.aspect)}'
    return mark, [head, _value(source_lines, target_lines), _value(target_lines, source_lines)]


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


def _headed(values: Iterable[str]) -> Iterator[str]:
    """A word that stands before the first of several numbers, before each."""
    word = ""
    for line in values:
        head = re.match(r"([a-z]+ )\d", line)
        word = head[1] if head else word if line[:1].isdigit() else ""
        yield line if head else word + line


def _value(values: Sequence[str], other_values: Sequence[str]) -> str:
    """Lines that only this side has; those of both are folded."""
    if not values:
        return '<span class="soft">—</span>'
    if len(values) == 1:
        return safe(values[0])
    both = [value for value in values if value in other_values] if list(values) != list(other_values) else []
    items = [f"<li>{safe(value)}</li>" for value in values if value not in both]
    out = folded(items, MOST) if items else ""
    if both:
        out += opens(f"{counted(len(both), 'line')} the same in both", f"<ul>{_items(both)}</ul>")
    return out


def _items(texts: Iterable[str]) -> str:
    return "".join(f"<li>{safe(text)}</li>" for text in texts)


def _stacks(changes: Sequence[StackChange]) -> str:
    """A line a stack, like ones together; what is inside a stack of one model alone is left out."""
    alone = {change.path for change in changes if None in (change.depth_a, change.depth_b)}
    groups: dict[tuple[object, ...], list[StackChange]] = {}
    for change in changes:
        if not any(path in alone for path in above(change.path)):
            key = (
                pattern(change.path),
                change.depth_a,
                change.depth_b,
                change.kept,
                change.gained,
                change.lost,
                change.widened,
            )
            groups.setdefault(key, []).append(change)
    items = [_stack(group) for group in groups.values()]
    return f"<h3>Stacks, by their path</h3>{folded(items, 12, 'stacks')}" if items else ""


def _stack(group: Sequence[StackChange]) -> str:
    change = group[0]
    name = change.path if len(group) == 1 else f"{pattern(change.path)} (× {len(group)})"
    mark: MarkName = "added" if change.depth_a is None else "removed" if change.depth_b is None else "changed"
    if change.depth_a is None or change.depth_b is None:
        description = f"{WORDS[mark]}, {counted(change.depth_a or change.depth_b or 0, 'block')}"
    else:
        one_depth = change.depth_a == change.depth_b
        depth = counted(change.depth_a, "block") if one_depth else f"{change.depth_a} → {change.depth_b} blocks"
        description = f"{depth}, {change.kept or 'none'} of {min(change.depth_a, change.depth_b)} at one index alike"
    more = _inside("+", "only in the second", change.gained)
    more += _inside("−", "only in the first", change.lost) + _inside("±", "of another shape", change.widened)
    return (
        f'<li class="{mark}"><span class="sign" title="{WORDS[mark]}">{SIGNS[mark]}</span> <b>{safe(name)}</b> '
        f"<span>{description}</span>{more}</li>"
    )


def _inside(sign: str, verb: str, names: Sequence[str]) -> str:
    """Tensors of a block of which the same is said; empty where there are none."""
    if not names:
        return ""
    return opens(f"{sign} {counted(len(names), 'tensor')} of a block {verb}", f"<ul>{_items(merged(names))}</ul>")


def merged(names: Iterable[str]) -> Iterator[str]:
    """Weight and bias of a layer as one: names are `PATH × N`.

    >>> list(merged(["q.bias × 48", "q.weight × 48", "t × 1"]))
    ['q (bias, weight) × 48', 't × 1']
    """
    groups: dict[tuple[str, str], list[str]] = {}
    for name in names:
        match = re.fullmatch(r"(.*)\.(weight|bias) × (\d+)", name, re.DOTALL)
        groups.setdefault((match[1], match[3]) if match else (name, ""), []).append(match[2] if match else "")
    for (path, count), ends in groups.items():
        if not count:
            yield path
        else:
            yield f"{path} ({', '.join(ends)}) × {count}" if len(ends) > 1 else f"{path}.{ends[0]} × {count}"


def _tensors(diff: Diff) -> str:
    answer = side_by_side(diff, named=True, tensors=True)
    body = [("", [safe(cell) or "—" for cell in row[1:]]) for row in shown(answer) if row[0] == "tensor"]
    if not body:
        return ""
    head = ("tensor", diff.a, diff.b, "what")
    title = f"{counted(len(body), 'kind')} of changed tensors"
    table = rows(head, body[:ROWS])
    if len(body) > ROWS:
        table += opens(f"and {len(body) - ROWS:,} more", rows(head, body[ROWS:]))
    return f"<h3>Tensors</h3>{opens(title, table)}"
