"""What a sublayer of a block is, in a line: its kind with its numbers, and for a container the layers it holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from archkb.kb.wording import human
from archkb.queries.model_view import Cells, Profile
from archkb.queries.path_wording import listed

NORMS = {"per_head": "QK-norm per head", "full_width": "QK-norm"}


def told(p: Profile, cells: Sequence[Cells]) -> tuple[str, str]:
    """What modules that are added together are: the kind by which designs are laid side by side, and its numbers."""
    first = cells[0]
    if first["label"] == "Attention":
        return f"{_of(first['attends'])}-attention", attention(first)
    if first["label"] == "FeedForward":
        return "feed-forward", feed_forward(first)
    held = [leaf for c in cells for leaf in leaves(p, c)]
    kinds = Counter(str(leaf["kind"]) for leaf in held)
    if not held:
        return str(first["kind"]), f"{human(int(first['n_params']))} parameters"
    said = Counter(layer(leaf) for leaf in held)
    text = listed((f"{n} × {what}" if n > 1 else what for what, n in said.items()), 3)
    return max(kinds, key=lambda k: (kinds[k], k)), text


def leaves(p: Profile, c: Cells) -> Iterator[Cells]:
    """The layers at and below a module, norms left out; attention and feed-forward are taken as a whole."""
    below = p.children.get(str(c["path"]), [])
    if c["label"] in ("Attention", "FeedForward", "Linear", "Conv", "Embedding") or (not below and c["n_params"]):
        if c["label"] != "Norm":
            yield c
        return
    for child in below:
        yield from leaves(p, child)


def layer(c: Cells) -> str:
    """One layer with its sizes."""
    if c["label"] == "Attention":
        return attention(c)
    if c["label"] == "FeedForward":
        return feed_forward(c)
    if c["label"] == "Linear":
        return f"{c['kind']} {c['in_features']} → {c['out_features']}"
    if c["label"] == "Conv":
        kernel = f", {'×'.join(map(str, c['kernel']))}" if c["kernel"] else ""
        return f"{c['kind']} {c['in_channels']} → {c['out_channels']}{kernel}"
    return str(c["kind"]) if c["kind"] != "Container" else str(c["name"])


def attention(c: Cells) -> str:
    """An attention with its widths and heads."""
    width = f"width {c['q_dim']}" if c["q_dim"] == c["kv_dim"] else f"{c['q_dim']} ← {c['kv_dim']}"
    said = [f"{_of(c['attends'])}-attention, {width}", heads(c), "gated" if c["gated"] else ""]
    said.append(NORMS.get(str(c["qk_norm"]), ""))
    return ", ".join(s for s in said if s)


def heads(c: Cells) -> str:
    """Query heads, and those of keys and values where they are fewer.

    >>> heads({"heads": 32, "kv_heads": 8, "gqa": 4}), heads({"heads": None, "kv_heads": None, "gqa": 4})
    ('32 heads, 8 KV', 'GQA 4:1')
    """
    shares = c["gqa"] is not None and c["gqa"] > 1
    if not c["heads"]:
        return f"GQA {c['gqa']}:1" if shares else ""
    few = c["kv_heads"] or (c["heads"] // c["gqa"] if shares else None)
    noun = "head" if c["heads"] == 1 else "heads"
    return f"{c['heads']} {noun}" + (f", {few} KV" if few and few != c["heads"] else "")


def feed_forward(c: Cells) -> str:
    """A feed-forward with its widths."""
    form = f"{c['form']} " if c["form"] else ""
    experts = f", {c['experts']} experts" if c["experts"] else ""
    return f"{form}feed-forward, {c['width']} → {c['hidden']}{experts}"


def _of(value: object) -> str:
    return "unknown" if value is None else str(value)
