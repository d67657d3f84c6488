"""What a model or a component has outside its stacks: layers by kind, and tensors that belong to no layer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kb.paths import pattern, within
from queries.cells import cell
from queries.diff.profile import Cells, Profile
from queries.explain_lines import Line, drafts, finished, relative

LAYERS = ("Linear", "Conv", "Norm", "Embedding", "Recurrent")
_HOLDERS = ("Attention", "FeedForward")
_SHOWN = 6
"""How many names are given of each kind."""


def loose_lines(p: Profile, component: str | None, level: int) -> Iterator[Line]:
    """What is in the component (None: in none of them) and in no stack; nothing where all is in stacks."""
    path = component or ""
    stacks = [str(s["path"]) for s in p.labelled("Stack")]
    loose = [
        m
        for m in p.modules.values()
        if m["component"] == component and not any(within(str(m["path"]), s) for s in stacks)
    ]
    yield from finished([drafts(p, loose, path, level)])
    if component is None and p.components:
        where = "outside the components"
    else:
        where = "outside the stacks" if any(within(s, path) for s in stacks) else "layers"
    text = layers(loose, path, where)
    if text:
        yield Line(level, path, text)
    own = _tensors(p, loose, path, component)
    if own:
        yield Line(level, path, f"tensors of no layer: {_some(own)}")


def layers(modules: Iterable[Cells], path: str, title: str = "layers") -> str:
    """Layers by kind with the parts of the model they are in; '' for none. Those of attentions are left out."""
    found = list(modules)
    holders = [str(m["path"]) for m in found if m["label"] in _HOLDERS]
    kinds: dict[str, list[str]] = {}
    for m in found:
        if m["label"] in LAYERS and not any(within(str(m["path"]), h) for h in holders):
            kinds.setdefault(str(m["kind"]), []).append(relative(m, path))
    parts = (
        f"{len(names)} {kind} ({_some(list(dict.fromkeys(map(_top, names))))})" for kind, names in sorted(kinds.items())
    )
    return f"{title}: {', '.join(parts)}" if kinds else ""


def _top(name: str) -> str:
    """The first word of a path, with the number in front of it."""
    first, _, rest = name.partition(".")
    return f"{first}.{rest.partition('.')[0]}" if first.isdigit() and rest else first


def _tensors(p: Profile, loose: Iterable[Cells], path: str, component: str | None) -> list[str]:
    """Names with shapes of tensors that lie in the loose modules themselves and are no layer's."""
    owners = {str(m["path"]) for m in loose if m["label"] not in (*LAYERS, *_HOLDERS)}
    if component is None:
        owners.add("")
    out: dict[str, str] = {}
    for key, tensor in p.tensors.items():
        if key.rpartition(".")[0] in owners and tensor["role"] != "side_car":
            name = pattern(key[len(path) + 1 :] if path else key)
            out.setdefault(name, f"{name} {cell(tensor['shape'], 'shape')}")
    return list(out.values())


def _some(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
