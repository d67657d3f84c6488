"""A page on what a model is: component by component, one line a fact, each with its evidence on demand.

Equal blocks are described once, with the indices they stand for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from archkb.kb.errors import NotFoundError
from archkb.kb.paths import within
from archkb.kb.tables import GraphTables
from archkb.kb.wording import counted, human
from archkb.queries.component_shares import shares
from archkb.queries.explain.adapter_lines import Bases, adapter_lines
from archkb.queries.explain.fact_lines import Because, Line, because, drafts, finished
from archkb.queries.explain.outside_stacks import beside, beside_lines, layers, loose_lines
from archkb.queries.explain.overview import overview
from archkb.queries.explain.stack_lines import stack_lines
from archkb.queries.model_items import HOLDERS, LAYERS
from archkb.queries.model_view import Cells, Profile
from archkb.queries.near_misses import nearest
from archkb.queries.output.cells import size

__all__ = ["Because", "Line", "explain"]


def explain(tables: GraphTables, path: str = "", *, bases: Bases | None = None) -> tuple[Line, ...]:
    """The page for a model, or for the part of it below `path`; `bases` are the models it adapts, where known."""
    p = Profile(tables)
    if path and path not in p.modules:
        raise NotFoundError(
            f"{p.name} has no module {path!r}",
            near=nearest(path, p.modules),
            cure=f"`archkb tree {p.name}` shows what there is",
        )
    if path:
        return tuple(_part(p, p.modules[path]))
    adapted = tuple(adapter_lines(p, bases))
    return (_headline(p), *(() if adapted else overview(p)), *(adapted or _model(p)), *_unknowns(p))


def _model(p: Profile) -> Iterator[Line]:
    outer = [
        c for c in p.components if not any(o is not c and within(str(c["path"]), str(o["path"])) for o in p.components)
    ]
    for component in outer:
        yield from _component(p, component, 1)
    for stack in p.labelled("Stack"):
        if not any(within(str(stack["path"]), str(c["path"])) for c in outer) and not _inner(p, stack):
            yield from stack_lines(p, stack, 1)
    yield from loose_lines(p, None, 1)


def _inner(p: Profile, stack: Cells) -> bool:
    """Whether the stack lies in a block of another stack."""
    return any(o["path"] != stack["path"] and within(str(stack["path"]), str(o["path"])) for o in p.labelled("Stack"))


def _headline(p: Profile) -> Line:
    m = p.model
    dtypes = f" ({', '.join(m['dtypes'])})" if m["dtypes"] else ""
    text = (
        f"{p.name}: {m['role'] or 'role unknown'}, {human(m['n_params'])} parameters in "
        f"{counted(m['n_tensors'], 'tensor')}, {size(m['n_bytes'])}{dtypes}"
    )
    return Line(0, "", text, because(m, "role"))


def _component(p: Profile, c: Cells, level: int) -> Iterator[Line]:
    path = str(c["path"])
    latent = f", {counted(c['latent_channels'], 'latent channel')}" if c["latent_channels"] else ""
    text = f"{path}: {c['role'] or 'role unknown'}, {human(c['n_params'])} parameters{_but_inner(p, c)}{latent}"
    yield Line(level, path, text, because(c, "role", "latent_channels"))
    for stack in p.labelled("Stack"):
        if stack["component"] == path and within(str(stack["path"]), path) and not _inner(p, stack):
            yield from stack_lines(p, stack, level + 1)
    yield from loose_lines(p, path, level + 1)
    nested = [n for n in p.components if n["path"] != path and within(str(n["path"]), path)]
    for n in sorted(nested, key=lambda n: -n["n_params"]):
        if p.modules[str(n["path"]).rpartition(".")[0]]["component"] == path:
            yield from _component(p, n, level + 1)


def _but_inner(p: Profile, c: Cells) -> str:
    """How many of a component's elements are its own alone, where other components lie inside it."""
    own = next(s.params for s in shares(p) if s.path == c["path"])
    return f" ({human(own)} without the components inside it)" if own != c["n_params"] else ""


def _part(p: Profile, c: Cells) -> Iterator[Line]:
    """What is at and below one module; what a component or a stack is as on the page of the whole."""
    path = str(c["path"])
    if c["label"] == "Component":
        yield from _component(p, c, 0)
        return
    if c["label"] == "Stack":
        yield from stack_lines(p, c, 0)
        return
    yield Line(0, path, f"{path}: {c['kind']}, {human(c['n_params'])} parameters", because(c, "kind"))
    below = [x for x in p.modules.values() if within(str(x["path"]), path)]
    stacks = [s for s in p.inside(p.labelled("Stack"), path) if c["label"] is None and not _inner(p, s)]
    for stack in stacks:
        yield from stack_lines(p, stack, 1)
    rest = [x for x in below if not any(within(str(x["path"]), str(s["path"])) for s in stacks)]
    found = list(finished([drafts(p, rest, path, 1)]))
    text = "" if found else layers(rest, path)
    yield from found or ([Line(1, path, text)] if text and c["label"] not in LAYERS else [])
    if c["label"] not in (*LAYERS, *HOLDERS):
        more = beside(p, path) if not stacks else {}
        yield from beside_lines([{k: said for k, said in more.items() if not (text and k[0] == "layers")}], path, 1)


_UNKNOWN = (
    ("Attention", "attention", ("attends", "heads")),
    ("FeedForward", "feed-forward", ("form",)),
    ("Component", "component", ("role",)),
)


def _unknowns(p: Profile) -> Iterator[Line]:
    """What the header does not tell, by reason."""
    reasons: Counter[tuple[str, str, str]] = Counter()
    first: dict[tuple[str, str, str], Cells] = {}
    for role, noun, properties in _UNKNOWN:
        for c in p.labelled(role):
            for prop in properties:
                if c[prop] is None and c[f"{prop}_rule"]:
                    key = (prop, noun, str(c[f"{prop}_detail"]))
                    reasons[key] += 1
                    first.setdefault(key, c)
    for key, n in sorted(reasons.items()):
        prop, noun, why = key
        path = str(first[key]["path"])
        of = f"{counted(n, noun)} (first {path})" if n > 1 else path
        yield Line(1, path, f"unknown: {prop} of {of}, because {why}", because(first[key], prop))
