"""A page on what a model is: component by component, one line a fact, each with its evidence on demand.

Equal blocks are described once, with the indices they stand for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from archkb.kb.errors import NotFoundError
from archkb.kb.near_misses import nearest
from archkb.kb.paths import within
from archkb.kb.wording import counted, human, size
from archkb.queries.component_shares import shares
from archkb.queries.explain.adapter_lines import Bases, adapter_lines
from archkb.queries.explain.fact_lines import Because, Line, because, drafts, finished
from archkb.queries.explain.outside_stacks import beside, beside_lines, layers, loose_lines
from archkb.queries.explain.overview import overview
from archkb.queries.explain.stack_lines import stack_lines
from archkb.queries.model_items import HOLDERS, LAYERS
from archkb.queries.model_view import Cells, ModelView

__all__ = ["Because", "Line", "explain"]


def explain(view: ModelView, path: str = "", *, bases: Bases | None = None) -> tuple[Line, ...]:
    """The page for a model, or for the part of it below `path`; `bases` are the models it adapts, where known."""
    if path and path not in view.modules:
        raise NotFoundError(
            f"{view.name} has no module {path!r}",
            near=nearest(path, view.modules),
            cure=f"`archkb tree {view.name}` shows what there is",
        )
    if path:
        return tuple(_part(view, view.modules[path]))
    adapted = tuple(adapter_lines(view, bases))
    return (_headline(view), *(() if adapted else overview(view)), *(adapted or _model(view)), *_unknowns(view))


def _model(view: ModelView) -> Iterator[Line]:
    outer = [
        c
        for c in view.components
        if not any(o is not c and within(str(c["path"]), str(o["path"])) for o in view.components)
    ]
    for component in outer:
        yield from _component(view, component, 1)
    for stack in view.labelled("Stack"):
        if not any(within(str(stack["path"]), str(c["path"])) for c in outer) and not _inner(view, stack):
            yield from stack_lines(view, stack, 1)
    yield from loose_lines(view, None, 1)


def _inner(view: ModelView, stack: Cells) -> bool:
    """Whether the stack lies in a block of another stack."""
    return any(
        o["path"] != stack["path"] and within(str(stack["path"]), str(o["path"])) for o in view.labelled("Stack")
    )


def _headline(view: ModelView) -> Line:
    model = view.model
    dtypes = f" ({', '.join(model['dtypes'])})" if model["dtypes"] else ""
    text = (
        f"{view.name}: {model['role'] or 'role unknown'}, {human(model['n_params'])} parameters in "
        f"{counted(model['n_tensors'], 'tensor')}, {size(model['n_bytes'])}{dtypes}"
    )
    return Line(0, "", text, because(model, "role"))


def _component(view: ModelView, component: Cells, level: int) -> Iterator[Line]:
    path = str(component["path"])
    latent = f", {counted(component['latent_channels'], 'latent channel')}" if component["latent_channels"] else ""
    parameters = f"{human(component['n_params'])} parameters{_but_inner(view, component)}"
    text = f"{path}: {component['role'] or 'role unknown'}, {parameters}{latent}"
    yield Line(level, path, text, because(component, "role", "latent_channels"))
    for stack in view.labelled("Stack"):
        if stack["component"] == path and within(str(stack["path"]), path) and not _inner(view, stack):
            yield from stack_lines(view, stack, level + 1)
    yield from loose_lines(view, path, level + 1)
    nested = [n for n in view.components if n["path"] != path and within(str(n["path"]), path)]
    for n in sorted(nested, key=lambda n: -n["n_params"]):
        if view.modules[str(n["path"]).rpartition(".")[0]]["component"] == path:
            yield from _component(view, n, level + 1)


def _but_inner(view: ModelView, component: Cells) -> str:
    """How many of a component's elements are its own alone, where other components lie inside it."""
    own = next(s.params for s in shares(view) if s.path == component["path"])
    return f" ({human(own)} without the components inside it)" if own != component["n_params"] else ""


def _part(view: ModelView, module: Cells) -> Iterator[Line]:
    """What is at and below one module; what a component or a stack is as on the page of the whole."""
    path = str(module["path"])
    if module["label"] == "Component":
        yield from _component(view, module, 0)
        return
    if module["label"] == "Stack":
        yield from stack_lines(view, module, 0)
        return
    yield Line(0, path, f"{path}: {module['kind']}, {human(module['n_params'])} parameters", because(module, "kind"))
    below = [x for x in view.modules.values() if within(str(x["path"]), path)]
    stacks = [s for s in view.inside(view.labelled("Stack"), path) if module["label"] is None and not _inner(view, s)]
    for stack in stacks:
        yield from stack_lines(view, stack, 1)
    rest = [x for x in below if not any(within(str(x["path"]), str(s["path"])) for s in stacks)]
    found = list(finished([drafts(view, rest, path, 1)]))
    text = "" if found else layers(rest, path)
    yield from found or ([Line(1, path, text)] if text and module["label"] not in LAYERS else [])
    if module["label"] not in (*LAYERS, *HOLDERS):
        more = beside(view, path) if not stacks else {}
        yield from beside_lines([{k: said for k, said in more.items() if not (text and k[0] == "layers")}], path, 1)


_UNKNOWN = (
    ("Attention", "attention", ("attends", "heads")),
    ("FeedForward", "feed-forward", ("form",)),
    ("Component", "component", ("role",)),
)


def _unknowns(view: ModelView) -> Iterator[Line]:
    """What the header does not tell, by reason."""
    reasons: Counter[tuple[str, str, str]] = Counter()
    first: dict[tuple[str, str, str], Cells] = {}
    for role, noun, properties in _UNKNOWN:
        for c in view.labelled(role):
            for prop in properties:
                if c[prop] is None and c[f"{prop}_rule"]:
                    key = (prop, noun, str(c[f"{prop}_detail"]))
                    reasons[key] += 1
                    first.setdefault(key, c)
    for key, n in sorted(reasons.items()):
        prop, noun, why = key
        path = str(first[key]["path"])
        where = f"{counted(n, noun)} (first {path})" if n > 1 else path
        yield Line(1, path, f"unknown: {prop} of {where}, because {why}", because(first[key], prop))
