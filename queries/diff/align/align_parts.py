"""Two parts aligned: one tree at once, else the parts inside them one by one, and what no part holds at the end."""

from __future__ import annotations

from collections.abc import Callable

from archkb.queries.diff.align.blocks.block_runs import Orders
from archkb.queries.diff.align.blocks.encoder_decoder import encoder_decoder_pairs
from archkb.queries.diff.align.blocks.equal_blocks import equal_parts
from archkb.queries.diff.align.blocks.parts import Part, openable, opened
from archkb.queries.diff.align.blocks.similar_blocks import similar_parts
from archkb.queries.diff.align.model.weight_tree import Module
from archkb.queries.diff.align.model.words import word_similarity
from archkb.queries.diff.align.modules.link_evidence import Neighbours
from archkb.queries.diff.align.modules.links import Link, MatchThresholds, link_modules
from archkb.queries.diff.align.trees.common_subtree import CommonSubtree
from archkb.queries.diff.align.trees.isomorphism import SubtreeHashes
from archkb.queries.diff.align.trees.tree_links import isomorphic, keys_of, near_isomorphic, rescaled

ALONE = MatchThresholds(0.25, 0.75)
"""What two modules have to show that no matched parts bring together."""

UNRELATED_WORDS = 0.3
"""Likeness of all words of two models below which they say nothing of each other, so that only structure is left."""
RELATED = 0.2
"""Share of the smaller model's modules that must lie in matched parts; below, the two are different designs."""


class PartAligner:
    """Links the modules of two parts. Parts with the same inside are looked at once."""

    def __init__(self, thresholds: MatchThresholds) -> None:
        self._thresholds = thresholds
        self._rest = MatchThresholds(
            max(thresholds.words, ALONE.words), max(thresholds.resized, ALONE.resized), thresholds.strict
        )
        self._whole_model = MatchThresholds(thresholds.words, self._rest.resized, thresholds.strict)
        self._hashes, self._orders = SubtreeHashes(), Orders()
        self._subtree = CommonSubtree(self._hashes)
        self._known: dict[object, tuple[Part, Part, list[Link]]] = {}

    def align(self, source: Part, target: Part) -> list[Link]:
        """Links of the modules of `source` with those of `target`."""
        contents = (_content_key(source), _content_key(target))
        if contents in self._known:
            return _carried_over(self._known[contents], source, target)
        links = self._align(source, target)
        self._known[contents] = (source, target, links)
        return links

    def _align(self, source: Part, target: Part) -> list[Link]:
        # one tree: nothing is left to find
        links = isomorphic(source, target, self._hashes)
        if links is not None:
            return links
        # nearly one tree: what it leaves over is sought apart
        links = self._tree_links(source, target)
        if links is not None:
            paired = keys_of(links)
            spare = [
                [m for m in part.modules if not any((side, key) in paired for key in m.keys.values())]
                for side, part in enumerate((source, target))
            ]
            return links + link_modules(spare[0], spare[1], _prefix_lengths(source, target), self._rest)
        # no blocks inside: modules are assigned as a whole
        if not (openable(source) and openable(target)):
            thresholds = self._thresholds if source.path or target.path else self._whole_model
            return link_modules(source.modules, target.modules, _prefix_lengths(source, target), thresholds)
        return self._links_by_parts(source, target)

    def _tree_links(self, source: Part, target: Part) -> list[Link] | None:
        """Links along trees that are nearly one, or are once sizes are exchanged where words say nothing; or None."""
        if self._thresholds.strict:
            return None
        links = near_isomorphic(source, target, self._subtree)
        if (
            links is None
            and not (source.path or target.path)
            and word_similarity(source.words, target.words) < UNRELATED_WORDS
        ):
            links = rescaled(source, target, self._hashes)
        return links

    def _links_by_parts(self, source: Part, target: Part) -> list[Link]:
        """Links of the parts inside that go together, then of what lies in none of them."""
        encoder_decoder = [] if self._thresholds.strict else encoder_decoder_pairs(source, target)
        pairs = encoder_decoder or self._part_pairs(source, target)
        links = [link for part, other in pairs for link in self.align(part, other)]
        # one naming convention makes two models related; else it is for the matched parts to say
        whole = not (self._thresholds.strict or source.path or target.path)
        if whole and not _related(links, source, target):
            return []
        # what the parts say of paths is evidence for the rest
        known = Neighbours()
        for link in links:
            for module in link.a:
                known.learn(module.path, link.b[0].path)
        linked = {id(module) for link in links for module in (*link.a, *link.b)}
        linked |= {id(module) for part, other in encoder_decoder for module in (*part.modules, *other.modules)}
        spare = [[module for module in side.modules if id(module) not in linked] for side in (source, target)]
        return links + link_modules(spare[0], spare[1], _prefix_lengths(source, target), self._rest, known)

    def _part_pairs(self, source: Part, target: Part) -> list[tuple[Part, Part]]:
        equal, left, right = equal_parts(opened(source), opened(target), self._orders)
        similar, _, _ = similar_parts(left, right, self._orders)
        return [*equal, *similar]


def _prefix_lengths(source: Part, target: Part) -> tuple[int, int]:
    """Components of paths that the parts themselves account for."""
    return len(source.path), len(target.path)


def _related(links: list[Link], source: Part, target: Part) -> bool:
    """Whether enough of the smaller model lies in matched parts for the rest to mean anything."""
    linked = sum(max(len(link.a), len(link.b)) for link in links)
    return linked >= RELATED * min(len(source.modules), len(target.modules))


def _carried_over(known: tuple[Part, Part, list[Link]], source: Part, target: Part) -> list[Link]:
    """Links found for two parts carried over to two others with the same insides."""
    first, second, links = known
    to_source, to_target = _module_carrier(first, source), _module_carrier(second, target)
    return [link._replace(a=tuple(map(to_source, link.a)), b=tuple(map(to_target, link.b))) for link in links]


def _module_carrier(part: Part, other: Part) -> Callable[[Module], Module]:
    """For the modules of a part those of another one with the same inside; also for modules gathered from several."""
    counterpart = {id(m): n for m, n in zip(part.modules, other.modules, strict=True)}
    keys = {
        key: n.keys[role]
        for m, n in zip(part.modules, other.modules, strict=True)
        for role, key in m.keys.items()
    }  # fmt: skip

    def carry(module: Module) -> Module:
        moved = counterpart.get(id(module))
        return moved if moved is not None else module.at_path(other.path + module.path[len(part.path) :], keys)

    return carry


def _content_key(part: Part) -> tuple[object, ...]:
    prefix_length = len(part.path)
    order = sorted(range(len(part.modules)), key=lambda i: part.modules[i].file_position)
    return (tuple((m.path[prefix_length:], m.form) for m in part.modules), tuple(order))
