"""How like two models are, by part and as a whole, from their sketches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum

from archkb.kb.relations.fingerprint import PARTS, Part, Sketch, shares
from archkb.kb.wording import human

WEIGHTS: Mapping[str, float] = {
    "spelling": 0.15,
    "layers": 0.2,
    "blocks": 0.1,
    "form": 0.35,
    "words": 0.1,
    "scale": 0.1,
}
"""What each part counts in the score."""

NEARLY = 0.98
"""Ratio from which two numbers count as the same."""


@dataclass(frozen=True, slots=True)
class Similarity:
    """A score in [0, 1] (1: nothing that a sketch holds differs) and the parts it is the weighted mean of."""

    score: float
    parts: Mapping[str, float]


def sketch_similarity(a: Sketch, b: Sketch) -> Similarity:
    """Compare two sketches. A part neither has is left out of the mean; one only one has counts as 0."""
    parts = {
        name: overlap(a.parts.get(name, {}), b.parts.get(name, {}))
        for name in PARTS
        if a.parts.get(name) or b.parts.get(name)
    }
    parts["scale"] = _scale(a.scale, b.scale)
    total = sum(WEIGHTS[name] for name in parts)
    return Similarity(_share(sum(WEIGHTS[n] * v for n, v in parts.items()) / total), parts)


def overlap(a: Part, b: Part) -> float:
    """The share two distributions have in common, in [0, 1]. Weights may add up to anything.

    >>> overlap({"x": 2, "y": 2}, {"x": 1.0})
    0.5
    """
    ours, theirs = shares(a), shares(b)
    return _share(fsum(min(share, theirs[name]) for name, share in ours.items() if name in theirs))


def _share(value: float) -> float:
    """Four digits; 1 only where nothing is missing but what a sum of floats loses."""
    return 1.0 if value > 1 - 1e-9 else min(round(value, 4), 0.9999)


def _scale(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    ratios = [_ratio(a.get(name, 0.0), b.get(name, 0.0)) for name in sorted(a.keys() | b.keys())]
    return _share(sum(ratios) / len(ratios)) if ratios else 1.0


def _ratio(x: float, y: float) -> float:
    if x == y:
        return 1.0
    return min(x, y) / max(x, y)


def differences(
    a: Sketch, b: Sketch, limit: int = 4, only: tuple[str, str] = ("only the first", "only the second")
) -> list[str]:
    """What two models differ in, the weightiest first: numbers as 'depth 48 / 32', forms as 'only the first: x'.

    `only`: words for what only the first, and only the second has.
    """
    out = [
        f"{word} {show(int(x))} / {show(int(y))}"
        for name, word, show in (("depth", "depth", str), ("width", "width", str), ("elements", "parameters", human))
        for x, y in [(a.scale.get(name, 0.0), b.scale.get(name, 0.0))]
        if _ratio(x, y) < NEARLY
    ]
    ours, theirs = shares(a.parts.get("form", {})), shares(b.parts.get("form", {}))
    alone = [(-share, name, only[0]) for name, share in ours.items() if name not in theirs]
    alone += [(-share, name, only[1]) for name, share in theirs.items() if name not in ours]
    # a ratio of a linear layer's sizes tells a reader little
    usual_layers = [x for x in alone if x[0] <= NEARLY - 1 and not x[1].startswith("linear ")]
    out += [f"{who}: {name}" for _, name, who in sorted(usual_layers)]
    return out[:limit]
