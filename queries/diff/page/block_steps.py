"""What a block diagram shows: the streams that run through a block, and its sublayers in order, each added to one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from archkb.kb.paths import outermost, pattern, within
from archkb.kb.wording import listed
from archkb.queries.diff.page.block_forms import Form, forms
from archkb.queries.diff.page.sublayer import described
from archkb.queries.model_inventory import sizes
from archkb.queries.model_items import HOLDERS
from archkb.queries.model_view import Cells, ModelView

UNNAMED = "hidden"
"""What a stream without a name is called in a picture."""
BESIDE = "beside"
"""The function of the step that holds what of a block is in no sublayer."""


@dataclass(frozen=True, slots=True)
class Step:
    """One residual addition: modules that are added around, what they are, and the streams they join.

    `adds_to` is None for an attention or feed-forward without an addition, and for what of the block is in no sublayer.

    `paths` are in the block that is drawn, `in_all_blocks` the same places in every block like it. `function` is what
    kind of sublayer it is, by which steps of two designs are laid beside each other.
    """

    paths: tuple[str, ...]
    in_all_blocks: tuple[str, ...]
    title: str
    function: str
    facts: str
    adds_to: str | None
    reads: str | None


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a stack, for all `count` of `depth` that have its template.

    `share`: of the model's elements in the stack; `streams`: left to right as first used; `others`: forms of the
    stack's blocks that are not drawn.
    """

    stack: str
    path: str
    share: float
    count: int
    depth: int
    streams: tuple[str, ...]
    steps: tuple[Step, ...]
    others: tuple[Form, ...]


def blocks(view: ModelView) -> list[Block]:
    """The commonest block of each stack that has residual additions, the largest stack first."""
    out = []
    for stack in sorted(view.labelled("Stack"), key=lambda s: (-s["n_params"], str(s["path"]))):
        members = [c for c in view.children.get(str(stack["path"]), ()) if view.additions(c)]
        if not members:
            continue
        counts = Counter(m["template"] for m in members)
        common = max(counts, key=lambda t: (counts[t], t))
        alike = [m for m in members if m["template"] == common]
        alike.sort(key=lambda m: (m["ordinal"] or 0, str(m["path"])))
        out.append(_block(view, stack, alike))
    return out


def _block(view: ModelView, stack: Cells, alike: list[Cells]) -> Block:
    block = alike[0]
    roots = [str(m["path"]) for m in alike]
    steps: dict[int, list[tuple[Cells, str | None]]] = {}
    for order, edge in view.additions(block):
        steps.setdefault(order, []).append((view.by_uid[edge["target"]], edge["stream"]))
    drawn_steps = [_step(view, roots, steps[order]) for order in sorted(steps)]
    drawn_steps += _without_addition(view, roots, drawn_steps)
    drawn_steps += _beside(view, roots, drawn_steps)
    lanes = dict.fromkeys(step.adds_to for step in drawn_steps if step.adds_to)
    lanes |= dict.fromkeys(step.reads for step in drawn_steps if step.reads)
    path, depth = str(stack["path"]), int(stack["stack_depth"] or 0)
    share = stack["n_params"] / (view.model["n_params"] or 1)
    others = tuple(f for f in forms(view, path, roots[0]) if roots[0] not in f.paths)
    return Block(path, roots[0], share, len(alike), depth, tuple(lanes), tuple(drawn_steps), others)


def _covered(path: str, steps: Sequence[Step]) -> bool:
    return any(within(path, own) for step in steps for own in step.paths)


def _without_addition(view: ModelView, roots: list[str], steps: Sequence[Step]) -> list[Step]:
    """Attentions and feed-forwards of the block around which no addition was found, the outermost of them."""
    holders = [cells for role in HOLDERS for cells in view.inside(view.labelled(role), roots[0])]
    uncovered = {str(cells["path"]): cells for cells in holders if not _covered(str(cells["path"]), steps)}
    return [replace(_step(view, roots, [(uncovered[path], None)]), adds_to=None) for path in outermost(uncovered)]


def _beside(view: ModelView, roots: list[str], steps: Sequence[Step]) -> list[Step]:
    """What of the block is in none of the steps, as one step: norms, what modulates, gates, other layers."""
    items = [item for item in view.items if within(item.path, roots[0]) and not _covered(item.path, steps)]
    if all(item.kind == "norm" for item in items):  # the norm before or after a sublayer goes without saying
        return []
    root_length = len(roots[0])
    layers = Counter(
        f"{pattern(item.path[root_length + 1 :]) or view.modules[item.path]['name']} {sizes(view, item)}"
        for item in items
        if item.kind != "norm"
    )
    norms = Counter(str(view.modules[item.path]["kind"]) for item in items if item.kind == "norm")
    texts = [f"{count} × {what}" if count > 1 else what for what, count in (*layers.items(), *norms.items())]
    paths = tuple(item.path for item in items)
    in_all_blocks = tuple(root + path[root_length:] for root in roots for path in paths)
    return [Step(paths, in_all_blocks, "beside them", BESIDE, listed(texts, 8), None, None)]


def _step(view: ModelView, roots: list[str], members: list[tuple[Cells, str | None]]) -> Step:
    cells = [cell for cell, _ in members]
    paths = tuple(str(cell["path"]) for cell in cells)
    below = [path[len(roots[0]) :] for path in paths]
    names = [local.removeprefix(".") or str(cell["name"]) for local, cell in zip(below, cells, strict=True)]
    adds_to = next((stream for _, stream in members if stream), UNNAMED)
    reads = None
    for cell in cells:
        asks, source = view.links.get(str(cell["path"]), (None, None))
        if source is not None and (asks is None or source["uid"] != asks["uid"]):
            reads = str(source["name"] or "other")
        elif cell["label"] == "Attention" and cell["attends"] == "cross":
            reads = "context"
    function, facts = described(view, cells)
    function += f" {reads}" if reads else ""
    in_all_blocks = tuple(root + local for root in roots for local in below)
    return Step(paths, in_all_blocks, " + ".join(names), function, facts, adds_to, reads)
