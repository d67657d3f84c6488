"""A stack on the page: blocks that are alike are described once, and of others it is said in what they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from archkb.kb.paths import pattern, within
from archkb.kb.wording import counted, human, ranges
from archkb.queries.explain.fact_lines import Draft, Line, because, drafts, finished
from archkb.queries.explain.outside_stacks import beside, beside_lines, layers
from archkb.queries.model_view import Cells, ModelView
from archkb.queries.output.cells import cell
from archkb.queries.template_name import name_of, outer, part_of

_SHOWN = 4
"""How many tensors are named of those that two forms of blocks do not share."""


@dataclass(frozen=True)
class _Template:
    """Blocks of one template, by index."""

    view: ModelView
    blocks: Sequence[Cells]
    level: int

    @cached_property
    def _sublayer_drafts(self) -> list[Draft]:
        """Attentions, feed-forwards and additions of the first of them."""
        path = str(self.blocks[0]["path"])
        return drafts(self.view, self.view.inside(self.view.modules.values(), path), path, self.level)

    @cached_property
    def drafts(self) -> list[Draft]:
        """What is in the first of them; its layers where there is nothing else to say."""
        path = str(self.blocks[0]["path"])
        text = "" if self._sublayer_drafts else layers(self.view.inside(self.view.modules.values(), path), path)
        return self._sublayer_drafts or ([Draft(Line(self.level, path, text))] if text else [])

    @cached_property
    def beside(self) -> Mapping[tuple[str, str], str]:
        """What the first of them has beside that."""
        found = beside(self.view, str(self.blocks[0]["path"]))
        return {key: said for key, said in found.items() if self._sublayer_drafts or key[0] != "layers"}

    @cached_property
    def tensors(self) -> Mapping[str, str]:
        """Names below the block, numbers as {i}, and the shape of the first of each."""
        path = str(self.blocks[0]["path"])
        keys = self.view.keys_below.get(path) or [k for k in self.view.tensors if within(k, path)]
        out: dict[str, str] = {}
        for key in keys:
            out.setdefault(pattern(key[len(path) + 1 :]), cell(self.view.tensors[key]["shape"], "shape"))
        return out

    @property
    def form(self) -> tuple[frozenset[str], tuple[str, ...]]:
        """What templates have in common that differ in sizes and counts only."""
        return frozenset(self.tensors), self.said

    @property
    def said(self) -> tuple[str, ...]:
        """The lines without their numbers of times."""
        return tuple(d.line.text for d in self.drafts)


def stack_lines(view: ModelView, stack: Cells, level: int) -> Iterator[Line]:
    """The stack, then its blocks."""
    blocks = view.children.get(str(stack["path"]), [])
    groups: dict[str, list[Cells]] = {}
    for block in sorted(blocks, key=lambda b: b["ordinal"] or 0):
        groups.setdefault(block["template"], []).append(block)
    forms: dict[tuple[frozenset[str], tuple[str, ...]], list[_Template]] = {}
    for members in groups.values():
        template = _Template(view, members, level + 1)
        forms.setdefault(template.form, []).append(template)
    text = f"{stack['path']}: {counted(stack['stack_depth'] or len(blocks), 'block')}, "
    text += f"{_alike(len(groups), list(forms.values()))}, {human(stack['n_params'])} parameters"
    yield Line(level, str(stack["path"]), text, because(stack, "stack_depth"))
    if len(forms) == 1:
        yield from _inner(next(iter(forms.values())), level + 1)
    elif forms:
        yield from _several(list(forms.values()), level + 1)


def _inner(templates: Sequence[_Template], level: int) -> Iterator[Line]:
    """What is in blocks of one form."""
    yield from finished([t.drafts for t in templates])
    path = str(templates[0].blocks[0]["path"])
    yield from beside_lines([t.beside for t in templates], path, level)


def _alike(templates: int, forms: Sequence[Sequence[_Template]]) -> str:
    if templates <= 1:
        return "all alike"
    if len(forms) == 1:
        return f"alike but for sizes ({_sizes(forms[0])})"
    return f"of {templates} templates" + (f" in {len(forms)} forms" if len(forms) < templates else "")


def _several(forms: Sequence[Sequence[_Template]], level: int) -> Iterator[Line]:
    """Each form with its blocks; one whose lines another has is told by what differs."""
    for i, templates in enumerate(forms):
        path = str(templates[0].blocks[0]["path"])
        sizes = f"{_called(templates)}{_sizes(templates)}{', alike but for sizes' if len(templates) > 1 else ''}"
        alike = next((f for f in forms[:i] if f[0].said == templates[0].said), None)
        differs = f"; as {_where(alike)}, but {_difference(alike[0], templates[0])}" if alike else ""
        yield Line(level, path, f"{_where(templates)}: {sizes}{differs}")
        if not alike:
            for line in _inner(templates, level + 1):
                yield Line(level + 1, line.path, line.text, line.evidence)


def _called(templates: Sequence[_Template]) -> str:
    """The name of the form, as questions give it too."""
    parts = []
    for t in templates:
        path = str(t.blocks[0]["path"])
        below = (c for c in t.view.modules.values() if within(str(c["path"]), path))
        parts.append(outer([part_of(c, len(t.view.residuals.get(c["uid"], ()))) for c in below]))
    name = name_of(parts)
    return f"{name}, " if name else ""


def _where(templates: Sequence[_Template]) -> str:
    blocks = [b for t in templates for b in t.blocks]
    return f"{'blocks' if len(blocks) > 1 else 'block'} {ranges(b['ordinal'] or 0 for b in blocks)}"


def _sizes(templates: Sequence[_Template]) -> str:
    sizes = sorted(t.blocks[0]["n_params"] for t in templates)
    shown = list(dict.fromkeys((human(sizes[0]), human(sizes[-1]))))
    many = sum(len(t.blocks) for t in templates) > 1
    return f"{' to '.join(shown)} parameters{' each' if many else ''}"


def _difference(first: _Template, second: _Template) -> str:
    """What the second has more and less than the first."""
    more = {n: s for n, s in second.tensors.items() if n not in first.tensors}
    less = {n: s for n, s in first.tensors.items() if n not in second.tensors}
    parts = [f"{word} {_named(found)}" for word, found in (("with", more), ("without", less)) if found]
    return " and ".join(parts) or "in other sizes"


def _named(tensors: Mapping[str, str]) -> str:
    shown = ", ".join(f"{name} ({shape})" for name, shape in list(tensors.items())[:_SHOWN])
    more = len(tensors) - _SHOWN
    return f"{shown} and {counted(more, 'other tensor')}" if more > 0 else shown
