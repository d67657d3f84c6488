"""Predict and score every pair of a folder, and sum up by group. Read `score_pairs`."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archkb.queries.bench.blind_pair import BlindPair
from archkb.queries.bench.counts import mean
from archkb.queries.bench.diff_score import DESIGN_FIGURES, TENSOR_FIGURES, PairScore, score_pair
from archkb.queries.bench.pairs import KINDS, DiffPair, pair_files, read_pair

FIGURES = (*TENSOR_FIGURES, *DESIGN_FIGURES)
CROSS = "cross_"
"""Names of version pairs that change version and naming at once begin so."""

Predict = Callable[[DiffPair], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class PairRun:
    """Scored pairs in the order of their files. `seconds` is prediction alone; reading and scoring are left out.

    `missed` and `wrong` count facts of design pairs by class, a fact's key without its side and pattern.
    """

    scores: tuple[PairScore, ...]
    tensors: int
    seconds: float
    predictions: Mapping[str, dict[str, Any]]
    missed: Mapping[str, int]
    wrong: Mapping[str, int]


def score_pairs(
    folder: Path,
    predict: Predict,
    *,
    anonymise: bool = False,
    progress: Callable[[str, int, int], None] | None = None,
) -> PairRun:
    """Predict and score every pair of a folder. SourceError where there is none or one cannot be read.

    `progress` is told a pair's name, how many are done, and how many there are.
    """
    files = pair_files(folder)
    scores, predictions, tensors, seconds = [], {}, 0, 0.0
    missed: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for done, file in enumerate(files):
        pair = read_pair(file)
        if progress is not None:
            progress(pair.name, done, len(files))
        blind = BlindPair(pair) if anonymise else None
        start = time.perf_counter()
        prediction = predict(blind.pair if blind else pair)
        seconds += time.perf_counter() - start
        if blind:
            prediction, pair = blind.restore(prediction), blind.scored
        tensors += len(pair.a) + len(pair.b)
        scores.append(score_pair(pair, prediction))
        predictions[pair.name] = prediction
        facts = prediction.get("facts", {})
        missed.update(fact_class(k) for k in pair.truth.facts if k not in facts)
        wrong.update(fact_class(k) for k, v in pair.truth.facts.items() if k in facts and facts[k] != v)
    if progress is not None:
        progress("all", len(files), len(files))
    return PairRun(tuple(scores), tensors, seconds, predictions, missed, wrong)


def fact_class(key: str) -> str:
    """A fact's key without its side and its pattern.

    >>> fact_class("a.attn[blocks.{i}.attn].q_dim"), fact_class("b.vae.latent_channels")
    ('attn.q_dim', 'vae.latent_channels')
    """
    return re.sub(r"\[.*\]", "", key.partition(".")[2])


def groups(scores: Iterable[PairScore]) -> dict[str, list[PairScore]]:
    """The pairs of each kind, those named cross_*, and all; groups without a pair are left out."""
    every = list(scores)
    out = {kind: [s for s in every if s.kind == kind] for kind in KINDS}
    out["cross"] = [s for s in every if s.name.startswith(CROSS)]
    out["all"] = every
    return {name: members for name, members in out.items() if members}


def means(scores: Iterable[PairScore]) -> tuple[float | None, ...]:
    """Mean of each of :data:`FIGURES` over the pairs that have it, None where none has."""
    chosen = list(scores)
    return tuple(mean(s.figures.get(name) for s in chosen) for name in FIGURES)
