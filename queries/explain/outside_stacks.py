"""What a model or a block has beside attentions, feed-forwards and additions: layers, modulation, loose parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from archkb.kb.paths import above, pattern, within
from archkb.kb.wording import listed
from archkb.queries.explain.fact_lines import Line, because, drafts, finished, relative
from archkb.queries.model_inventory import sizes
from archkb.queries.model_items import HOLDERS, LAYERS, Item
from archkb.queries.model_view import Cells, ModelView
from archkb.queries.output.cells import cell
from archkb.queries.path_wording import common

_HOLDERS = tuple(HOLDERS)
_TITLES = ("layers", "modulation", "loose parameters")
_SHOWN = 16
"""How many names are given of each kind."""


def loose_lines(view: ModelView, component: str | None, level: int) -> Iterator[Line]:
    """What is in the component (None: in none of them) and in no stack; nothing where all is in stacks."""
    path = component or ""
    stacks = [str(s["path"]) for s in view.labelled("Stack")]
    loose = [
        m
        for m in view.modules.values()
        if m["component"] == component and not any(within(str(m["path"]), s) for s in stacks)
    ]
    yield from finished([drafts(view, loose, path, level)])
    if component is None and view.components:
        where = "outside the components"
    else:
        where = "outside the stacks" if any(within(s, path) for s in stacks) else "layers"
    text = layers((m for m in loose if not m.get("modulation_rows")), path, where)
    if text:
        yield Line(level, path, text)
    yield from _modulation(view, loose, path, level)
    own = _tensors(view, loose, path, component)
    if own:
        yield Line(level, path, f"loose parameters: {listed(own, _SHOWN)}")


def _modulation(view: ModelView, loose: Sequence[Cells], path: str, level: int) -> Iterator[Line]:
    """Layers and tables among the loose modules that modulate."""
    matrices = [m for m in loose if m.get("modulation_rows")]
    owners = {"", *(str(m["path"]) for m in loose)}
    tables = (k for k, t in view.tensors.items() if t["role"] == "modulation_table" and k.rpartition(".")[0] in owners)
    items = [Item("modulation", "", key, (key,)) for key in (*(str(m["path"]) for m in matrices), *tables)]
    said = list(dict.fromkeys(f"{pattern(_below(i.path, path))} {sizes(view, i)}" for i in items))
    if said:
        evidence = because(matrices[0], "modulation_rows") if matrices else ()
        yield Line(level, path, f"modulation: {listed(said, _SHOWN)}", evidence)


def layers(modules: Iterable[Cells], path: str, title: str = "layers") -> str:
    """Layers by kind with the parts of the model they are in; '' for none. Those of attentions are left out."""
    found = list(modules)
    holders = [str(m["path"]) for m in found if m["label"] in _HOLDERS]
    kinds: dict[str, list[str]] = {}
    for m in found:
        if m["label"] in LAYERS and not any(within(str(m["path"]), h) for h in holders):
            kinds.setdefault(str(m["kind"]), []).append(relative(m, path))
    cut = len(
        common([f"{name}.weight" for names in kinds.values() for name in names])
    )  # what wraps all of them says nothing
    tops = {kind: list(dict.fromkeys(_top(name[cut:].lstrip(".")) for name in names)) for kind, names in kinds.items()}
    parts = (f"{len(names)} {kind} ({listed(tops[kind], _SHOWN)})" for kind, names in sorted(kinds.items()))
    return f"{title}: {', '.join(parts)}" if kinds else ""


def _top(name: str) -> str:
    """The first word of a path, with the number in front of it."""
    first, _, rest = name.partition(".")
    return f"{first}.{rest.partition('.')[0]}" if first.isdigit() and rest else first


def _tensors(view: ModelView, loose: Iterable[Cells], path: str, component: str | None) -> list[str]:
    """Names with shapes of tensors that lie in the loose modules themselves and are no layer's."""
    owners = {str(m["path"]) for m in loose if m["label"] not in (*LAYERS, *_HOLDERS)}
    if component is None:
        owners.add("")
    out: dict[str, str] = {}
    for key, tensor in view.tensors.items():
        if key.rpartition(".")[0] in owners and tensor["role"] not in ("side_car", "modulation_table"):
            name = pattern(_below(key, path))
            out.setdefault(name, f"{name} {cell(tensor['shape'], 'shape')}")
    return list(out.values())


def _below(path: str, root: str) -> str:
    return path[len(root) + 1 :] if root else path


def beside(view: ModelView, block: str) -> dict[tuple[str, str], str]:
    """What a block has that is in no attention, feed-forward or addition: (title, name) -> kind or sizes."""
    cells = view.modules[block]
    inner = [m for m in view.modules.values() if within(str(m["path"]), block)]
    added = {str(view.by_uid[e["target"]]["path"]) for m in (cells, *inner) for e in view.residuals.get(m["uid"], ())}
    out: dict[tuple[str, str], str] = {}
    for item in view.items:
        if not within(item.path, block) or any(path in added for path in (item.path, *above(item.path))):
            continue
        name = pattern(_below(item.path, block)) or str(cells["name"])
        if item.kind in ("layer", "norm"):
            out.setdefault(("layers", name), str(view.modules[item.path]["kind"]))
        elif item.kind in ("modulation", "parameter"):
            out.setdefault((_TITLES[1 + (item.kind == "parameter")], name), sizes(view, item))
    return out


def beside_lines(found: Sequence[Mapping[tuple[str, str], str]], path: str, level: int) -> Iterator[Line]:
    """Lines for what blocks of one form have beside; sizes in which they differ are left out."""
    first = found[0]
    for title in sorted({title for title, _ in first}, key=_TITLES.index):
        names: dict[str, list[str]] = {}
        for (of, name), said in first.items():
            if of == title:
                alike = all(other.get((of, name)) == said for other in found)
                names.setdefault(said if title == "layers" else "", []).append(
                    name if title == "layers" or not alike else f"{name} {said}"
                )
        groups = ((kind, len(members), listed(members, _SHOWN)) for kind, members in names.items())
        parts = (f"{count} {kind} ({text})" if kind else text for kind, count, text in groups)
        yield Line(level, path, f"{title}: {', '.join(parts)}")
