"""What two designs are compared by: one small function an aspect, in the order an architect would ask.

Each takes a :class:`Profile` and gives a short text, or None where the model has no such thing. `unknown` is said
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
from archkb.queries.model_inventory import by_place, listed, loose, modulators, other_stacks, outside, rows_of, told
from archkb.queries.model_view import ITSELF, Cells, Profile

Read = Callable[[Profile], str | None]


def _of(value: Any) -> str:
    return "unknown" if value is None else str(value)


def _join(counted: Counter[str]) -> str | None:
    return "; ".join(f"{n} × {what}" for what, n in _most(counted)) or None


def _most(counted: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counted.items(), key=lambda i: (-i[1], i[0]))


def whole_role(p: Profile) -> str | None:
    """What the model is for."""
    return _of(p.model["role"])


def whole_size(p: Profile) -> str | None:
    """Tensors, parameters and bytes."""
    m = p.model
    return f"{m['n_tensors']:,} tensors, {human(m['n_params'])} parameters, {m['n_bytes'] / 1e9:.2f} GB"


def whole_precision(p: Profile) -> str | None:
    """Share of parameters by dtype."""
    m = p.model
    total = max(1, m["n_params"])
    parts = zip(m["dtypes"], m["dtype_params"], strict=True)
    return ", ".join(f"{d} {_share(n / total)}" for d, n in sorted(parts, key=lambda x: -x[1]))


def _share(x: float) -> str:
    """A share in words: neither rounded up to all nor down to none.

    >>> _share(1.0), _share(0.9999), _share(0.25), _share(0.0001)
    ('all', '> 99.9 %', '25.0 %', '< 0.1 %')
    """
    if x == 1:
        return "all"
    return "> 99.9 %" if x > 0.999 else "< 0.1 %" if x < 0.001 else f"{100 * x:.1f} %"


def parts(p: Profile) -> str | None:
    """Components with their sizes, inner ones in brackets and counted once; the rest of the model is told too."""
    components = shares(p)

    def with_inner(s: Share) -> str:
        inner = ", ".join(with_inner(x) for x in components if x.inside == s.path and s.path)
        size = f"{s.role or s.path or 'beside them'} {human(s.params)}"
        return f"{size} (and inside it {inner})" if inner else size

    if len(components) == 1 and not components[0].path and not components[0].role:
        return None
    return ", ".join(with_inner(s) for s in components if s.inside is None)


def backbone_name(p: Profile) -> str | None:
    """What the backbone is called, without what it lies in."""
    return str(p.backbone["name"]) if p.backbone else None


def backbone_depth(p: Profile) -> str | None:
    """Blocks of the backbone and whether they are alike."""
    if p.backbone is None:
        return None
    alike = "alike" if p.backbone["uniform"] else f"{len({b['template'] for b in p.blocks})} templates"
    return f"{_of(p.backbone['stack_depth'])} blocks, {alike}"


def backbone_size(p: Profile) -> str | None:
    """Parameters of the backbone."""
    return human(p.backbone["n_params"]) if p.backbone else None


def backbone_streams(p: Profile) -> str | None:
    """Widths that run through the backbone."""
    if p.backbone is None:
        return None
    found = [s for s in p.streams if s["scope"] == p.backbone["path"]]
    return ", ".join(f"{_of(s['name'])} {s['width']}" for s in found) or None


def _attention(p: Profile, c: Cells) -> str:
    asks, reads = p.links.get(str(c["path"]), (None, None))
    names = (_of(asks["name"]), _of(reads["name"])) if asks and reads and asks["uid"] != reads["uid"] else ("", "")
    what = f"{names[0]} {c['q_dim']} reads {names[1]} {c['kv_dim']}".strip()
    if not any(names):
        what = str(c["q_dim"]) if c["q_dim"] == c["kv_dim"] else f"{c['q_dim']} reads {c['kv_dim']}"
    heads = f"{c['heads']} heads" if c["heads"] else "heads unknown"
    ratio = f", GQA {c['gqa']}:1" if c["gqa"] and c["gqa"] > 1 else ""
    gate = ", gated" if c["gated"] else ""
    return f"{_of(c['attends'])} {what}, attention width {c['inner_dim']}, {heads}{ratio}{gate}"


def attentions(p: Profile) -> str | None:
    """Attentions of the backbone by place in the block; those of one place that differ in sizes are told apart."""
    return _per_place(p, "Attention", lambda c: _attention(p, c))


def _per_place(p: Profile, role: str, say: Callable[[Cells], str]) -> str | None:
    """Modules of a role in the backbone by place in the block, and by what is said of them."""
    if p.backbone is None:
        return None
    path = str(p.backbone["path"])
    modules = sorted(p.inside(p.labelled(role), path), key=lambda c: natural(str(c["path"])))
    return "; ".join(by_place(p, path, ((str(c["path"]), say(c)) for c in modules))) or None


def attention_kinds(p: Profile) -> str | None:
    """All attentions of the model by kind."""
    return _join(Counter(_of(c["attends"]) for c in p.labelled("Attention")))


def qk_norm(p: Profile) -> str | None:
    """Scope of the query/key norm."""
    return _join(Counter(_of(c["qk_norm"]) for c in p.labelled("Attention")))


def gates(p: Profile) -> str | None:
    """Attentions with an output gate."""
    found = p.labelled("Attention")
    n = sum(bool(c["gated"]) for c in found)
    return (f"{n} of {len(found)}" if 0 < n < len(found) else "all" if n else "none") if found else None


def feed_forwards(p: Profile) -> str | None:
    """Feed-forwards of the backbone by place in the block; those of one place that differ in sizes are told apart."""
    return _per_place(p, "FeedForward", lambda c: f"{_of(c['form'])} {c['width']}→{c['hidden']}")


def norms(p: Profile) -> str | None:
    """Norm layers with parameters, by kind."""
    return _join(Counter(str(c["kind"]) for c in p.labelled("Norm"))) or "none with parameters"


def modulation(p: Profile) -> str | None:
    """What modulates, by the number of vectors it yields: their widths, and how many layers and tables.

    `6 rows of 2048 or 4096: 2 layers, 96 tables`.
    """
    by_rows: dict[int, tuple[set[int], Counter[str]]] = {}
    for rows, width, what in _modulators(p):
        widths, counts = by_rows.setdefault(rows, (set(), Counter()))
        widths.add(width)
        counts[what] += 1
    return listed(
        f"{rows_of(rows)} of {_either(widths)}: {', '.join(counted(n, what) for what, n in sorted(counts.items()))}"
        for rows, (widths, counts) in sorted(by_rows.items(), key=lambda x: (-sum(x[1][1].values()), -x[0]))
    )


def _modulators(p: Profile) -> Iterator[tuple[int, int, str]]:
    """(rows, width, layer or table) of all that modulates."""
    for c in p.labelled("Linear"):
        if c["modulation_rows"]:
            yield c["modulation_rows"], c["out_features"] // c["modulation_rows"], "layer"
    for t in p.tensors.values():
        if t["role"] == "modulation_table" and t["shape"]:
            yield prod(t["shape"][:-1]), t["shape"][-1], "table"


def _either(widths: Iterable[int]) -> str:
    return " or ".join(map(str, sorted(widths)))


def residuals(p: Profile) -> str | None:
    """Residual additions of the backbone's commonest block, in order, with their streams."""
    block = p.common_block
    if block is None:
        return None
    cut = len(str(block["path"])) + 1
    places: dict[int, list[str]] = {}
    names: dict[int, str | None] = {}
    for order, edge in p.additions(block):
        places.setdefault(order, []).append(str(p.by_uid[edge["target"]]["path"])[cut:] or ITSELF)
        names[order] = edge["stream"]
    return ", ".join(f"{' + '.join(places[o])}{f' ({names[o]})' if names[o] else ''}" for o in sorted(places)) or None


def _in_backbone(*kinds: str) -> Read:
    def read(p: Profile) -> str | None:
        if p.backbone is None:
            return None
        return told(p, str(p.backbone["path"]), *kinds)

    read.__doc__ = f"What is {' or '.join(kinds)} in the blocks of the backbone, by place."
    return read


def text_coupling(p: Profile) -> str | None:
    """Cross-attentions to a text or context stream."""
    kinds: Counter[str] = Counter()
    for c in p.labelled("Attention"):
        _, reads = p.links.get(str(c["path"]), (None, None))
        if (
            c["attends"] in ("cross", "joint")
            and reads is not None
            and str(reads["name"]) in ("text", "context", "caption")
        ):
            kinds[f"{c['attends']}-attention reads {_of(reads['name'])} {c['kv_dim']}"] += 1
    return _join(kinds)


def _component(role: str) -> Read:
    def read(p: Profile) -> str | None:
        found = [c for c in p.components if c["role"] and role in str(c["role"])]
        return "; ".join(_describe(p, c) for c in found) or None

    read.__doc__ = f"Components whose role has `{role}`."
    return read


def _describe(p: Profile, c: Cells) -> str:
    convolutions = p.inside(p.labelled("Conv"), str(c["path"]))
    kernels = Counter("×".join(map(str, k["kernel"] or ())) for k in convolutions)
    common = f", kernels mostly {kernels.most_common(1)[0][0]}" if kernels else ""
    latent = f", {c['latent_channels']} latent channels" if c["latent_channels"] else ""
    return f"{c['path']}: {human(c['n_params'])}{common}{latent}"


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
