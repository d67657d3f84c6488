"""What two headers show of a descent of one model from the other: rare choices both made, never an architecture.

Equal blocks, names of a library and usual sizes are what unrelated models of one architecture share; they are counted
as :func:`shared_templates` and show no descent. Evidence is of six categories, each a number of bits (the logarithm of
how many unrelated models there are to one with that choice) up to a limit, since the choices of one category are
seldom made apart. A suspicion needs LEAST bits from two categories at least, and weights that could have been carried
over: most of the smaller model's elements under the same last names and shapes, at about the same depth.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from archkb.kb.relations.fingerprint import Sketch, shares
from archkb.kb.relations.rarity import Usual, usual
from archkb.kb.wording import listed

MOST: Mapping[str, float] = {
    "names": 4.0,
    "sizes": 6.0,
    "vocabulary": 8.0,
    "left-overs": 8.0,
    "the rest": 4.0,
    "metadata": 4.0,
    "identifier": 12.0,
}
"""Most bits a category tells. All names and defaults of one class are one choice: its user's choice of the class."""
LEAST = 12.0
"""Fewest bits of a suspicion."""
CATEGORIES = 2
"""Fewest categories of one."""
CARRIED, REST = 0.5, 0.95
"""Least share of the smaller model's elements that the other has too; and for vocabulary or left-overs to tell."""
DEPTH = 0.9
"""Least ratio of the depths of the largest stacks: a sketch of a model in a few blocks is no descendant."""
VOCABULARY = 5000
"""Least size that is taken for a vocabulary's."""
GROWN = 0.005
"""Most that a vocabulary grows by when tokens are added to it, as a share."""
TABLES = 2
"""Tables a vocabulary sizes: the embedding and the head."""
PER_NAME, PER_KEY = 3, 1.0
"""Names and sizes that count, the rarest first; bits of an unusual metadata key, of which no frequency was counted."""
RULES = ("identifier", "left-overs", "vocabulary", "choices")
"""What decides a suspicion, the most telling first."""
_TABLE = re.compile(r" (\d+)x(\d+)$")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One category of it: what is shared, its bits, and whether it shows the first model to be the later (or None)."""

    category: str
    bits: float
    detail: str
    first_later: bool | None = None


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Evidence enough to suspect that one of two models was made from the other."""

    evidence: tuple[Evidence, ...]

    @property
    def rule(self) -> str:
        """Which of RULES decides: an identifier, left-overs, a grown vocabulary, or choices made at once."""
        found = {e.category for e in self.evidence}
        return next((rule for rule in RULES[:2] if rule in found), "vocabulary" if "the rest" in found else "choices")

    @property
    def first_later(self) -> bool | None:
        """Whether the first model looks like the one made from the other; None where nothing says so."""
        return next((e.first_later for e in self.evidence if e.first_later is not None), None)

    @property
    def detail(self) -> str:
        """The evidence as one text, the most telling first."""
        return "; ".join(e.detail for e in sorted(self.evidence, key=lambda e: -e.bits))


def suspicion(a: Sketch, b: Sketch, counts: Usual | None = None, least: float = LEAST) -> Suspicion | None:
    """What shows a descent between two models, or None where headers cannot tell.

    `counts`: how usual words and sizes are, :func:`archkb.kb.relations.rarity.usual` where not given.
    """
    if "marks" not in a.parts or "marks" not in b.parts:  # written by an earlier version: nothing is known
        return None
    found = tuple(evidence(a, b, counts or usual()))
    if len(found) < CATEGORIES or sum(e.bits for e in found) < least:
        return None
    return Suspicion(found)


def shared_templates(a: Sketch, b: Sketch) -> tuple[int, int]:
    """How many of a's block templates, told apart by the shapes in them, b has too; and how many a has."""
    ours = a.parts.get("blocks", {}).keys()
    return len(ours & b.parts.get("blocks", {}).keys()), len(ours)


def held(a: Sketch, b: Sketch) -> float:
    """Share of a's elements that b has as many of, by the last names of their tensors and their shapes."""
    ours, theirs = _spelling(a), _spelling(b)
    both = sum(min(n, theirs.get(name, 0.0)) for name, n in ours.items())
    return both / a.scale["elements"] if ours and a.scale.get("elements") else 0.0


def evidence(a: Sketch, b: Sketch, counts: Usual) -> Iterator[Evidence]:
    """All evidence two sketches give, whether it is enough or not."""
    carried = max(held(a, b), held(b, a))
    if carried < CARRIED:
        return
    yield from _identifiers(a, b)
    left = _left_overs(a, b)
    if left:
        yield left
        yield Evidence("the rest", MOST["the rest"], f"{carried:.1%} of the parameters are alike in name and shape")
    if not left and not _equally_deep(a, b):
        return
    grown = None if left else _grown(a, b, counts)
    if grown:
        yield grown
        yield Evidence("the rest", MOST["the rest"], "all else is alike in name and shape")
    yield from _shared(a, b, counts)


def _shared(a: Sketch, b: Sketch, counts: Usual) -> Iterator[Evidence]:
    """Rare names, sizes, vocabularies and metadata keys both have."""
    words = a.parts.get("words", {}).keys() & b.parts.get("words", {}).keys()
    sizes = _marks(a, "size") & _marks(b, "size")
    keys = _marks(a, "key") & _marks(b, "key")
    tables = {s for s in sizes if int(s) >= VOCABULARY}
    rare: dict[str, dict[str, float]] = {
        "names": {w: counts.word(w) for w in words if len(w) > 2},
        "sizes": {s: counts.size(int(s)) for s in sizes - tables},
        "vocabulary": {s: counts.size(int(s)) for s in tables},
        "metadata": dict.fromkeys(keys, PER_KEY),
    }
    for category, bits in rare.items():
        rare_texts = sorted(((-n, text) for text, n in bits.items() if n))
        if rare_texts:
            n = min(MOST[category], -sum(n for n, _ in rare_texts))
            yield Evidence(
                category, n, f"both have the rare {category} {listed((text for _, text in rare_texts), PER_NAME)}"
            )


def _identifiers(a: Sketch, b: Sketch) -> Iterator[Evidence]:
    """One hash, UUID or time of the metadata that both have."""
    both = sorted(_marks(a, "id") & _marks(b, "id"))
    if both:
        keys = ", ".join(sorted({text.rpartition(" ")[0] for text in both})[:PER_NAME])
        yield Evidence("identifier", MOST["identifier"], f"one identifier in the metadata of both ({keys})")


def _grown(a: Sketch, b: Sketch, counts: Usual) -> Evidence | None:
    """A vocabulary of a few rows more than the other's, where all other tensors are alike."""
    for later, earlier, first in ((a, b, True), (b, a, False)):
        for rows, width in _tables(later):
            for base, same in _tables(earlier):
                bits = counts.size(rows)
                if same != width or not 0 < rows - base <= GROWN * base or f"size {rows}" not in later.parts["marks"]:
                    continue
                if bits and _only_tables_differ(later, earlier, rows * width, base * width):
                    said = f"a vocabulary of {rows:,}, which is {rows - base} more than {base:,}"
                    return Evidence("vocabulary", min(MOST["vocabulary"], bits), said, first)
    return None


def _only_tables_differ(later: Sketch, earlier: Sketch, grown: int, base: int) -> bool:
    """Whether what one lacks of the other is no more than two tables: embedding and head."""
    for model, other, table in ((later, earlier, grown), (earlier, later, base)):
        elements = model.scale["elements"]
        rest = elements - table
        if rest < table or (1 - held(model, other)) * elements > TABLES * table * (1 + GROWN):
            return False
    return len(_sorts(earlier) - _sorts(later)) <= TABLES


def _left_overs(a: Sketch, b: Sketch) -> Evidence | None:
    """Numbered entries that one model lacks or has remains of, where the other has all of them whole."""
    for cut, whole, first in ((a, b, True), (b, a, False)):
        if held(cut, whole) < REST:
            continue
        missing = {sort: _numbers(cut, sort) for sort in ("remains", "gap")}
        partial = {path for sort in missing for path in _numbers(whole, sort)}
        for sort, found in missing.items():
            for path, numbers in found.items():
                depth = _depth(whole, path)
                if depth and max(numbers) < depth and not any(_alike(path, other) for other in partial):
                    what = "only remains of" if sort == "remains" else "no"
                    listed = ", ".join(map(str, numbers[:PER_NAME])) + (" ..." if numbers[PER_NAME:] else "")
                    said = f"{what} {path}.{listed} in one, of which the other has {depth}"
                    return Evidence("left-overs", MOST["left-overs"], said, first)
    return None


def _equally_deep(a: Sketch, b: Sketch) -> bool:
    """Whether every large stack of one has about as many entries in the other, where the other has it."""
    depths = [(ours[0], _depth(b, path)) for path, ours in _numbers(a, "stack").items()]
    depths.append((int(a.scale.get("depth", 0.0)), int(b.scale.get("depth", 0.0))))
    return all(theirs is None or min(ours, theirs) >= DEPTH * max(ours, theirs) for ours, theirs in depths)


def _depth(sketch: Sketch, path: str) -> int | None:
    """Entries of a large stack at that path, whatever either path is wrapped in."""
    return next((n[0] for found, n in _numbers(sketch, "stack").items() if _alike(found, path)), None)


def _alike(a: str, b: str) -> bool:
    return f".{a}".endswith(f".{b}") or f".{b}".endswith(f".{a}")


def _numbers(sketch: Sketch, sort: str) -> dict[str, list[int]]:
    """Marks that end in a number, by their path."""
    found: dict[str, list[int]] = {}
    for path, number in sorted((p, int(n)) for p, _, n in (text.rpartition(" ") for text in _marks(sketch, sort))):
        found.setdefault(path, []).append(number)
    return found


def _tables(sketch: Sketch) -> list[tuple[int, int]]:
    """Rows and width of the tables that may be vocabularies."""
    found = [_TABLE.search(feature) for feature in sketch.parts.get("layers", {})]
    tables = [(int(m[1]), int(m[2])) for m in found if m]
    return sorted(t for t in tables if t[0] >= VOCABULARY)


def _marks(sketch: Sketch, sort: str) -> set[str]:
    return {text[len(sort) + 1 :] for text in sketch.parts.get("marks", {}) if text.startswith(f"{sort} ")}


def _sorts(sketch: Sketch) -> set[str]:
    return set(sketch.parts.get("spelling", {}))


def _spelling(sketch: Sketch) -> dict[str, float]:
    """Elements by the last names of their tensors and their shapes."""
    elements = sketch.scale.get("elements", 0.0)
    return {name: share * elements for name, share in shares(sketch.parts.get("spelling", {})).items()}
