"""The parts a model falls into, each parameter counted once: what lies in an inner component is that one's alone."""

from __future__ import annotations

from dataclasses import dataclass

from archkb.kb.paths import within
from archkb.queries.model_view import Cells, ModelView

_COUNTS = ("n_tensors", "n_params", "n_bytes")


@dataclass(frozen=True, slots=True)
class Share:
    """One component without those inside it. `path` is empty for what lies in none; `inside`: the one around it."""

    path: str
    inside: str | None
    role: str | None
    tensors: int
    params: int
    bytes: int


def shares(view: ModelView) -> list[Share]:
    """Components, largest first, and the rest of the model; their counts add up to the model's."""
    parents = {str(c["path"]): _around(c, view.components) for c in view.components}
    out = [
        Share(path, parents[path], c["role"], *_own(c, [x for x in view.components if parents[str(x["path"])] == path]))
        for c in view.components
        for path in (str(c["path"]),)
    ]
    rest = _own(view.model, [c for c in view.components if parents[str(c["path"])] is None])
    if rest[0] or not out:
        whole = not out or any(s["component"] is None for s in view.labelled("Stack"))
        out.append(Share("", None, view.model["role"] if whole else None, *rest))
    return sorted(out, key=lambda s: (-s.params, s.path))


def _around(component: Cells, components: list[Cells]) -> str | None:
    """Path of the innermost component around another."""
    paths = (str(o["path"]) for o in components if o is not component)
    return max((o for o in paths if within(str(component["path"]), o)), key=len, default=None)


def _own(whole: Cells, inner: list[Cells]) -> tuple[int, int, int]:
    """Tensors, parameters and bytes that are in none of the components inside."""
    tensors, params, size = (whole[n] - sum(x[n] for x in inner) for n in _COUNTS)
    return tensors, params, size
