"""What two designs are compared by: one small function an aspect, in the order an architect would ask.

Each takes a :class:`ModelView` and gives a short text, or None where the model has no such thing. `unknown` is said
where a header cannot tell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from math import prod
from typing import Any

from archkb.kb.paths import natural
from archkb.kb.wording import counted, human
from archkb.queries.component_shares import Share, shares
from archkb.queries.model_inventory import (
    by_place,
    described_items,
    loose,
    modulators,
    other_stacks,
    outside,
    rows_of,
    value_of,
)
from archkb.queries.model_view import ITSELF, Cells, ModelView

ROOT = "(root)"
"""What lies in no component, as the questions call it."""

Read = Callable[[ModelView], str | None]


def _of(value: Any) -> str:
    return "unknown" if value is None else str(value)


def _join(counted: Counter[str]) -> str | None:
    return "; ".join(f"{n} × {what}" for what, n in _most(counted)) or None


def _most(counted: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counted.items(), key=lambda i: (-i[1], i[0]))


def whole_role(view: ModelView) -> str | None:
    """What the model is for."""
    return _of(view.model["role"])


def whole_size(view: ModelView) -> str | None:
    """Tensors, parameters and bytes."""
    model = view.model
    return f"{model['n_tensors']:,} tensors, {human(model['n_params'])} parameters, {model['n_bytes'] / 1e9:.2f} GB"


def whole_precision(view: ModelView) -> str | None:
    """Share of parameters by dtype."""
    model = view.model
    total = max(1, model["n_params"])
    parts = zip(model["dtypes"], model["dtype_params"], strict=True)
    return ", ".join(f"{d} {_share(n / total)}" for d, n in sorted(parts, key=lambda x: -x[1]))


def _share(share: float) -> str:
    """A share in words: neither rounded up to all nor down to none.

    >>> _share(1.0), _share(0.9999), _share(0.25), _share(0.0001)
    ('all', '> 99.9 %', '25.0 %', '< 0.1 %')
    """
    if share == 1:
        return "all"
    return "> 99.9 %" if share > 0.999 else "< 0.1 %" if share < 0.001 else f"{100 * share:.1f} %"


def parts(view: ModelView) -> str | None:
    """Components with their sizes, inner ones in brackets and counted once; the rest of the model is told too."""
    components = shares(view)

    def with_inner(component: Share) -> str:
        inner = ", ".join(with_inner(x) for x in components if x.inside == component.path and component.path)
        size = f"{component.role or component.path or 'beside them'} {human(component.params)}"
        return f"{size} (and inside it {inner})" if inner else size

    if len(components) == 1 and not components[0].path and not components[0].role:
        return f"{ROOT}, role unknown, {human(components[0].params)}"
    return ", ".join(with_inner(s) for s in components if s.inside is None)


def backbone_name(view: ModelView) -> str | None:
    """What the backbone is called, without what it lies in."""
    return str(view.backbone["name"]) if view.backbone else None


def backbone_depth(view: ModelView) -> str | None:
    """Blocks of the backbone and whether they are alike."""
    if view.backbone is None:
        return None
    alike = "alike" if view.backbone["uniform"] else f"{len({b['template'] for b in view.blocks})} templates"
    return f"{_of(view.backbone['stack_depth'])} blocks, {alike}"


def backbone_size(view: ModelView) -> str | None:
    """Parameters of the backbone."""
    return human(view.backbone["n_params"]) if view.backbone else None


def backbone_streams(view: ModelView) -> str | None:
    """Widths that run through the backbone."""
    if view.backbone is None:
        return None
    found = [s for s in view.streams if s["scope"] == view.backbone["path"]]
    return ", ".join(f"{_of(s['name'])} {s['width']}" for s in found) or None


def _attention(view: ModelView, attention: Cells) -> str:
    asks, reads = view.links.get(str(attention["path"]), (None, None))
    names = (_of(asks["name"]), _of(reads["name"])) if asks and reads and asks["uid"] != reads["uid"] else ("", "")
    what = f"{names[0]} {attention['q_dim']} reads {names[1]} {attention['kv_dim']}".strip()
    if not any(names):
        what = (
            str(attention["q_dim"])
            if attention["q_dim"] == attention["kv_dim"]
            else f"{attention['q_dim']} reads {attention['kv_dim']}"
        )
    heads = f"{attention['heads']} heads" if attention["heads"] else "heads unknown"
    ratio = f", GQA {attention['gqa']}:1" if attention["gqa"] and attention["gqa"] > 1 else ""
    gate = ", gated" if attention["gated"] else ""
    return f"{_of(attention['attends'])} {what}, attention width {attention['inner_dim']}, {heads}{ratio}{gate}"


def attentions(view: ModelView) -> str | None:
    """Attentions of the backbone by place in the block; those of one place that differ in sizes are told apart."""
    return _per_place(view, "Attention", lambda c: _attention(view, c))


def _per_place(view: ModelView, role: str, say: Callable[[Cells], str]) -> str | None:
    """Modules of a role in the backbone by place in the block, and by what is said of them."""
    if view.backbone is None:
        return None
    path = str(view.backbone["path"])
    modules = sorted(view.inside(view.labelled(role), path), key=lambda c: natural(str(c["path"])))
    return "; ".join(by_place(view, path, ((str(c["path"]), say(c)) for c in modules))) or None


def attention_kinds(view: ModelView) -> str | None:
    """All attentions of the model by kind."""
    return _join(Counter(_of(c["attends"]) for c in view.labelled("Attention")))


def qk_norm(view: ModelView) -> str | None:
    """Scope of the query/key norm."""
    return _join(Counter(_of(c["qk_norm"]) for c in view.labelled("Attention")))


def gates(view: ModelView) -> str | None:
    """Attentions with an output gate."""
    found = view.labelled("Attention")
    gated = sum(bool(c["gated"]) for c in found)
    return (f"{gated} of {len(found)}" if 0 < gated < len(found) else "all" if gated else "none") if found else None


def feed_forwards(view: ModelView) -> str | None:
    """Feed-forwards of the backbone by place in the block; those of one place that differ in sizes are told apart."""
    return _per_place(view, "FeedForward", lambda c: f"{_of(c['form'])} {c['width']}→{c['hidden']}")


def norms(view: ModelView) -> str | None:
    """Norm layers with parameters, by kind."""
    return _join(Counter(str(c["kind"]) for c in view.labelled("Norm"))) or "none with parameters"


def modulation(view: ModelView) -> str | None:
    """What modulates, by the number of vectors it yields: their widths, and how many layers and tables.

    `6 rows of 2048 or 4096: 2 layers, 96 tables`.
    """
    by_rows: dict[int, tuple[set[int], Counter[str]]] = {}
    for rows, width, what in _modulators(view):
        widths, counts = by_rows.setdefault(rows, (set(), Counter()))
        widths.add(width)
        counts[what] += 1
    return value_of(
        f"{rows_of(rows)} of {_either(widths)}: {', '.join(counted(n, what) for what, n in sorted(counts.items()))}"
        for rows, (widths, counts) in sorted(by_rows.items(), key=lambda x: (-sum(x[1][1].values()), -x[0]))
    )


def _modulators(view: ModelView) -> Iterator[tuple[int, int, str]]:
    """(rows, width, layer or table) of all that modulates."""
    for c in view.labelled("Linear"):
        if c["modulation_rows"]:
            yield c["modulation_rows"], c["out_features"] // c["modulation_rows"], "layer"
    for t in view.tensors.values():
        if t["role"] == "modulation_table" and t["shape"]:
            yield prod(t["shape"][:-1]), t["shape"][-1], "table"


def _either(widths: Iterable[int]) -> str:
    return " or ".join(map(str, sorted(widths)))


def residuals(view: ModelView) -> str | None:
    """Residual additions of the backbone's commonest block, in order, with their streams.

    Where its blocks are stages, whose own blocks add, or where it adds nothing, the additions of all blocks are told,
    with how many of them have these.
    """
    block = view.common_block
    if block is None or view.backbone is None:
        return None
    numbered = [c for c in view.modules.values() if c["ordinal"] is not None]
    own = _additions(view, block)
    if own and not any(_additions(view, c) for c in view.inside(numbered, str(block["path"])) if c is not block):
        return own
    texts = Counter(text for c in view.inside(numbered, str(view.backbone["path"])) if (text := _additions(view, c)))
    return "; ".join(f"{counted(n, 'block')}: {text}" for text, n in _most(texts)) or None


def _additions(view: ModelView, block: Cells) -> str | None:
    """Residual additions of one block, in order."""
    cut = len(str(block["path"])) + 1
    places: dict[int, list[str]] = {}
    names: dict[int, str | None] = {}
    for order, edge in view.additions(block):
        places.setdefault(order, []).append(str(view.by_uid[edge["target"]]["path"])[cut:] or ITSELF)
        names[order] = edge["stream"]
    return ", ".join(f"{' + '.join(places[o])}{f' ({names[o]})' if names[o] else ''}" for o in sorted(places)) or None


def _in_backbone(*kinds: str) -> Read:
    def read(view: ModelView) -> str | None:
        if view.backbone is None:
            return None
        return described_items(view, str(view.backbone["path"]), *kinds)

    read.__doc__ = f"What is {' or '.join(kinds)} in the blocks of the backbone, by place."
    return read


def text_coupling(view: ModelView) -> str | None:
    """Cross-attentions to a text or context stream."""
    kinds: Counter[str] = Counter()
    for c in view.labelled("Attention"):
        _, reads = view.links.get(str(c["path"]), (None, None))
        if (
            c["attends"] in ("cross", "joint")
            and reads is not None
            and str(reads["name"]) in ("text", "context", "caption")
        ):
            kinds[f"{c['attends']}-attention reads {_of(reads['name'])} {c['kv_dim']}"] += 1
    return _join(kinds)


def _component(role: str) -> Read:
    def read(view: ModelView) -> str | None:
        found = [c for c in view.components if c["role"] and role in str(c["role"])]
        return "; ".join(_describe(view, c) for c in found) or None

    read.__doc__ = f"Components whose role has `{role}`."
    return read


def _describe(view: ModelView, component: Cells) -> str:
    convolutions = view.inside(view.labelled("Conv"), str(component["path"]))
    kernels = Counter("×".join(map(str, k["kernel"] or ())) for k in convolutions)
    common = f", kernels mostly {kernels.most_common(1)[0][0]}" if kernels else ""
    latent = f", {component['latent_channels']} latent channels" if component["latent_channels"] else ""
    return f"{component['path']}: {human(component['n_params'])}{common}{latent}"


ASPECTS: tuple[tuple[str, str, Read], ...] = (
    ("model", "role", whole_role),
    ("model", "size", whole_size),
    ("model", "precision (share of parameters)", whole_precision),
    ("model", "components", parts),
    ("backbone", "name", backbone_name),
    ("backbone", "depth", backbone_depth),
    ("backbone", "parameters", backbone_size),
    ("backbone", "streams", backbone_streams),
    ("backbone", "attentions per place", attentions),
    ("backbone", "feed-forwards per place", feed_forwards),
    ("backbone", "residual additions of a block", residuals),
    ("backbone", "modulation per place", _in_backbone("modulation")),
    ("backbone", "other layers per place", _in_backbone("layer")),
    ("backbone", "loose parameters per place", _in_backbone("parameter")),
    ("attention", "kinds", attention_kinds),
    ("attention", "query/key norm", qk_norm),
    ("attention", "gated", gates),
    ("norms", "with parameters", norms),
    ("norms", "modulation", modulation),
    ("text", "coupling", text_coupling),
    ("text", "components", _component("text")),
    ("vae", "encoder", _component("vae_encoder")),
    ("vae", "decoder", _component("vae_decoder")),
    ("audio", "components", _component("audio")),
    ("audio", "vocoder", _component("vocoder")),
    ("upscaler", "components", _component("upsc")),
    ("model", "other stacks", other_stacks),
    ("model", "layers outside the stacks", outside),
    ("model", "modulation outside the stacks", modulators),
    ("model", "loose parameters outside the stacks", loose),
)
