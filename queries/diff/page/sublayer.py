"""What a sublayer of a block is, in a line: its kind with its numbers, and for a container the layers it holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from archkb.kb.wording import human, listed
from archkb.queries.model_inventory import channels_read
from archkb.queries.model_view import Cells, ModelView

NORMS = {"per_head": "QK-norm per head", "full_width": "QK-norm"}


def described(view: ModelView, cells: Sequence[Cells]) -> tuple[str, str]:
    """What modules that are added together are: the kind by which designs are laid side by side, and its numbers."""
    first = cells[0]
    if first["label"] == "Attention":
        return f"{_of(first['attends'])}-attention", attention(first)
    if first["label"] == "FeedForward":
        return "feed-forward", feed_forward(first)
    held = [leaf for cell in cells for leaf in leaves(view, cell)]
    kinds = Counter(str(leaf["kind"]) for leaf in held)
    if not held:
        return str(first["kind"]), f"{human(int(first['n_params']))} parameters"
    layers = Counter(layer(leaf) for leaf in held)
    text = listed((f"{count} × {what}" if count > 1 else what for what, count in layers.items()), 3)
    return max(kinds, key=lambda k: (kinds[k], k)), text


def leaves(view: ModelView, cells: Cells) -> Iterator[Cells]:
    """The layers at and below a module, norms left out; attention and feed-forward are taken as a whole."""
    below = view.children.get(str(cells["path"]), [])
    if cells["label"] in ("Attention", "FeedForward", "Linear", "Conv", "Embedding") or (
        not below and cells["n_params"]
    ):
        if cells["label"] != "Norm":
            yield cells
        return
    for child in below:
        yield from leaves(view, child)


def layer(cells: Cells) -> str:
    """One layer with its sizes."""
    if cells["label"] == "Attention":
        return attention(cells)
    if cells["label"] == "FeedForward":
        return feed_forward(cells)
    if cells["label"] == "Linear":
        return f"{cells['kind']} {cells['in_features']} → {cells['out_features']}"
    if cells["label"] == "Conv":
        kernel = f", {'×'.join(map(str, cells['kernel']))}" if cells["kernel"] else ""
        depthwise = "depthwise " if cells["depthwise"] else ""
        return f"{cells['kind']} {depthwise}{channels_read(cells)} → {cells['out_channels']}{kernel}"
    return str(cells["kind"]) if cells["kind"] != "Container" else str(cells["name"])


def attention(cells: Cells) -> str:
    """An attention with its widths and heads."""
    width = f"width {cells['q_dim']}" if cells["q_dim"] == cells["kv_dim"] else f"{cells['q_dim']} ← {cells['kv_dim']}"
    parts = [f"{_of(cells['attends'])}-attention, {width}", heads(cells), "gated" if cells["gated"] else ""]
    parts.append(NORMS.get(str(cells["qk_norm"]), ""))
    return ", ".join(s for s in parts if s)


def heads(cells: Cells) -> str:
    """Query heads, and those of keys and values where they are fewer.

    >>> heads({"heads": 32, "kv_heads": 8, "gqa": 4}), heads({"heads": None, "kv_heads": None, "gqa": 4})
    ('32 heads, 8 KV', 'GQA 4:1')
    """
    shares = cells["gqa"] is not None and cells["gqa"] > 1
    if not cells["heads"]:
        return f"GQA {cells['gqa']}:1" if shares else ""
    kv_heads = cells["kv_heads"] or (cells["heads"] // cells["gqa"] if shares else None)
    noun = "head" if cells["heads"] == 1 else "heads"
    return f"{cells['heads']} {noun}" + (f", {kv_heads} KV" if kv_heads and kv_heads != cells["heads"] else "")


def feed_forward(cells: Cells) -> str:
    """A feed-forward with its widths."""
    form = f"{cells['form']} " if cells["form"] else ""
    experts = f", {cells['experts']} experts" if cells["experts"] else ""
    return f"{form}feed-forward, {cells['width']} → {cells['hidden']}{experts}"


def _of(value: object) -> str:
    return "unknown" if value is None else str(value)
