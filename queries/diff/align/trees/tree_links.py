"""Links of two parts whose unlabelled trees are nearly one, and which of them to believe beside agreeing names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from archkb.queries.diff.align.alignment import MEASURED
from archkb.queries.diff.align.blocks.parts import Part
from archkb.queries.diff.align.model.weight_tree import Module, Node, gathered
from archkb.queries.diff.align.modules.links import Link, fusions
from archkb.queries.diff.align.trees.common_subtree import Match, kept, own, unwrapped
from archkb.queries.diff.align.trees.isomorphism import Forms
from archkb.queries.diff.align.trees.size_mapping import commonest, exchange, proportion

FEW = 24
"""Most modules of a block without an equal among which fusions are sought."""
ROUNDS = 2
"""How often it is asked which size became which."""
ROUGHLY = 0.6
"""Share of :data:`NEARLY` that tensors of like proportions must hold."""
NEARLY = 0.85
"""Share of the smaller part's tensors that a nearly common tree must hold."""


def nearly(a: Part, b: Part, match: Match) -> list[Link] | None:
    """Links of two parts whose unlabelled trees are nearly one, or None."""
    if a.node is None or b.node is None:
        return None
    x, y = a.node, b.node
    if not (a.path or b.path):
        x, y = unwrapped(x), unwrapped(y)
    score = match.score(x, y)
    if score < NEARLY * min(x.tensors, y.tensors):
        return None
    text = f"{'.'.join(a.path) or 'the whole'} and {'.'.join(b.path) or 'the whole'} have nearly one tree of shapes"
    out: list[Link] = []
    blocks: list[tuple[Node, Node]] = []
    for p, q, free in match.nodes(x, y):
        if p.unit and q.unit:
            blocks.append((p, q))
        if p.module is not None and q.module is not None and own(p.module, q.module, kept) > 0:
            out.append(
                Link((p.module,), (q.module,), "tree", text, MEASURED["tree, free" if free else "tree, nearly"], free)
            )
        out += _regrouped(p, q)
    out += _rejoined(blocks, out)
    taken = keys_of(link for link in out if link.rule != "tree")
    out = [link for link in out if link.rule != "tree" or not taken & keys_of([link])]
    told = {change for link in out if link.rule == "tree" for change in _changes(link) if len(link.a[0].main) > 1}
    return [link for link in out if len(link.a[0].main) > 1 or told.issuperset(_changes(link))]


def widened(a: Part, b: Part, forms: Forms) -> list[Link] | None:
    """Links of two parts whose trees are nearly one once sizes are exchanged, or None."""
    if a.node is None or b.node is None:
        return None
    x, y = unwrapped(a.node), unwrapped(b.node)
    fewest = NEARLY * min(x.tensors, y.tensors)
    match = Match(forms, proportion(commonest(x.walk()), commonest(y.walk())))
    if match.score(x, y) < ROUGHLY * fewest:
        return None
    for _ in range(ROUNDS):
        match = Match(forms, exchange((p, q) for p, q, _ in match.modules(x, y)))
    if match.score(x, y) < fewest:
        return None
    text = (
        f"{'.'.join(a.path) or 'the whole'} and {'.'.join(b.path) or 'the whole'} have nearly one tree, sizes changed"
    )
    return [
        Link((p,), (q,), "scale", text, MEASURED["tree, free" if free else "scale"], free)
        for p, q, free in match.modules(x, y)
    ]


def keys_of(links: Iterable[Link]) -> set[tuple[bool, str]]:
    """The keys links speak of, each with whether it is one of the second model's."""
    return {
        (side, k) for link in links for side, some in ((False, link.a), (True, link.b)) for m in some
        for k in m.keys.values()
    }  # fmt: skip


def _changes(link: Link) -> Iterator[tuple[int, int]]:
    """Sizes of axes that differ between two modules: what they were and what they became."""
    for role, shape in link.a[0].shapes.items():
        yield from ((m, n) for m, n in zip(shape, link.b[0].shapes.get(role, ()), strict=False) if m != n)


def renamed(links: Sequence[Link], ours: Iterable[Module], theirs: Iterable[Module]) -> list[Link]:
    """Links without those of another size that may as well be a tensor removed and another one added.

    Believed are those whose container has another name too and goes over as a whole, or whose own name became the
    other elsewhere.
    """
    seen = {(link.a[0].path[-1:], link.b[0].path[-1:]) for link in links if not any(_changes(link))}
    here, there = Counter(m.path[:-1] for m in ours), Counter(m.path[:-1] for m in theirs)
    both = Counter((link.a[0].path[:-1], link.b[0].path[:-1]) for link in links)

    def believed(p: tuple[str, ...], q: tuple[str, ...]) -> bool:
        if p[-1:] == q[-1:] or (p[-1:], q[-1:]) in seen:
            return True
        return p[-2:-1] != q[-2:-1] and here[p[:-1]] == there[q[:-1]] == both[p[:-1], q[:-1]]

    return [link for link in links if not any(_changes(link)) or believed(link.a[0].path, link.b[0].path)]


def _rejoined(blocks: Iterable[tuple[Node, Node]], links: Sequence[Link]) -> list[Link]:
    """Fusions, inside blocks that go together, among modules that have no equal: better than one of another size."""
    kept = keys_of(link for link in links if link.rule != "tree" or not any(_changes(link)))
    out: list[Link] = []
    for x, y in blocks:
        left, right = (
            [m for m in n.walk() if len(m.main) > 1 and not any((side, k) in kept for k in m.keys.values())]
            for side, n in ((False, x), (True, y))
        )
        if left and right and len(left) != len(right) and max(len(left), len(right)) <= FEW:
            found = fusions(left, right, (len(x.path), len(y.path)), 0.3)
            kept |= keys_of(found)
            out += found
    return out


def _regrouped(x: Node, y: Node) -> list[Link]:
    """Fusions among the modules right below two nodes that have no equal on the other side."""
    ours, theirs = (
        [m for c in n.children.values() if (m := gathered(c) or gathered(unwrapped(c))) is not None] for n in (x, y)
    )
    here, there = Counter(m.main for m in ours), Counter(m.main for m in theirs)
    left, right = [m for m in ours if here[m.main] > there[m.main]], [m for m in theirs if there[m.main] > here[m.main]]
    cut = (len(x.path), len(y.path))
    return fusions(left, right, cut, 0.3) if left and right and len(left) != len(right) else []
