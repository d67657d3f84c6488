"""Two parts solved: one tree at once, else the parts inside them one by one, and what no part holds at the end."""

from __future__ import annotations

from collections.abc import Callable

from archkb.queries.diff.align.blocks.block_runs import Orders
from archkb.queries.diff.align.blocks.encoder_decoder import halves
from archkb.queries.diff.align.blocks.equal_blocks import equal_parts
from archkb.queries.diff.align.blocks.parts import Part, openable, opened
from archkb.queries.diff.align.blocks.similar_blocks import similar_parts
from archkb.queries.diff.align.model.weight_tree import Module
from archkb.queries.diff.align.model.words import likeness
from archkb.queries.diff.align.modules.assignment import Neighbours
from archkb.queries.diff.align.modules.links import Demand, Link, between, isomorphic
from archkb.queries.diff.align.trees.common_subtree import Match
from archkb.queries.diff.align.trees.isomorphism import Forms
from archkb.queries.diff.align.trees.tree_links import keys_of, nearly, widened

ALONE = Demand(0.25, 0.75)
"""What two modules have to show that no matched parts bring together."""

FOREIGN = 0.3
"""Likeness of all words of two models below which they say nothing of each other, so that only structure is left."""
RELATED = 0.2
"""Share of the smaller model's modules that must lie in matched parts; below, the two are different designs."""


class Solver:
    """Links the modules of two parts. Parts with the same inside are looked at once."""

    def __init__(self, demand: Demand) -> None:
        self._demand = demand
        self._rest = Demand(max(demand.words, ALONE.words), max(demand.resized, ALONE.resized), demand.strict)
        self._whole = Demand(demand.words, self._rest.resized, demand.strict)
        self._forms, self._orders = Forms(), Orders()
        self._match = Match(self._forms)
        self._known: dict[object, tuple[Part, Part, list[Link]]] = {}

    def solve(self, a: Part, b: Part) -> list[Link]:
        """Links of the modules of `a` with those of `b`."""
        key = (_inner(a), _inner(b))
        if key in self._known:
            return _carried(self._known[key], a, b)
        links = self._solve(a, b)
        self._known[key] = (a, b, links)
        return links

    def _solve(self, a: Part, b: Part) -> list[Link]:
        found = isomorphic(a, b, self._forms)
        if found is not None:
            return found
        cut = (len(a.path), len(b.path))
        found = None if self._demand.strict else nearly(a, b, self._match)
        if found is None and not (self._demand.strict or a.path or b.path) and likeness(a.read, b.read) < FOREIGN:
            found = widened(a, b, self._forms)
        if found is not None:
            taken = keys_of(found)
            spare = [
                [m for m in side.modules if not any((second, k) in taken for k in m.keys.values())]
                for second, side in enumerate((a, b))
            ]
            return found + between(spare[0], spare[1], cut, self._rest)
        if not (openable(a) and openable(b)):
            return between(a.modules, b.modules, cut, self._demand if a.path or b.path else self._whole)
        both = [] if self._demand.strict else halves(a, b)
        pairs = both
        if not pairs:
            equal, left, right = equal_parts(opened(a), opened(b), self._orders)
            like, left, right = similar_parts(left, right, self._orders)
            pairs = [*equal, *like]
        links = [link for x, y in pairs for link in self.solve(x, y)]
        if not a.path and not b.path and not _related(links, a, b):
            return []
        known = Neighbours()
        for link in links:
            for m in link.a:
                known.learn(m.path, link.b[0].path)
        used = {id(m) for link in links for m in (*link.a, *link.b)}
        used |= {id(m) for x, y in both for m in (*x.modules, *y.modules)}
        spare = [[m for m in side.modules if id(m) not in used] for side in (a, b)]
        return links + between(spare[0], spare[1], cut, self._rest, known)


def _related(links: list[Link], a: Part, b: Part) -> bool:
    """Whether enough of the smaller model lies in matched parts for the rest to mean anything."""
    linked = sum(max(len(link.a), len(link.b)) for link in links)
    return linked >= RELATED * min(len(a.modules), len(b.modules))


def _carried(known: tuple[Part, Part, list[Link]], a: Part, b: Part) -> list[Link]:
    """Links found for two parts carried over to two others with the same insides."""
    first, second, links = known
    ours, theirs = _became(first, a), _became(second, b)
    return [link._replace(a=tuple(map(ours, link.a)), b=tuple(map(theirs, link.b))) for link in links]


def _became(part: Part, other: Part) -> Callable[[Module], Module]:
    """For the modules of a part those of another one with the same inside; also for modules gathered from several."""
    at = {id(m): n for m, n in zip(part.modules, other.modules, strict=True)}
    keys = {
        key: n.keys[role]
        for m, n in zip(part.modules, other.modules, strict=True)
        for role, key in m.keys.items()
    }  # fmt: skip

    def carry(module: Module) -> Module:
        known = at.get(id(module))
        return known if known is not None else module.moved(other.path + module.path[len(part.path) :], keys)

    return carry


def _inner(part: Part) -> tuple[object, ...]:
    cut = len(part.path)
    order = sorted(range(len(part.modules)), key=lambda i: part.modules[i].place)
    return (tuple((m.path[cut:], m.form) for m in part.modules), tuple(order))
