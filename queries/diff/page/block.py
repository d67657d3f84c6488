"""What a block diagram shows: the streams that run through a block, and its sublayers in order, each added to one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from queries.diff.page.forms import Form, forms
from queries.diff.page.sublayer import told
from queries.diff.profile import Cells, Profile

UNNAMED = "hidden"
"""What a stream without a name is called in a picture."""


@dataclass(frozen=True, slots=True)
class Step:
    """One residual addition: modules that are added around, what they are, and the streams they join.

    `paths` are in the block that is drawn, `like` the same places in every block like it. `function` is what kind of
    sublayer it is, by which steps of two designs are laid beside each other.
    """

    paths: tuple[str, ...]
    like: tuple[str, ...]
    title: str
    function: str
    facts: str
    adds_to: str
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
        members = [c for c in p.children.get(str(stack["path"]), ()) if c["uid"] in p.residuals]
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
    for edge in p.residuals[str(block["uid"])]:
        steps.setdefault(edge["order"], []).append((p.by_uid[edge["target"]], edge["stream"]))
    made = tuple(_step(p, roots, steps[order]) for order in sorted(steps))
    lanes = dict.fromkeys(s.adds_to for s in made)
    lanes |= dict.fromkeys(s.reads for s in made if s.reads)
    path, depth = str(stack["path"]), int(stack["stack_depth"] or 0)
    share = stack["n_params"] / (p.model["n_params"] or 1)
    others = tuple(f for f in forms(p, path, roots[0]) if roots[0] not in f.paths)
    return Block(path, roots[0], share, len(like), depth, tuple(lanes), made, others)


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
