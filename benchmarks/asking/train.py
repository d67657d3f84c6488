"""Train the weights: `python -m benchmarks.asking.train`; needs scikit-learn, a tool of development.

Written are `weights.bin` and, on the screen, how well phrasings of people left out are understood.
"""

from __future__ import annotations

import json
import struct
import sys
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from archkb.queries.questions.classifier.features import features
from archkb.queries.questions.classifier.model import NONE, UNLISTED, WEIGHTS, Classifier, vector
from benchmarks.asking.samples import Sample, fingerprint, samples_by_writer
from benchmarks.asking.vary import varied

COUNTS = {"asked": 4.0}
"""How much a sample counts, by who wrote it; one of others once. What was really asked counts for more."""
VARIED = 0.5
"""How much the varied form of a sample counts beside it."""
BALANCE = 0.5
"""How far a question that is asked seldom counts as one asked often: 0 not at all, 1 wholly."""
UNANSWERED = (NONE, UNLISTED)
"""Classes that are no question of the library."""
LEAST = {"w": 2, "c": 5}
"""Samples a feature must stand in, by its kind."""
STRENGTH = 30.0
"""Inverse of the regularisation."""
STEPS = 127
"""Values a weight is rounded to, each way."""


def train(writers: Mapping[str, Sequence[Sample]]) -> bytes:
    """The weights as a file holds them; features are those of the samples, weights are learnt of varied ones too."""
    samples = [sample for own in writers.values() for sample in own]
    counted = [features(text) for text, _ in samples]
    frequency = Counter(name for counts in counted for name in counts)
    names = sorted(name for name, n in frequency.items() if n >= LEAST[name[0]])
    index = {name: i for i, name in enumerate(names)}
    more = list(varied(samples))
    counted += [features(text) for text, _ in more]
    rarity = [1 + float(np.log((1 + len(samples)) / (1 + frequency[name]))) for name in names]
    rows = [vector(counts, index, rarity) for counts in counted]
    labels = [id_ for _, id_ in (*samples, *more)]
    fitted = LogisticRegression(C=STRENGTH, max_iter=150).fit(
        _matrix(rows, len(names)), labels, sample_weight=_counts(writers, labels)
    )
    weights = fitted.coef_.T
    scale = np.abs(weights).max(axis=0) / STEPS
    head = json.dumps(
        {
            "classes": list(fitted.classes_),
            "features": names,
            "learnt_of": fingerprint(writers),
            "rarity": [round(value, 3) for value in rarity],
            "bias": [round(float(value), 4) for value in fitted.intercept_],
            "scale": [float(value) for value in scale],
        }
    ).encode()
    table = np.rint(weights / scale).astype(np.int8).tobytes()
    return zlib.compress(struct.pack("<I", len(head)) + head + table, 9)


def _counts(writers: Mapping[str, Sequence[Sample]], labels: Sequence[str]) -> list[float]:
    """How much each sample counts, its varied form half as much, the rarer its question the more."""
    written = [COUNTS.get(who, 1.0) for who, own in writers.items() for _ in own]
    counts = [*written, *(VARIED * count for count in written)]
    by_label: Counter[str] = Counter()
    for label, count in zip(labels, counts, strict=True):
        by_label[label] += count
    usual = sum(counts) / len(by_label)
    return [count * (usual / by_label[label]) ** BALANCE for label, count in zip(labels, counts, strict=True)]


def _matrix(rows: Sequence[dict[int, float]], width: int) -> csr_matrix:
    starts = np.cumsum([0, *(len(row) for row in rows)])
    columns = [i for row in rows for i in row]
    return csr_matrix(([v for row in rows for v in row.values()], columns, starts), shape=(len(rows), width))


def left_out(writer: str, writers: dict[str, list[Sample]]) -> list[tuple[float, bool, bool]]:
    """Confidence, whether right, and whether there was an answer, for each sample of one writer; the others train."""
    classifier = Classifier.read(train({name: own for name, own in writers.items() if name != writer}))
    out = []
    for text, id_ in writers[writer]:
        (first, sure), *_ = classifier.ranked(text)
        out.append((0.0 if first in UNANSWERED else sure, first == id_, id_ not in UNANSWERED))
    return out


def main() -> int:
    writers = samples_by_writer()
    every: list[tuple[float, bool, bool]] = []
    for writer in () if "--only-write" in sys.argv else writers.keys() - {"library"}:
        outcome = left_out(writer, writers)
        every += outcome
        asked = sum(there for _, _, there in outcome)
        print(f"{writer}: first is right {sum(right for _, right, there in outcome if there) / asked:.3f}", flush=True)
    for limit in (0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8) if every else ():
        taken = [right for sure, right, _ in every if sure >= limit]
        share = sum(taken) / sum(there for *_, there in every)
        print(f"at {limit}: right {share:.3f}, wrong {(len(taken) - sum(taken)) / len(every):.4f}")
    WEIGHTS.write_bytes(train(writers))
    print(f"{WEIGHTS}: {WEIGHTS.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
