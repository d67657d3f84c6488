"""What a model has beside attentions, feed-forwards and norms, so that nothing of it goes unsaid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from math import prod

from archkb.kb.keys import owner
from archkb.kb.paths import above, natural, pattern
from archkb.kb.wording import counted, human, listed
from archkb.queries.block_index import block_indices, spell, split
from archkb.queries.model_items import Item
from archkb.queries.model_view import ITSELF, Cells, ModelView
from archkb.queries.output.cells import cell

SHOWN, NAMED = 24, 8
"""Parts of a value, and names of such a part; what is beyond them is counted."""


def described_items(view: ModelView, stack: str, *kinds: str) -> str | None:
    """Items of these kinds in a stack ("": outside of all), like ones of its blocks as one.

    `48 × proj: Linear 12→4096; 48 × gate: scalar`.
    """
    items = sorted(_within(view, stack, kinds), key=lambda item: natural(item.path))
    if stack:
        placed = by_place(view, stack, ((item.path, sizes(view, item)) for item in items))
        return value_of(sorted(placed, key=lambda part: natural(part.partition(" × ")[2])))
    seen = Counter((pattern(_from_home(view, item.path)), sizes(view, item)) for item in items)
    return value_of(
        f"{f'{n} × ' if n > 1 else ''}{place}{f': {size}' if size else ''}"
        for (place, size), n in sorted(seen.items(), key=lambda x: (natural(x[0][0]), x[0][1]))
    )


def by_place(view: ModelView, stack: str, modules: Iterable[tuple[str, str]]) -> list[str]:
    """What is said of modules (path, text) of a stack, like ones of its blocks as one, in the order given.

    The blocks are named where not all of them have it. `48 × ff: plain 64→256`, `2 × gate in 0-1: Linear 64→1`.
    """
    indices = block_indices(view, stack)
    groups: dict[tuple[str, str], list[str]] = {}
    for path, text in modules:
        index, place = split(path[len(stack) + 1 :], indices)
        groups.setdefault((pattern(place) or ITSELF, text), []).append(index)
    some = {place: f" in {spell(blocks)}" for place, blocks in groups.items() if set(blocks) != indices}
    return [
        f"{len(blocks)} × {place}{some.get((place, text), '')}{f': {text}' if text else ''}"
        for (place, text), blocks in groups.items()
    ]


def _within(view: ModelView, stack: str, kinds: Sequence[str]) -> Iterator[Item]:
    return (item for item in view.items if item.stack == stack and item.kind in kinds)


def outside(view: ModelView) -> str | None:
    """Layers outside of the stacks: those around the backbone each, those of another component together."""
    roots: dict[str, list[Item]] = {}
    leading = {path for stack in view.outer_stacks for path in (*above(stack), stack)}
    leading |= {path for c in view.components for path in (*above(str(c["path"])), str(c["path"]))}
    for item in _within(view, "", ("attention", "feed-forward", "layer", "norm")):
        root = next((path for path in above(item.path) if path not in leading), item.path)
        roots.setdefault(root, []).append(item)
    spine = view.backbone["component"] if view.backbone is not None else None
    single: Counter[tuple[str, str]] = Counter()
    together: dict[str, list[str]] = {}
    for root, items in roots.items():
        component = _component(view, items[0])
        if component in (None, spine):
            single[pattern(_from_home(view, root)), _held(view, root, items)] += 1
        else:
            together.setdefault(str(component), []).append(root)
    texts = [
        f"{f'{n} × ' if n > 1 else ''}{root}: {text}"
        for (root, text), n in sorted(single.items(), key=lambda x: (natural(x[0][0]), x[0][1]))
    ]
    for component, found in sorted(together.items()):
        names = listed(dict.fromkeys(pattern(root[len(component) + 1 :]) or ITSELF for root in found), NAMED)
        texts.append(
            f"{_from_home(view, component)} ({names}): {_kinds(view, [i for root in found for i in roots[root]])}"
        )
    return value_of(texts)


def _component(view: ModelView, item: Item) -> str | None:
    path, _ = owner(item.keys[0])
    return view.modules[path]["component"] if path else None


def _from_home(view: ModelView, path: str) -> str:
    """A path from the module that holds the backbone, where it lies in it; else as it is."""
    home = str(view.backbone["path"]).rpartition(".")[0] if view.backbone is not None else ""
    return path[len(home) + 1 :] if home and path.startswith(f"{home}.") else path


def modulators(view: ModelView) -> str | None:
    """Layers and tables outside of all stacks that modulate, each with the rows it yields."""
    return described_items(view, "", "modulation")


def loose(view: ModelView) -> str | None:
    """Parameters outside of all stacks that belong to no layer."""
    return described_items(view, "", "parameter")


def other_stacks(view: ModelView) -> str | None:
    """Outermost stacks beside the backbone, each with its depth and size, the largest first."""
    found = [view.modules[path] for path in view.outer_stacks if view.backbone is None or path != view.backbone["path"]]
    found.sort(key=lambda c: (-c["n_params"], str(c["path"])))
    return value_of(f"{_from_home(view, str(c['path']))}: {_depth(c)}, {human(c['n_params'])}" for c in found)


def _depth(stack: Cells) -> str:
    return counted(stack["stack_depth"], "block") if stack["stack_depth"] is not None else "depth unknown"


def _held(view: ModelView, root: str, items: Sequence[Item]) -> str:
    """What one part outside the stacks holds: its only layer with its sizes, or its layers by kind."""
    if len(items) == 1 and items[0].path == root:
        return sizes(view, items[0])
    return _kinds(view, items)


def _kinds(view: ModelView, items: Iterable[Item]) -> str:
    """Layers by kind, with their parameters."""
    found = list(items)
    kinds = Counter(str(view.modules[i.path]["kind"]) for i in found)
    size = sum(view.tensors[k]["n_params"] for i in found for k in i.keys)
    return f"{', '.join(f'{n} {kind}' if n > 1 else kind for kind, n in sorted(kinds.items()))}, {human(size)}"


def sizes(view: ModelView, item: Item) -> str:
    """An item's kind with its sizes."""
    if item.path in view.tensors:
        return vectors(view.tensors[item.path]["shape"]) if item.kind == "modulation" else shape_of(view, item.path)
    module = view.modules[item.path]
    if item.kind == "modulation":
        vector_count = module["modulation_rows"]
        return f"{rows_of(vector_count)} of {module['out_features'] // vector_count} from {module['in_features']}"
    return layer(module)


def layer(cells: Cells) -> str:
    """One layer with its sizes.

    >>> layer({"label": "Linear", "kind": "Linear", "in_features": 4, "out_features": 8})
    'Linear 4→8'
    """
    match cells["label"]:
        case "Linear":
            return f"{cells['kind']} {cells['in_features']}→{cells['out_features']}"
        case "Conv":
            kernel = cell(cells["kernel"], "shape")
            depthwise = "depthwise " if cells["depthwise"] else ""
            return f"{cells['kind']} {depthwise}{channels_read(cells)}→{cells['out_channels']}, kernel {kernel}"
        case "Norm":
            return f"{cells['kind']} {cells['features']}"
        case "Embedding":
            return f"{cells['kind']} {cells['rows']}×{cells['width']}"
        case _:
            return str(cells["kind"])


def channels_read(convolution: Cells) -> int | None:
    """Channels a convolution reads; the weight of a depthwise one is a channel deep, and it reads what it writes.

    >>> channels_read({"depthwise": True, "in_channels": 1, "out_channels": 96})
    96
    """
    channels: int | None = convolution["out_channels" if convolution["depthwise"] else "in_channels"]
    return channels


def shape_of(view: ModelView, key: str) -> str:
    """A tensor's shape, as people write it.

    A tensor without axes is a scalar.
    """
    return str(cell(view.tensors[key]["shape"], "shape"))


def vectors(shape: Sequence[int]) -> str:
    """A modulation table as rows of a width.

    >>> vectors((1, 6, 4096)), vectors((1, 64))
    ('6 rows of 4096', '1 row of 64')
    """
    return f"{rows_of(prod(shape[:-1]))} of {shape[-1]}"


def rows_of(count: int) -> str:
    """A number of modulation vectors."""
    return counted(count, "row")


def value_of(parts: Iterable[str]) -> str | None:
    """Parts as one value, those beyond :data:`SHOWN` counted; None where there is none."""
    return listed(parts, SHOWN, ";") or None
