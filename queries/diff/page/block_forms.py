"""The forms of a stack's blocks, where they are not all alike, and what tells each from the commonest one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from archkb.kb.paths import above
from archkb.kb.wording import counted, listed, ranges
from archkb.queries.model_view import Cells, ModelView

FEW = 3
"""Parts that are named; more are counted."""

Inside = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Form:
    """Blocks of one template, by path in their order. `difference`: how they differ from the commonest form."""

    paths: tuple[str, ...]
    numbers: str
    difference: str


def forms(view: ModelView, stack: str, drawn: str = "") -> list[Form]:
    """The forms of a stack, the commonest first; where there are two, the commonest tells its difference too.

    `drawn`: a block whose form the others are held against, instead of the commonest.
    """
    groups: dict[str, list[Cells]] = {}
    for cells in view.children.get(stack, ()):
        if cells["ordinal"] is not None:
            groups.setdefault(str(cells["template"]), []).append(cells)
    first = next((t for t, g in groups.items() if any(cells["path"] == drawn for cells in g)), None)
    alike = [group for t, group in sorted(groups.items(), key=lambda g: (g[0] != first, -len(g[1]), _first(g[1])))]
    if len(alike) < 2:
        return []
    inner = [_inside(view, str(g[0]["path"])) for g in alike]
    differences = [
        "" if len(alike) > 2 else difference(inner[1], inner[0]),
        *(difference(inner[0], i) for i in inner[1:]),
    ]
    return [
        Form(
            tuple(str(cells["path"]) for cells in sorted(group, key=lambda cells: int(cells["ordinal"]))),
            ranges(int(cells["ordinal"]) for cells in group),
            text,
        )
        for group, text in zip(alike, differences, strict=True)
    ]


def _first(blocks: Iterable[Cells]) -> int:
    return min(int(c["ordinal"]) for c in blocks)


def form_notes(view: ModelView) -> dict[str, str]:
    """What tells a form from the others, by the path of each of its blocks."""
    return {
        path: form.difference
        for stack in view.labelled("Stack")
        for form in forms(view, str(stack["path"]))
        for path in form.paths
        if form.difference
    }


def _inside(view: ModelView, block: str) -> Inside:
    return {key[len(block) + 1 :]: tuple(view.tensors[key]["shape"]) for key in view.keys_below.get(block, ())}


def difference(common: Inside, other: Inside) -> str:
    """What `other` has or has not, in words, by the shallowest parts.

    >>> difference({"a.w": (2,)}, {"a.w": (2,), "gate": ()})
    'with gate'
    >>> difference({"a.w": (2,), "b.x.w": (3,)}, {"a.w": (4,)})
    'without b; other shapes of a.w'
    """
    both = common.keys() & other.keys()
    if not both:
        return "another kind of block"
    parts = (
        ("with", _roots(other.keys() - both, common)),
        ("without", _roots(common.keys() - both, other)),
        ("other shapes of", sorted(k for k in both if common[k] != other[k])),
    )
    return "; ".join(f"{word} {_few(names)}" for word, names in parts if names)


def _few(names: list[str]) -> str:
    return listed(names, FEW) if len(names) <= FEW else counted(len(names), "part")


def _roots(keys: Iterable[str], known: Inside) -> list[str]:
    """The shallowest parts of `keys` of which `known` has nothing."""
    known_paths = {path for key in known for path in above(key)}
    return sorted({next((path for path in above(key) if path not in known_paths), key) for key in keys})
