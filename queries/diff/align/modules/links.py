"""Modules of two matched parts brought together: one to one, fused, split, and resized where the role is the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from archkb.queries.diff.align.alignment import MEASURED
from archkb.queries.diff.align.blocks.parts import Part
from archkb.queries.diff.align.model.weight_tree import Module
from archkb.queries.diff.align.modules.assignment import SCALED, ModuleMatch, Neighbours, assign
from archkb.queries.diff.align.modules.fusions import find_fusions
from archkb.queries.diff.align.trees.isomorphism import SubtreeHashes, isomorphic_pairs


class Link(NamedTuple):
    """Modules of one side that became modules of the other, how it was found and how sure that is."""

    a: tuple[Module, ...]
    b: tuple[Module, ...]
    rule: str
    evidence: str
    confidence: float
    ambiguous: bool = False


class MatchThresholds(NamedTuple):
    """What a match has to show. `words`: least likeness of names at equal shape; `resized`: at another shape.

    `strict`: the two models follow one convention, so what kept its role mostly kept its name: a match must have the
    same numbers and either like names or a parent that goes over as a whole.
    """

    words: float
    resized: float
    strict: bool = False


LENIENT = MatchThresholds(0.0, 0.45)
STRICT = MatchThresholds(0.1, 2.0, True)
_GRADES = ((0.25, "shape"), (0.2, "shape, good"), (0.15, "shape, fair"), (0.05, "shape, poor"))
ALIKE = 1.33
"""Likeness and bonuses of a fusion's words from which on they are much alike."""
LIKE = 0.5
"""Least likeness of names of a match under one convention that its parent does not vouch for."""


def isomorphic(source: Part, target: Part, hashes: SubtreeHashes) -> list[Link] | None:
    """Links of two parts that have one unlabelled tree, or None."""
    if source.node is None or target.node is None or hashes.id_of(source.node) != hashes.id_of(target.node):
        return None
    text = f"{source.title} and {target.title} have one tree of shapes"
    pairs = isomorphic_pairs(source.node, target.node, hashes)
    return [
        Link((module,), (other,), "tree", text, MEASURED["tree, free" if ambiguous else "tree"], ambiguous)
        for module, other, ambiguous in pairs
    ]


def link_modules(
    sources: Sequence[Module],
    targets: Sequence[Module],
    prefix_lengths: tuple[int, int],
    thresholds: MatchThresholds,
    known: Neighbours | None = None,
) -> list[Link]:
    """Links between two sets of modules. `known`: paths that go together by what was linked before."""
    # fusions that stand out before anything is assigned: the fused shape is rarer where the parts are
    links = fusion_links(*surplus(sources, targets), prefix_lengths, 0.55)
    left, right = _unlinked(sources, targets, links)
    matches = [match for match in assign(left, right, prefix_lengths, known=known) if match.support >= thresholds.words]
    if thresholds.strict:
        matches = _vouched_for(matches, left, right)
    links += [_module_link(match, "shape") for match in matches]
    left, right = _unlinked(sources, targets, links)
    links += fusion_links(left, right, prefix_lengths, 0.3)
    left, right = _unlinked(sources, targets, links)
    if thresholds.resized <= 1:
        matches = assign(left, right, prefix_lengths, sizes=True, known=known)
        links += [_module_link(match, "role") for match in matches if _same_role(match, thresholds.resized)]
    return links


def _same_role(match: ModuleMatch, floor: float) -> bool:
    """Whether a match of another size is believed; alone, it must have the same kinds of tensors and no rival."""
    if floor > 0.6 and (match.a.shapes.keys() != match.b.shapes.keys() or match.margin < 0.05):
        return False
    return match.support >= floor - (0.3 if match.shape_score >= SCALED else 0.0)


def _vouched_for(matches: list[ModuleMatch], left: Sequence[Module], right: Sequence[Module]) -> list[ModuleMatch]:
    """Matches that hold although the rest of the two models agrees by name.

    A parent vouches for what goes over as a whole, and so does the one above it: one library keeps in a module of its
    own what another keeps beside others.
    """
    source_sizes, target_sizes = (Counter(p for m in side for p in _parents(m)) for side in (left, right))
    both = Counter((p, q) for match in matches for p in _parents(match.a) for q in _parents(match.b))

    def whole(match: ModuleMatch) -> bool:
        return any(
            source_sizes[p] == target_sizes[q] == both[p, q] for p in _parents(match.a) for q in _parents(match.b)
        )

    return [match for match in matches if match.words >= LIKE or whole(match)]


def _parents(module: Module) -> tuple[tuple[str, ...], ...]:
    """What holds a module, and what holds that where it is no list."""
    path = module.path
    return (path[:-1],) if len(path) < 3 or path[-2].isdigit() else (path[:-1], path[:-2])


def in_place(link: Link) -> bool:
    """Whether the numbers of the two paths agree in their order as far as both have some."""
    source_numbers, target_numbers = _numbers(link.a), _numbers(link.b)
    short, long = sorted((source_numbers, target_numbers), key=len)
    rest = iter(long)
    return all(n in rest for n in short)


def _numbers(side: tuple[Module, ...]) -> list[str]:
    """Numbers of a path; of several paths those they share."""
    return [p for p in side[0].path if p.isdigit() and all(p in m.path for m in side)]


def _module_link(match: ModuleMatch, rule: str) -> Link:
    ambiguous = match.margin <= 1e-9
    how = rule if rule == "role" else _confidence_grade(min(match.margin, 1.5) / 10 + 0.14 * match.words)
    size = "shape" if rule == "shape" else "axes"
    other_shape = "" if match.a.main == match.b.main else f" and {list(match.b.main)}"
    text = f"{size} {list(match.a.main)}{other_shape}, words alike {match.words:.2f}"
    return Link((match.a,), (match.b,), rule, text, MEASURED[f"{rule}, free" if ambiguous else how], ambiguous)


def _confidence_grade(sure: float) -> str:
    """The entry of MEASURED for a match by shape. `sure`: how far the next best is behind, and how alike words are."""
    return next((name for floor, name in _GRADES if sure >= floor), "shape, weak")


def surplus(sources: Sequence[Module], targets: Sequence[Module]) -> tuple[list[Module], list[Module]]:
    """The modules of either side whose shape more of them have there than on the other."""
    source_counts, target_counts = Counter(m.main for m in sources), Counter(m.main for m in targets)
    left = [m for m in sources if source_counts[m.main] > target_counts[m.main]]
    return left, [m for m in targets if target_counts[m.main] > source_counts[m.main]]


def fusion_links(
    left: Sequence[Module], right: Sequence[Module], prefix_lengths: tuple[int, int], floor: float
) -> list[Link]:
    """Modules of either side that make up one of the other, with names at least so much alike."""
    out: list[Link] = []
    for fusion in find_fusions(left, right, prefix_lengths):
        if fusion.words >= floor:
            out.append(_fusion_link((fusion.whole,), fusion.parts, fusion.rule, fusion.words))
    left, right = _unlinked(left, right, out)
    for fusion in find_fusions(right, left, (prefix_lengths[1], prefix_lengths[0])):
        if fusion.words >= floor:
            out.append(_fusion_link(fusion.parts, (fusion.whole,), fusion.rule, fusion.words))
    return out


def _fusion_link(sources: tuple[Module, ...], targets: tuple[Module, ...], rule: str, words: float) -> Link:
    parts, whole = (targets, sources[0]) if len(targets) > 1 else (sources, targets[0])
    text = f"{len(parts)} tensors of {list(parts[0].main)} make up {list(whole.main)}"
    return Link(sources, targets, rule, text, MEASURED["fused, weak" if rule == "fused" and words < ALIKE else rule])


def _unlinked(
    sources: Sequence[Module], targets: Sequence[Module], links: Sequence[Link]
) -> tuple[list[Module], list[Module]]:
    linked = {id(m) for link in links for m in (*link.a, *link.b)}
    return [m for m in sources if id(m) not in linked], [m for m in targets if id(m) not in linked]
