"""What a block diagram shows: the streams that run through a block, and its sublayers in order, each added to one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from archkb.kb.paths import outermost, pattern, within
from archkb.queries.diff.page.block_forms import Form, forms
from archkb.queries.diff.page.sublayer import told
from archkb.queries.model_inventory import sizes
from archkb.queries.model_items import HOLDERS
from archkb.queries.model_view import Cells, Profile
from archkb.queries.path_wording import listed

UNNAMED = "hidden"
"""What a stream without a name is called in a picture."""
BESIDE = "beside"
"""The function of the step that holds what of a block is in no sublayer."""


@dataclass(frozen=True, slots=True)
class Step:
    """One residual addition: modules that are added around, what they are, and the streams they join.

    `adds_to` is None for an attention or feed-forward without an addition, and for what of the block is in no sublayer.

    `paths` are in the block that is drawn, `like` the same places in every block like it. `function` is what kind of
    sublayer it is, by which steps of two designs are laid beside each other.
    """

    paths: tuple[str, ...]
    like: tuple[str, ...]
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


def blocks(p: Profile) -> list[Block]:
    """The commonest block of each stack that has residual additions, the largest stack first."""
    out = []
    for stack in sorted(p.labelled("Stack"), key=lambda s: (-s["n_params"], str(s["path"]))):
        members = [c for c in p.children.get(str(stack["path"]), ()) if p.additions(c)]
        if not members:
            continue
        counted = Counter(m["template"] for m in members)
        common = max(counted, key=lambda t: (counted[t], t))
        like = [m for m in members if m["template"] == common]
        like.sort(key=lambda m: (m["ordinal"] or 0, str(m["path"])))
        out.append(_block(p, stack, like))
    return out


def _block(p: Profile, stack: Cells, like: list[Cells]) -> Block:
    block = like[0]
    roots = [str(m["path"]) for m in like]
    steps: dict[int, list[tuple[Cells, str | None]]] = {}
    for order, edge in p.additions(block):
        steps.setdefault(order, []).append((p.by_uid[edge["target"]], edge["stream"]))
    made = [_step(p, roots, steps[order]) for order in sorted(steps)]
    made += _without_addition(p, roots, made)
    made += _beside(p, roots, made)
    lanes = dict.fromkeys(s.adds_to for s in made if s.adds_to)
    lanes |= dict.fromkeys(s.reads for s in made if s.reads)
    path, depth = str(stack["path"]), int(stack["stack_depth"] or 0)
    share = stack["n_params"] / (p.model["n_params"] or 1)
    others = tuple(f for f in forms(p, path, roots[0]) if roots[0] not in f.paths)
    return Block(path, roots[0], share, len(like), depth, tuple(lanes), tuple(made), others)


def _covered(path: str, steps: Sequence[Step]) -> bool:
    return any(within(path, own) for step in steps for own in step.paths)


def _without_addition(p: Profile, roots: list[str], steps: Sequence[Step]) -> list[Step]:
    """Attentions and feed-forwards of the block around which no addition was found, the outermost of them."""
    found = [c for role in HOLDERS for c in p.inside(p.labelled(role), roots[0])]
    left = {str(c["path"]): c for c in found if not _covered(str(c["path"]), steps)}
    return [replace(_step(p, roots, [(left[path], None)]), adds_to=None) for path in outermost(left)]


def _beside(p: Profile, roots: list[str], steps: Sequence[Step]) -> list[Step]:
    """What of the block is in none of the steps, as one step: norms, what modulates, gates, other layers."""
    items = [i for i in p.items if within(i.path, roots[0]) and not _covered(i.path, steps)]
    if all(i.kind == "norm" for i in items):  # the norm before or after a sublayer goes without saying
        return []
    cut = len(roots[0])
    said = Counter(
        f"{pattern(i.path[cut + 1 :]) or p.modules[i.path]['name']} {sizes(p, i)}" for i in items if i.kind != "norm"
    )
    norms = Counter(str(p.modules[i.path]["kind"]) for i in items if i.kind == "norm")
    texts = [f"{n} × {what}" if n > 1 else what for what, n in (*said.items(), *norms.items())]
    paths = tuple(i.path for i in items)
    like = tuple(root + path[cut:] for root in roots for path in paths)
    return [Step(paths, like, "beside them", BESIDE, listed(texts, 8), None, None)]


def _step(p: Profile, roots: list[str], members: list[tuple[Cells, str | None]]) -> Step:
    cells = [m for m, _ in members]
    paths = tuple(str(c["path"]) for c in cells)
    below = [path[len(roots[0]) :] for path in paths]
    names = [local.removeprefix(".") or str(c["name"]) for local, c in zip(below, cells, strict=True)]
    adds_to = next((stream for _, stream in members if stream), UNNAMED)
    reads = None
    for c in cells:
        asks, source = p.links.get(str(c["path"]), (None, None))
        if source is not None and (asks is None or source["uid"] != asks["uid"]):
            reads = str(source["name"] or "other")
        elif c["label"] == "Attention" and c["attends"] == "cross":
            reads = "context"
    function, facts = told(p, cells)
    function += f" {reads}" if reads else ""
    like = tuple(root + local for root in roots for local in below)
    return Step(paths, like, " + ".join(names), function, facts, adds_to, reads)
