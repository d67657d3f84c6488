"""Mixtures of experts: experts kept as one three-dimensional tensor, and the module that routes between them."""

from __future__ import annotations

from archkb.ingest.analysis import FeedForward
from archkb.ingest.rules import fact, rule
from archkb.ingest.tree.module_tree import Node, Tree

_STACKED = rule(
    "moe.stacked",
    "shape",
    "Two or three tensors [E, ., .] of one module whose last widths are those of an MLP are E experts stacked.",
    "transformers' fused experts; GPT-OSS",
)
_MIXTURE = rule(
    "moe.router",
    "neighbour",
    "A module that holds several like feed-forwards and a matrix with one row an expert routes between them.",
    "Shazeer et al. 2017",
)

_NEIGHBOURS = 64
"""Modules beside the experts that are looked at for a router."""


def stacked_experts(node: Node) -> FeedForward | None:
    """An MLP a whole row of experts shares, from tensors [experts, rows, columns] in either order of the last two."""
    stacked = {name: t.shape for name, t in node.tensors.items() if len(t.shape) == 3 and "bias" not in name}
    if len(stacked) not in (2, 3) or len({s[0] for s in stacked.values()}) != 1 or node.children:
        return None
    # the way back by name; what is left leads up
    down = next((n for n in stacked if "down" in n or "w2" in n or n.endswith(("out", "output", "wo"))), None)
    if down is None:
        return None
    ups = tuple(n for n in stacked if n != down)
    # either order of rows and columns that makes both ways agree
    a, b = stacked[down][1:]
    for width, hidden in ((a, b), (b, a)):
        rows = {tuple(sorted(stacked[u][1:])) for u in ups}
        gated = len(ups) == 2 or rows == {tuple(sorted((2 * hidden, width)))}
        if rows in ({tuple(sorted((hidden, width)))}, {tuple(sorted((2 * hidden, width)))}):
            evidence = ", ".join(f"{n} {list(s)}" for n, s in stacked.items())
            form = fact("gated" if gated else "plain", _STACKED, evidence)
            return FeedForward(node.path, form, width, hidden, ups, down, experts=stacked[down][0])
    return None


def mixture(tree: Tree, feed_forwards: dict[str, FeedForward]) -> dict[str, FeedForward]:
    """The wrappers: modules with a list of experts, or stacked ones, beside a router. Form moe."""
    out: dict[str, FeedForward] = {}
    for path, expert in feed_forwards.items():
        node = tree.nodes[path]
        listed = node.index is not None and node.parent is not None and len(node.parent.children) > 1
        holder = node.parent.parent if listed and node.parent is not None else node.parent
        if holder is None or not holder.path or holder.path in out or expert.inline:
            continue
        count = len(node.parent.children) if listed and node.parent is not None else expert.experts
        if count and count > 1 and _router(holder, count):
            evidence = (
                f"{count} experts of width {expert.width} and hidden width {expert.hidden}, router of {count} rows"
            )
            out[holder.path] = FeedForward(
                holder.path, fact("moe", _MIXTURE, evidence), expert.width, expert.hidden, experts=count
            )
    return out


def _router(holder: Node, experts: int) -> bool:
    """Whether a matrix beside the experts has one row an expert."""
    holders = [*holder.children.values(), *(c for n in holder.children.values() for c in n.children.values())]
    return any(
        len(t.shape) == 2 and t.shape[0] == experts
        for n in (holder, *holders[:_NEIGHBOURS])
        for t in n.tensors.values()
    )
