"""Modules of two matched parts brought together: one to one, fused, split, and resized where the role is the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from archkb.queries.diff.align.alignment import MEASURED, Grade, Rule
from archkb.queries.diff.align.model.optimal_pairs import TIE
from archkb.queries.diff.align.model.weight_tree import Module
from archkb.queries.diff.align.modules.assignment import ModuleMatch, assign
from archkb.queries.diff.align.modules.fusions import Fusion, find_fusions, hold_other_roles
from archkb.queries.diff.align.modules.link_evidence import Neighbours
from archkb.queries.diff.align.modules.resized_fusions import find_resized_fusions
from archkb.queries.diff.align.modules.shape_scores import ShapeScores


class Link(NamedTuple):
    """Modules of one side that became modules of the other, how it was found and how sure that is."""

    a: tuple[Module, ...]
    b: tuple[Module, ...]
    rule: Rule
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


Find = Callable[[Sequence[Module], Sequence[Module], tuple[int, int]], list[Fusion]]
"""How fusions are sought: wholes, parts and prefix lengths to :class:`Fusion`."""
LENIENT = MatchThresholds(0.0, 0.45)
STRICT = MatchThresholds(0.1, 2.0, True)


class LinkWeights:
    """How sure a match by shape is: how far the next best is behind, a little, and how alike names are.

    The sum was a confidence once, set by hand; now it sorts matches into grades, and what these are worth is measured
    (:data:`MEASURED`).
    """

    MARGIN_UNIT, MARGIN_MOST, WORDS = 10, 1.5, 0.14
    GRADES: tuple[tuple[float, Grade], ...] = ((0.25, ""), (0.2, "good"), (0.15, "fair"), (0.05, "poor"))
    """Least sum of each grade; below the last it is weak."""


class LinkFloors:
    """What links must reach. Set by hand on the shared pairs of docs/accuracy.md."""

    FUSION, FUSION_OUTSTANDING = 0.3, 0.55
    """Score of a fusion among what is left, and of one that is taken before anything is assigned."""
    FUSION_SURE = 1.33
    """Score of a fusion from which on its names are much alike."""
    NAMES_ALONE = 0.5
    """Likeness of names of a match under one convention that its parent does not vouch for."""
    RESIZED_ALONE, RESIZED_MARGIN = 0.6, 0.05
    """From this floor on modules of other sizes must have the same roles, and no rival nearer than this."""
    RESIZED_SCALED = 0.3
    """Taken off the floor where sizes are the same in units of the widths."""


def link_modules(
    sources: Sequence[Module],
    targets: Sequence[Module],
    prefix_lengths: tuple[int, int],
    thresholds: MatchThresholds,
    known: Neighbours | None = None,
) -> list[Link]:
    """Links between two sets of modules. `known`: paths that go together by what was linked before."""
    # fusions that stand out before anything is assigned: the fused shape is rarer where the parts are
    links = fusion_links(*surplus(sources, targets), prefix_lengths, LinkFloors.FUSION_OUTSTANDING)
    # equal shapes, one to one
    left, right = _unlinked(sources, targets, links)
    matches = [match for match in assign(left, right, prefix_lengths, known=known) if match.support >= thresholds.words]
    if thresholds.strict:
        matches = _vouched_for(matches, left, right)
    links += [_module_link(match, "shape") for match in matches]
    # fusions of what is left, then the same role at another size
    left, right = _unlinked(sources, targets, links)
    links += fusion_links(left, right, prefix_lengths, LinkFloors.FUSION)
    left, right = _unlinked(sources, targets, links)
    links += fusion_links(left, right, prefix_lengths, LinkFloors.FUSION, find_resized_fusions)
    left, right = _unlinked(sources, targets, links)
    if thresholds.resized <= 1:
        matches = assign(left, right, prefix_lengths, sizes=True, known=known)
        links += [_module_link(match, "role") for match in matches if _same_role(match, thresholds.resized)]
    return links


def _same_role(match: ModuleMatch, floor: float) -> bool:
    """Whether a match of another size is believed; alone, it must have the same kinds of tensors and no rival."""
    if hold_other_roles(match.a, match.b):
        return False
    other_roles = match.a.shapes.keys() != match.b.shapes.keys()
    if floor > LinkFloors.RESIZED_ALONE and (other_roles or match.margin < LinkFloors.RESIZED_MARGIN):
        return False
    return match.support >= floor - (LinkFloors.RESIZED_SCALED if match.shape_score >= ShapeScores.SCALED else 0.0)


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

    return [match for match in matches if match.words >= LinkFloors.NAMES_ALONE or whole(match)]


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


def _module_link(match: ModuleMatch, rule: Literal["shape", "role"]) -> Link:
    ambiguous = match.margin <= TIE
    grade = _grade(match) if rule == "shape" else ""
    size = "shape" if rule == "shape" else "axes"
    other_shape = "" if match.a.main == match.b.main else f" and {list(match.b.main)}"
    text = f"{size} {list(match.a.main)}{other_shape}, words alike {match.words:.2f}"
    return Link((match.a,), (match.b,), rule, text, MEASURED[rule, "ambiguous" if ambiguous else grade], ambiguous)


def _grade(match: ModuleMatch) -> Grade:
    """The grade of a match by shape."""
    sure = min(match.margin, LinkWeights.MARGIN_MOST) / LinkWeights.MARGIN_UNIT + LinkWeights.WORDS * match.words
    return next((grade for floor, grade in LinkWeights.GRADES if sure >= floor), "weak")


def surplus(sources: Sequence[Module], targets: Sequence[Module]) -> tuple[list[Module], list[Module]]:
    """The modules of either side whose shape more of them have there than on the other."""
    source_counts, target_counts = Counter(m.main for m in sources), Counter(m.main for m in targets)
    left = [m for m in sources if source_counts[m.main] > target_counts[m.main]]
    return left, [m for m in targets if target_counts[m.main] > source_counts[m.main]]


def fusion_links(
    left: Sequence[Module],
    right: Sequence[Module],
    prefix_lengths: tuple[int, int],
    floor: float,
    find: Find = find_fusions,
) -> list[Link]:
    """Modules of either side that make up one of the other, with names at least so much alike."""
    out: list[Link] = []
    for fusion in find(left, right, prefix_lengths):
        if fusion.words >= floor:
            out.append(_fusion_link((fusion.whole,), fusion.parts, fusion))
    left, right = _unlinked(left, right, out)
    for fusion in find(right, left, (prefix_lengths[1], prefix_lengths[0])):
        if fusion.words >= floor:
            out.append(_fusion_link(fusion.parts, (fusion.whole,), fusion))
    return out


def _fusion_link(sources: tuple[Module, ...], targets: tuple[Module, ...], fusion: Fusion) -> Link:
    grade: Grade = "weak" if fusion.rule == "fused" and fusion.words < LinkFloors.FUSION_SURE else ""
    text = f"{len(fusion.parts)} tensors of {list(fusion.parts[0].main)} make up {list(fusion.whole.main)}"
    if fusion.resized:
        grade, text = "resized", f"{text} at another width, by their roles"
    return Link(sources, targets, fusion.rule, text, MEASURED[fusion.rule, grade])


def _unlinked(
    sources: Sequence[Module], targets: Sequence[Module], links: Sequence[Link]
) -> tuple[list[Module], list[Module]]:
    linked = {id(m) for link in links for m in (*link.a, *link.b)}
    return [m for m in sources if id(m) not in linked], [m for m in targets if id(m) not in linked]
